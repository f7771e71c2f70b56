#include "core/linux/dns/trial_ports.h"

#include "core/base/number_text.h"
#include "core/linux/dns/socket_address.h"
#include "core/linux/system/file_descriptor.h"
#include "core/linux/system/text_file.h"
#include "core/linux/system/text_lines.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <cerrno>
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
bool isFree(Port port)
{
    for (const int type : {SOCK_DGRAM, SOCK_STREAM}) {
        const FileDescriptor file = openOfBothFamilies(type);
        int domain = AF_INET6;
        socklen_t size = sizeof domain;
        if (!file.valid() || getsockopt(file.get(), SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0)
            return false;
        const SocketAddress own = anyAddress(domain == AF_INET6 ? Family::Ipv6 : Family::Ipv4, port);
        if (bind(file.get(), own.get(), own.length) != 0)
            return false;
    }
    return true;
}

/// Calls `look` in every place that is asked and can be entered.
template <typename Look>
void visitPlaces(const WitnessSources& sources, std::span<const Witness> witnesses, Look look)
{
    const Result<FileDescriptor> node = openOwnNamespace();
    for (const Witness& witness : witnesses) {
        const bool asked = witness.role == Role::Pod || witness.role == Role::Node;
        if (asked && node && enterPlace(sources, witness, *node))
            look(witness);
    }
}

/// What this thread's namespace, that of the witness, has; read where it is not known yet.
PortSettings::mapped_type settingsOf(const Witness& witness, PortSettings& known)
{
    const auto [place, isNew] = known.try_emplace({witness.role, witness.name});
    if (isNew)
        place->second = {readOptionalTextFile("/proc/sys/net/ipv4/ip_local_port_range").value_or(""),
                         readOptionalTextFile("/proc/sys/net/ipv4/ip_local_reserved_ports").value_or("")};
    return place->second;
}

class PortSearch
{
public:
    PortSearch(std::uint16_t count, std::span<const PortRange> used) : m_count(count)
    {
        mark(m_taken, privileged);
        for (const PortRange& range : used)
            mark(m_taken, range);
        mark(m_kept, nodePorts);
        m_others = m_kept;
        m_shared.set();
    }

    /// Opens the places; those that cannot be entered have no say.
    void visit(const WitnessSources& sources, std::span<const Witness> witnesses, PortSettings& settings)
    {
        visitPlaces(sources, witnesses, [&](const Witness& witness) {
            const auto [localRange, reserved] = settingsOf(witness, settings);
            if (m_settings.insert(localRange + reserved).second) // most places have the same
                markOthers(localRange, reserved);
            if (Result<FileDescriptor> place = openOwnNamespace())
                m_places.push_back(std::move(*place));
        });
    }

    std::optional<PortRange> find(PortsOf whose, std::mt19937& chance)
    {
        if (m_count == 0 || m_places.empty())
            return std::nullopt;
        std::vector<std::uint32_t> starts = startsOutside(m_taken | (whose == PortsOf::Nobody ? m_others : m_kept | ~m_shared));
        std::shuffle(starts.begin(), starts.end(), chance);
        if (const auto found = firstFree(starts))
            return found;
        starts = startsOutside(m_taken);
        std::reverse(starts.begin(), starts.end());
        return firstFree(starts);
    }

private:
    /// What a namespace keeps for those who ask for any port, as its two settings say it.
    void markOthers(const std::string& localRange, const std::string& reserved)
    {
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

    std::vector<std::uint32_t> startsOutside(const Ports& ports) const
    {
        std::vector<std::uint32_t> starts;
        std::uint32_t inRow = 0;
        for (std::uint32_t port = 1; port <= highestPort; ++port) {
            inRow = ports.test(port) ? 0 : inRow + 1;
            if (inRow >= m_count)
                starts.push_back(port + 1 - m_count);
        }
        return starts;
    }

    std::optional<PortRange> firstFree(const std::vector<std::uint32_t>& starts)
    {
        std::size_t tries = 0;
        for (const std::uint32_t start : starts) {
            const PortRange range{Port{static_cast<std::uint16_t>(start)}, Port{static_cast<std::uint16_t>(start + m_count - 1)}};
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

    bool isFreeEverywhere(const PortRange& range)
    {
        for (const FileDescriptor& place : m_places) {
            if (setns(place.get(), CLONE_NEWNET) != 0)
                return false;
            for (std::uint32_t port = range.first.value; port <= range.last.value; ++port) {
                if (!isFree(Port{static_cast<std::uint16_t>(port)})) {
                    m_taken.set(port);
                    return false;
                }
            }
        }
        return true;
    }

    std::uint16_t m_count;
    Ports m_taken;  // never
    Ports m_kept;   // for NodePorts, or by ip_local_reserved_ports
    Ports m_others; // those, and what sockets get anywhere that ask for any port: only where there is nothing else
    Ports m_shared; // what such sockets get everywhere
    std::set<std::string> m_settings;
    std::vector<FileDescriptor> m_places;
};

} // namespace

PortSettings readPortSettings(const WitnessSources& sources, std::span<const Witness> witnesses)
{
    PortSettings settings;
    visitPlaces(sources, witnesses, [&](const Witness& witness) { settingsOf(witness, settings); });
    return settings;
}

std::optional<PortRange> findFreePorts(const WitnessSources& sources, std::span<const Witness> witnesses, PortSettings& settings,
                                       std::uint16_t count, std::span<const PortRange> used, PortsOf whose, std::mt19937& chance)
{
    PortSearch search(count, used);
    search.visit(sources, witnesses, settings);
    return search.find(whose, chance);
}

} // namespace notrack
