#include "core/report/census.h"

#include <algorithm>
#include <utility>

namespace notrack
{

namespace
{

/// enum tcp_conntrack, in the kernel's order.
constexpr std::array<std::string_view, 10> stateNames{"NONE",       "SYN_SENT", "SYN_RECV",  "ESTABLISHED", "FIN_WAIT",
                                                      "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT", "CLOSE",       "SYN_SENT2"};
constexpr std::array tunnelPorts{Port{4789}, Port{8472}, Port{6081}};

bool contains(const std::vector<Prefix>& prefixes, const Address& address)
{
    return std::any_of(prefixes.begin(), prefixes.end(), [&](const Prefix& prefix) { return prefix.contains(address); });
}

template <typename Items, typename Item>
bool holds(const Items& items, const Item& item)
{
    return std::find(items.begin(), items.end(), item) != items.end();
}

/// "65.2 %".
std::string shareOf(std::uint64_t part, std::uint64_t whole)
{
    const std::uint64_t tenths = whole == 0 ? 0 : (part * 1000 + whole / 2) / whole;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " %";
}

} // namespace

CensusTaker::CensusTaker(const Profile& profile, std::vector<Prefix> local)
    : m_profile(profile), m_local(std::move(local)), m_rules{buildRuleset(profile, Family::Ipv4), buildRuleset(profile, Family::Ipv6)}
{
}

void CensusTaker::count(const Flow& flow)
{
    ++m_census.entries;
    const bool udp = flow.protocol == udpNumber;
    const bool tcp = flow.protocol == tcpNumber;
    if (!udp && !tcp) {
        ++m_census.other;
        return;
    }
    if (isDns(flow)) {
        ++m_census.dns;
        m_census.takenOut += isTakenOut(flow) ? 1U : 0U;
    } else if (tcp) {
        ++m_tcp.at(std::min<std::size_t>(flow.tcpState, tcpStates - 1));
    } else if (isTunnel(flow)) {
        ++m_census.tunnel;
        m_census.takenOut += isUntracked(flow, ChainKind::Tunnels) ? 1U : 0U; // an outer packet has no answer: its ports are another flow's
    } else {
        ++m_census.otherUdp;
    }
}

Census CensusTaker::take() const
{
    Census census = m_census;
    for (std::size_t i = 0; i < m_tcp.size(); ++i)
        if (m_tcp.at(i) > 0)
            census.tcp.push_back({std::string(stateNames.at(i)), m_tcp.at(i)});
    return census;
}

bool CensusTaker::isDns(const Flow& flow) const
{
    if (holds(m_profile.ports, flow.destinationPort))
        return holds(m_profile.services, flow.destination) || contains(m_profile.podCidrs, flow.destination);
    return holds(m_profile.ports, flow.sourcePort) && contains(m_profile.podCidrs, flow.source);
}

bool CensusTaker::isTakenOut(const Flow& flow) const
{
    if (!isUntracked(flow))
        return false;
    if (flow.replySource == flow.destination && holds(m_profile.services, flow.destination))
        return true; // IPVS did not tell conntrack which server answers
    Flow answer = flow;
    answer.source = flow.replySource;
    answer.sourcePort = flow.replySourcePort;
    answer.destination = flow.source; // and no address of the node: nothing masquerades what is untracked
    answer.destinationPort = flow.sourcePort;
    return isUntracked(answer);
}

bool CensusTaker::isTunnel(const Flow& flow) const
{
    return holds(tunnelPorts, flow.destinationPort) ||
           std::any_of(m_profile.tunnels.begin(), m_profile.tunnels.end(),
                       [&](const Tunnel& tunnel) { return tunnel.port == flow.destinationPort; });
}

bool CensusTaker::isUntracked(const Flow& packet, ChainKind kind) const
{
    const Ruleset& rules = m_rules.at(packet.source.family() == Family::Ipv4 ? 0 : 1);
    const std::vector<NotrackRule>& met = rules.rules(isLocal(packet.source) ? Hook::Output : Hook::Prerouting, kind);
    return std::any_of(met.begin(), met.end(), [&](const NotrackRule& rule) { return matches(rule, packet); });
}

bool CensusTaker::isLocal(const Address& address) const
{
    return contains(m_local, address);
}

bool CensusTaker::matches(const NotrackRule& rule, const Flow& packet) const
{
    const bool tcp = rule.protocol == Protocol::Tcp;
    return packet.protocol == (tcp ? tcpNumber : udpNumber) && (!rule.source || rule.source->contains(packet.source)) &&
           (!rule.destination || rule.destination->contains(packet.destination)) &&
           (!rule.sourcePort || rule.sourcePort->contains(packet.sourcePort)) &&
           (!rule.destinationPort || rule.destinationPort->contains(packet.destinationPort)) &&
           (rule.notLocal != NotLocal::Source || !isLocal(packet.source)) &&
           (rule.notLocal != NotLocal::Destination || !isLocal(packet.destination));
}

std::string describeCensus(const Census& census, bool inPlace)
{
    std::vector<std::pair<std::string, std::uint64_t>> lines{{"DNS of the services", census.dns},
                                                             {"tunnel (VXLAN, Geneve)", census.tunnel},
                                                             {"other UDP", census.otherUdp},
                                                             {"other protocols", census.other}};
    for (const TcpStateCount& state : census.tcp)
        lines.emplace_back("TCP " + state.state, state.entries);
    std::stable_sort(lines.begin(), lines.end(), [](const auto& one, const auto& other) { return one.second > other.second; });
    std::string text = "who fills the conntrack table, of " + std::to_string(census.entries) + " entries:\n";
    for (const auto& [who, entries] : lines)
        if (entries > 0)
            text += "  " + who + ": " + std::to_string(entries) + " (" + shareOf(entries, census.entries) + ")\n";
    return text + "this profile takes out " + std::to_string(census.takenOut) + " of them (" + shareOf(census.takenOut, census.entries) +
           ")" + (inPlace ? ": its rules stand, so these are of before" : "") + "\n";
}

} // namespace notrack
