#include "core/linux/node/node_inspector.h"

#include "core/base/number_text.h"
#include "core/base/text_lines.h"
#include "core/findings/fingerprint.h"
#include "core/findings/set_fingerprint.h"
#include "core/linux/nftables/rules_reader.h"
#include "core/linux/node/conntrack_figures.h"
#include "core/linux/node/ipvs_table.h"
#include "core/linux/node/routes.h"
#include "core/linux/node/tunnel_links.h"
#include "core/linux/system/command_output.h"
#include "core/linux/system/kernel_modules.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace notrack
{

namespace
{

/// What a NOTRACK rule needs of the kernel beside the tables themselves.
const std::map<Backend, std::vector<const char*>> neededModules{{Backend::Iptables, {"xt_CT", "nf_conntrack"}},
                                                                {Backend::Nftables, {"nft_ct", "nf_conntrack"}}};

constexpr std::size_t mostOptionFiles = 64;

class Reading
{
public:
    Reading(const FactSources& sources, const Profile& profile) : m_sources(sources), m_profile(profile) {}

    NodeFacts takeFigures()
    {
        readIpvs();
        readConntrack();
        return std::move(m_facts);
    }

    NodeFacts take()
    {
        readConntrack();
        readSurroundings();
        readFirewall({m_sources.files, m_sources.run, m_sources.nativeRules}, m_sources.nftTables(), m_facts);
        readSets();
        readModules();
        m_facts.podNamespaces = m_sources.namespaces(m_profile.podCidrs, m_facts.unread);
        return std::move(m_facts);
    }

    /// All but rules, modules and pods.
    NodeFacts takeSurroundings()
    {
        readSurroundings();
        return std::move(m_facts);
    }

private:
    void readSurroundings()
    {
        readIpvs();
        readRouting();
        m_facts.bridgeCallsIptables = readFlag("/proc/sys/net/bridge/bridge-nf-call-iptables");
        m_facts.bridgeCallsIp6tables = readFlag("/proc/sys/net/bridge/bridge-nf-call-ip6tables");
        m_facts.ipvsConntrack = readFlag("/proc/sys/net/ipv4/vs/conntrack");
        m_facts.expireNoDestination = readFlag("/proc/sys/net/ipv4/vs/expire_nodest_conn");
        readRawOptions();
        m_facts.podsOnBridge = arePodsOnBridge();
    }

    std::string read(const std::string& path)
    {
        const Result<std::string> text = m_sources.files.read(path);
        if (!text)
            m_facts.unread.push_back(toText(text.error()));
        return text.value_or("");
    }

    std::optional<std::uint64_t> readSetting(const std::string& path)
    {
        const std::string text = read(path);
        return readNumber<std::uint64_t>(trimmed(text));
    }

    std::optional<bool> readFlag(const std::string& path)
    {
        const std::optional<std::uint64_t> number = readSetting(path);
        return number ? std::optional(*number != 0) : std::nullopt;
    }

    /// The parameter is not visible in /sys; it stands where modprobe and the kernel take it from.
    void readRawOptions()
    {
        std::vector<std::string> files{"/proc/cmdline"};
        for (const std::string& name : m_sources.files.namesIn("/etc/modprobe.d"))
            if (name.ends_with(".conf") && files.size() < mostOptionFiles)
                files.push_back("/etc/modprobe.d/" + name);
        for (const std::string& file : files) {
            const std::string text = read(file);
            for (const std::string_view line : splitLines(text)) {
                const bool on = line.find("raw_before_defrag=1") != std::string_view::npos ||
                                line.find("raw_before_defrag=y") != std::string_view::npos ||
                                line.find("raw_before_defrag=Y") != std::string_view::npos;
                if (on && !trimmed(line).starts_with('#'))
                    m_facts.rawBeforeDefrag.push_back(file + ": " + std::string(trimmed(line)));
            }
        }
    }

    void readModules()
    {
        for (const auto& [backend, modules] : neededModules) {
            for (const char* module : modules) {
                if (!m_sources.kernelHas(module))
                    m_facts.missingModules[backend].emplace_back(module);
            }
        }
    }

    void readSets()
    {
        Result<std::vector<IpSet>> sets = m_sources.ipSets();
        if (sets)
            m_facts.ipSets = std::move(*sets);
        else
            m_facts.unread.push_back(toText(sets.error()));
    }

    void readIpvs()
    {
        Result<IpvsTable> table = readIpvsFile(m_sources.files, m_profile.services);
        if (!table) {
            m_facts.ipvsUnread = toText(table.error());
            return;
        }
        m_facts.ipvs = table->present;
        m_facts.virtualServices = std::move(table->services);
        m_facts.firewallMarkServices = std::move(table->firewallMarks);
    }

    void readRouting()
    {
        const std::string ipv6Route = read("/proc/net/ipv6_route");
        m_facts.localPrefixes = readLocalPrefixes4(read("/proc/net/fib_trie"));
        const std::vector<Prefix> local6 = readLocalPrefixes6(ipv6Route);
        m_facts.localPrefixes.insert(m_facts.localPrefixes.end(), local6.begin(), local6.end());
        std::vector<Route> routes = readRoutes4(read("/proc/net/route"));
        const std::vector<Route> routes6 = readRoutes6(ipv6Route);
        routes.insert(routes.end(), routes6.begin(), routes6.end());
        std::vector<Prefix> networks = m_profile.podCidrs;
        for (const Tunnel& tunnel : m_profile.tunnels)
            networks.insert(networks.end(), tunnel.peers.begin(), tunnel.peers.end());
        m_facts.routes = routesTowards(networks, routes);
    }

    void readConntrack()
    {
        const std::optional<std::uint64_t> entries = readSetting("/proc/sys/net/netfilter/nf_conntrack_count");
        const std::optional<std::uint64_t> most = readSetting("/proc/sys/net/netfilter/nf_conntrack_max");
        if (!entries || !most)
            return;
        m_facts.conntrack = readConntrackCounters(read("/proc/net/stat/nf_conntrack"));
        m_facts.conntrack->entries = *entries;
        m_facts.conntrack->max = *most;
    }

    /// Whether an interface that pods of this node are directly behind is a bridge.
    std::optional<bool> arePodsOnBridge() const
    {
        std::optional<bool> found;
        for (const Route& route : routesTowards(m_profile.podCidrs, m_facts.routes)) {
            if (route.viaGateway || route.destination.length() == 0)
                continue;
            const bool bridge = m_sources.files.exists("/sys/class/net/" + route.interface + "/bridge");
            found = found.value_or(false) || bridge;
        }
        return found;
    }

    const FactSources& m_sources;
    const Profile& m_profile;
    NodeFacts m_facts;
};

/// A service of the profile, or one that leads to a port that it names: others are no reason to judge again.
bool bearsOn(const Profile& profile, const VirtualService& service)
{
    const auto has = [](const auto& all, const auto& one) { return std::find(all.begin(), all.end(), one) != all.end(); };
    return has(profile.services, service.address) || std::any_of(service.realServers.begin(), service.realServers.end(),
                                                                 [&](const RealServer& server) { return has(profile.ports, server.port); });
}

} // namespace

FactSources liveSources()
{
    return {filesBelow({}),
            [deadline = std::make_shared<std::optional<ChildDeadline>>()](const std::vector<std::string>& words) {
                if (!*deadline)
                    *deadline = std::chrono::steady_clock::now() + childBudget;
                return runCommand(words, **deadline);
            },
            nftablesTablesToRead,
            [](const std::string& module) { return isKernelPartActive(module) || isModuleInstalled(module); },
            readNativeRules,
            [](const std::vector<Prefix>& networks, std::vector<std::string>& unread) {
                return findPodNamespaces(namedNamespaces(), networks, unread);
            },
            traceRules,
            readTunnelLinks,
            readIpSets};
}

LinuxNodeInspector::LinuxNodeInspector(std::function<FactSources()> sources) : m_sources(std::move(sources)) {}

LinuxNodeInspector::LinuxNodeInspector(FactSources sources) : m_sources([sources = std::move(sources)] { return sources; }) {}

NodeFacts LinuxNodeInspector::inspect(const Profile& profile)
{
    const FactSources sources = m_sources(); // every look has the whole time for its programs
    return Reading(sources, profile).take();
}

std::optional<NodeTrace> LinuxNodeInspector::trace(const Profile& profile, const NodeTrace* before)
{
    const FactSources sources = m_sources();
    std::optional<NodeTrace> trace = sources.traceRules(before);
    NodeFacts facts = trace ? Reading(sources, profile).takeSurroundings() : NodeFacts{};
    if (!trace || !facts.ipvsUnread.empty())
        return std::nullopt;
    std::erase_if(facts.virtualServices, [&](const VirtualService& service) { return !bearsOn(profile, service); });
    Result<std::vector<IpSet>> sets = sources.ipSets();
    if (!sets)
        return std::nullopt;
    trace->facts += setsFingerprint(*sets, profile, facts);
    trace->facts += fingerprintOf(facts, profile.chainPrefix);
    trace->facts += !facts.expireNoDestination ? " -" : *facts.expireNoDestination ? " expires" : " stays";
    for (const VirtualService& service : facts.virtualServices)
        trace->facts += service.onePacket ? " ops" : " -";
    for (const std::string& line : facts.rawBeforeDefrag)
        trace->facts += "\n" + line;
    for (const auto& [backend, modules] : neededModules) {
        for (const char* module : modules)
            trace->facts += sources.files.exists(std::string("/sys/module/") + module) ? " there" : " -";
    }
    return trace;
}

NodeFacts LinuxNodeInspector::readFigures()
{
    const Profile anyProfile;
    const FactSources sources = m_sources();
    return Reading(sources, anyProfile).takeFigures();
}

DropCounts LinuxNodeInspector::countDrops()
{
    const FactSources sources = m_sources();
    DropCounts counts = notrack::countDrops(readLegacyCounters(sources.files, sources.run));
    if (const Result<nf_tables::Rules> rules = nf_tables::readRules())
        counts.merge(notrack::countDrops(*rules));
    return counts;
}

std::unique_ptr<NodeInspector> makeNodeInspector()
{
    return std::make_unique<LinuxNodeInspector>();
}

} // namespace notrack
