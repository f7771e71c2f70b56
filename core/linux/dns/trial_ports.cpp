#include "core/linux/dns/trial_ports.h"

#include "core/base/number_text.h"
#include "core/base/text_lines.h"
#include "core/linux/dns/socket_address.h"
#include "core/linux/system/file_descriptor.h"
#include "core/linux/system/text_file.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <cerrno>
#include <iterator>
#include <sched.h>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

namespace
{

constexpr std::size_t mostTries = 1000; // of blocks; where so many are taken, the node is not fit for a trial
constexpr std::uint32_t highestPort = 65535;
constexpr PortRange privileged{Port{1}, Port{1023}};
// kube-apiserver --service-node-port-range: IPVS may listen there, which no bind tells.
constexpr PortRange nodePorts{Port{30000}, Port{32767}};

using Ports = std::bitset<highestPort + 1>;

void mark(Ports& ports, const PortRange& range)
{
    for (std::uint32_t port = range.first.value; port <= range.last.value; ++port)
        ports.set(port);
}

/// "32768 60999", and lists of "8080,9000-9010", as net.ipv4.ip_local_port_range and ip_local_reserved_ports have them.
void markText(Ports& ports, std::string_view text, char between)
{
    const std::size_t middle = text.find(between);
    const auto first = readNumber<std::uint16_t>(trimmed(text.substr(0, middle)));
    const auto last = middle == std::string_view::npos ? first : readNumber<std::uint16_t>(trimmed(text.substr(middle + 1)));
    if (first && last)
        mark(ports, {Port{*first}, Port{*last}});
}

/// A socket of both families; of IPv4 alone where the kernel has no other.
FileDescriptor openOfBothFamilies(int type)
{
    FileDescriptor file(socket(AF_INET6, type | SOCK_CLOEXEC, 0));
    const int neither = 0;
    if (file.valid())
        setsockopt(file.get(), IPPROTO_IPV6, IPV6_V6ONLY, &neither, sizeof neither);
    else if (errno == EAFNOSUPPORT)
        file = FileDescriptor(socket(AF_INET, type | SOCK_CLOEXEC, 0));
    return file;
}

/// Whether nobody has the port in the namespace of this thread: one that both families' wildcard can have, no address of theirs has.
bool isFree(Port port, Protocol protocol)
{
    const FileDescriptor file = openOfBothFamilies(protocol == Protocol::Udp ? SOCK_DGRAM : SOCK_STREAM);
    int domain = AF_INET6;
    socklen_t size = sizeof domain;
    if (!file.valid() || getsockopt(file.get(), SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0)
        return false;
    const SocketAddress own = anyAddress(domain == AF_INET6 ? Family::Ipv6 : Family::Ipv4, port);
    return bind(file.get(), own.get(), own.length) == 0;
}

bool isAsked(const Witness& witness)
{
    return witness.role == Role::Pod || witness.role == Role::Node;
}

/// Calls `look` in every place that is asked and can be entered, until it says no. Leaves the thread where it was.
template <typename Look>
void visitPlaces(const WitnessSources& sources, std::span<const Witness> witnesses, Look look)
{
    const Result<FileDescriptor> node = openOwnNamespace();
    if (!node)
        return;
    for (const Witness& witness : witnesses)
        if (isAsked(witness) && enterPlace(sources, witness, *node) && !look(witness))
            break;
    setns(node->get(), CLONE_NEWNET);
}

/// The ports that no place keeps for others, and of those the ones that nobody has anywhere.
class PortSearch
{
public:
    PortSearch(const WitnessSources& sources, std::span<const Witness> witnesses, const PortsWanted& wanted)
        : m_sources(sources), m_witnesses(witnesses), m_wanted(wanted)
    {
        mark(m_taken, privileged);
        for (const PortRange& range : wanted.used)
            mark(m_taken, range);
        mark(m_kept, nodePorts);
        m_others = m_kept;
        m_shared.set();
    }

    /// What a namespace keeps for those who ask for any port, as its two settings say it.
    void markOthers(const std::string& localRange, const std::string& reserved)
    {
        if (!m_settings.insert(localRange + reserved).second) // most places have the same
            return;
        Ports local;
        markText(local, localRange, '\t');
        m_shared &= local;
        std::string_view left = trimmed(reserved);
        while (!left.empty()) {
            const std::size_t comma = left.find(',');
            markText(m_kept, left.substr(0, comma), '-');
            left = comma == std::string_view::npos ? std::string_view() : left.substr(comma + 1);
        }
        m_others |= local | m_kept;
    }

    std::optional<PortRange> find(std::mt19937& chance)
    {
        if (m_wanted.count == 0)
            return std::nullopt;
        std::vector<std::uint32_t> starts = startsOutside(m_taken | (m_wanted.whose == PortsOf::Nobody ? m_others : m_kept | ~m_shared));
        if (!starts.empty())
            std::rotate(starts.begin(), starts.begin() + static_cast<std::ptrdiff_t>(chance() % starts.size()), starts.end());
        if (const auto found = firstFree(starts))
            return found;
        starts = startsOutside(m_taken);
        std::reverse(starts.begin(), starts.end());
        return firstFree(starts);
    }

private:
    std::vector<std::uint32_t> startsOutside(const Ports& ports) const
    {
        std::vector<std::uint32_t> starts;
        std::uint32_t inRow = 0;
        for (std::uint32_t port = 1; port <= highestPort; ++port) {
            inRow = ports.test(port) ? 0 : inRow + 1;
            if (inRow >= m_wanted.count)
                starts.push_back(port + 1 - m_wanted.count);
        }
        return starts;
    }

    std::optional<PortRange> firstFree(const std::vector<std::uint32_t>& starts)
    {
        std::size_t tries = 0;
        for (const std::uint32_t start : starts) {
            const PortRange range{Port{static_cast<std::uint16_t>(start)}, Port{static_cast<std::uint16_t>(start + m_wanted.count - 1)}};
            if (isTaken(range))
                continue;
            if (++tries > mostTries)
                break;
            if (isFreeEverywhere(range))
                return range;
        }
        return std::nullopt;
    }

    bool isTaken(const PortRange& range) const
    {
        for (std::uint32_t port = range.first.value; port <= range.last.value; ++port)
            if (m_taken.test(port))
                return true;
        return false;
    }

    /// Asks the places in one pass: a range that is free in one is free in most. Those that cannot be entered have no say.
    bool isFreeEverywhere(const PortRange& range)
    {
        std::size_t places = 0;
        bool free = true;
        visitPlaces(m_sources, m_witnesses, [&](const Witness&) {
            ++places;
            free = isFreeHere(range);
            return free;
        });
        return free && places > 0;
    }

    bool isFreeHere(const PortRange& range)
    {
        for (std::uint32_t number = range.first.value; number <= range.last.value; ++number) {
            const Port port{static_cast<std::uint16_t>(number)};
            for (const Protocol protocol : m_wanted.protocols) {
                if (!isFree(port, protocol)) {
                    m_taken.set(number);
                    return false;
                }
            }
        }
        return true;
    }

    const WitnessSources& m_sources;
    std::span<const Witness> m_witnesses;
    const PortsWanted& m_wanted;
    Ports m_taken;  // never
    Ports m_kept;   // for NodePorts, or by ip_local_reserved_ports
    Ports m_others; // those, and what sockets get anywhere that ask for any port: only where there is nothing else
    Ports m_shared; // what such sockets get everywhere
    std::set<std::string> m_settings;
};

} // namespace

void readPortSettings(const WitnessSources& sources, std::span<const Witness> witnesses, PortSettings& settings)
{
    std::vector<Witness> unknown;
    std::copy_if(witnesses.begin(), witnesses.end(), std::back_inserter(unknown), [&](const Witness& witness) {
        return isAsked(witness) && !settings.contains({witness.role, witness.name});
    });
    if (unknown.empty())
        return;
    visitPlaces(sources, unknown, [&](const Witness& witness) {
        settings[{witness.role, witness.name}] = {readOptionalTextFile("/proc/sys/net/ipv4/ip_local_port_range").value_or(""),
                                                  readOptionalTextFile("/proc/sys/net/ipv4/ip_local_reserved_ports").value_or("")};
        return true;
    });
}

std::optional<PortRange> findFreePorts(const WitnessSources& sources, std::span<const Witness> witnesses, PortSettings& settings,
                                       const PortsWanted& wanted, std::mt19937& chance)
{
    readPortSettings(sources, witnesses, settings);
    PortSearch search(sources, witnesses, wanted);
    for (const Witness& witness : witnesses)
        if (const auto known = settings.find({witness.role, witness.name}); isAsked(witness) && known != settings.end())
            search.markOthers(known->second.first, known->second.second);
    return search.find(chance);
}

} // namespace notrack
