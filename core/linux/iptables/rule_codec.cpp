#include "core/linux/iptables/rule_codec.h"

#include "core/linux/iptables/rule_layout.h"

#include <linux/netfilter_ipv4/ip_tables.h>

#include <linux/netfilter/xt_CT.h>
#include <linux/netfilter/xt_addrtype.h>
#include <linux/netfilter/xt_tcpudp.h>

#include <algorithm>
#include <cstring>
#include <limits>

namespace notrack
{

namespace
{

/// xt_CT's revision 2 has been there since Linux 3.8; it takes revision 1's structure.
constexpr std::uint8_t targetRevision = 2;
/// Revision 0 of addrtype is IPv4 only.
constexpr std::uint8_t addrtypeRevision = 1;
constexpr std::string_view returnVerdict = "RETURN";
constexpr std::uint16_t lastPort = std::numeric_limits<std::uint16_t>::max();

/// The one part of struct xt_tcp and struct xt_udp that matters here; both begin with the four ports.
struct PortRanges
{
    std::uint16_t source[2];
    std::uint16_t destination[2];
};

bool isAnyPort(const std::uint16_t (&range)[2])
{
    return range[0] == 0 && range[1] == lastPort;
}

/// Nothing for all ports, and for a range that holds none.
std::optional<PortRange> rangeOf(const std::uint16_t (&range)[2])
{
    if (isAnyPort(range) || range[0] > range[1])
        return std::nullopt;
    return PortRange{Port{range[0]}, Port{range[1]}};
}

/// Takes the ports of a plain udp or tcp match over; false when the match says anything else.
bool takePorts(const RawExtension& match, Protocol protocol, NotrackRule& rule)
{
    PortRanges ports{};
    if (protocol == Protocol::Udp) {
        xt_udp udp{};
        if (!copyPayload(match, udp) || udp.invflags != 0)
            return false;
        ports = {{udp.spts[0], udp.spts[1]}, {udp.dpts[0], udp.dpts[1]}};
    } else {
        xt_tcp tcp{};
        if (!copyPayload(match, tcp) || tcp.invflags != 0 || tcp.option != 0 || tcp.flg_mask != 0 || tcp.flg_cmp != 0)
            return false;
        ports = {{tcp.spts[0], tcp.spts[1]}, {tcp.dpts[0], tcp.dpts[1]}};
    }
    rule.sourcePort = rangeOf(ports.source);
    rule.destinationPort = rangeOf(ports.destination);
    return (rule.sourcePort || isAnyPort(ports.source)) && (rule.destinationPort || isAnyPort(ports.destination)) &&
           (rule.sourcePort || rule.destinationPort);
}

bool takeAddressType(const RawExtension& match, NotrackRule& rule)
{
    xt_addrtype_info_v1 info{};
    if (match.revision != addrtypeRevision || !copyPayload(match, info))
        return false;
    if (info.source == XT_ADDRTYPE_LOCAL && info.dest == 0 && info.flags == XT_ADDRTYPE_INVERT_SOURCE)
        rule.notLocal = NotLocal::Source;
    else if (info.dest == XT_ADDRTYPE_LOCAL && info.source == 0 && info.flags == XT_ADDRTYPE_INVERT_DEST)
        rule.notLocal = NotLocal::Destination;
    return rule.notLocal != NotLocal::None;
}

/// Whether the target is exactly `-j CT --notrack`. `-j NOTRACK` is the same target with another flag; it is none of ours,
/// since a listing would show something else than we write.
bool isPlainNotrack(const RawExtension& target)
{
    xt_ct_target_info_v1 info{};
    if (target.name != "CT" || target.revision == 0 || target.revision > targetRevision || !copyPayload(target, info))
        return false;
    return info.flags == XT_CT_NOTRACK && info.zone == 0 && info.ct_events == 0 && info.exp_events == 0 && info.helper[0] == '\0' &&
           info.timeout[0] == '\0';
}

/// `name` is libiptc's for the target: in the bytes a verdict has none.
std::optional<RuleTarget> targetOfRule(const RawExtension& target, std::string_view name)
{
    if (isPlainNotrack(target))
        return RuleTarget::Notrack;
    return target.name.empty() && name == returnVerdict ? std::optional(RuleTarget::Return) : std::nullopt;
}

std::optional<NotrackRule> toNotrackRule(const RawRule& raw, std::string_view targetName)
{
    const RawHeader& header = raw.header;
    const bool plain = header.inverted == 0 && header.inputInterface.empty() && header.outputInterface.empty() && !header.special;
    const std::optional<RuleTarget> target = targetOfRule(raw.target, targetName);
    if (!plain || !header.source || !header.destination || !target)
        return std::nullopt;
    if (header.protocol != protocolNumber(Protocol::Udp) && header.protocol != protocolNumber(Protocol::Tcp))
        return std::nullopt;
    NotrackRule rule;
    rule.target = *target;
    rule.protocol = header.protocol == protocolNumber(Protocol::Udp) ? Protocol::Udp : Protocol::Tcp;
    if (header.source->length() != 0)
        rule.source = header.source;
    if (header.destination->length() != 0)
        rule.destination = header.destination;

    auto match = raw.matches.begin();
    if (match == raw.matches.end() || match->name != toText(rule.protocol) || !takePorts(*match++, rule.protocol, rule))
        return std::nullopt;
    if (match != raw.matches.end() && (match->name != "addrtype" || !takeAddressType(*match++, rule)))
        return std::nullopt;
    if (match != raw.matches.end())
        return std::nullopt;
    return rule;
}

bool isPlainJump(const RawRule& raw)
{
    const RawHeader& header = raw.header;
    const bool unconditional = header.inverted == 0 && header.inputInterface.empty() && header.outputInterface.empty() && !header.special &&
                               header.protocol == 0 && raw.matches.empty();
    return unconditional && header.source && header.source->length() == 0 && header.destination && header.destination->length() == 0 &&
           raw.target.name.empty();
}

bool isVerdict(std::string_view target)
{
    return target.empty() || target == "ACCEPT" || target == "DROP" || target == returnVerdict || target == "QUEUE";
}

/// What the header and a plain udp or tcp match say; what they say by exclusion is left out.
std::shared_ptr<const Reach> reachOf(const RawRule& raw)
{
    const RawHeader& header = raw.header;
    Reach reach{.isGoto = header.isGoto};
    if ((header.inverted & IPT_INV_SRCIP) == 0)
        reach.source = header.source;
    if ((header.inverted & IPT_INV_DSTIP) == 0)
        reach.destination = header.destination;
    if (header.protocol == 0 || (header.inverted & XT_INV_PROTO) != 0 || header.special)
        return std::make_shared<const Reach>(reach);
    for (const Protocol protocol : {Protocol::Udp, Protocol::Tcp}) {
        if (header.protocol == protocolNumber(protocol))
            reach.protocol = protocol;
    }
    reach.isOtherProtocol = !reach.protocol;
    for (const RawExtension& match : raw.matches) {
        PortRanges ports{};
        std::uint8_t inverted = 0;
        if (xt_udp udp{}; match.name == "udp" && copyPayload(match, udp)) {
            ports = {{udp.spts[0], udp.spts[1]}, {udp.dpts[0], udp.dpts[1]}};
            inverted = udp.invflags;
        } else if (xt_tcp tcp{}; match.name == "tcp" && copyPayload(match, tcp)) {
            ports = {{tcp.spts[0], tcp.spts[1]}, {tcp.dpts[0], tcp.dpts[1]}};
            inverted = tcp.invflags;
        } else {
            continue;
        }
        if (inverted == 0) {
            reach.sourcePorts = rangeOf(ports.source);
            reach.destinationPorts = rangeOf(ports.destination);
        }
    }
    return std::make_shared<const Reach>(reach);
}

/// One for the many rules of others that nobody looks into.
const std::shared_ptr<const Reach>& anyPacket()
{
    static const auto any = std::make_shared<const Reach>();
    return any;
}

std::vector<std::byte> encodePorts(const NotrackRule& rule)
{
    const auto fill = [](const std::optional<PortRange>& ports, std::uint16_t(&range)[2]) {
        range[0] = ports ? ports->first.value : std::uint16_t{0};
        range[1] = ports ? ports->last.value : lastPort;
    };
    if (rule.protocol == Protocol::Udp) {
        xt_udp udp{};
        fill(rule.sourcePort, udp.spts);
        fill(rule.destinationPort, udp.dpts);
        return encodeExtension("udp", 0, udp);
    }
    xt_tcp tcp{};
    fill(rule.sourcePort, tcp.spts);
    fill(rule.destinationPort, tcp.dpts);
    return encodeExtension("tcp", 0, tcp);
}

std::vector<std::byte> encodeNotrackRule(Family family, const NotrackRule& rule, const Counters& counters)
{
    std::vector<std::byte> matches = encodePorts(rule);
    if (rule.notLocal != NotLocal::None) {
        xt_addrtype_info_v1 info{};
        const bool source = rule.notLocal == NotLocal::Source;
        (source ? info.source : info.dest) = XT_ADDRTYPE_LOCAL;
        info.flags = source ? XT_ADDRTYPE_INVERT_SOURCE : XT_ADDRTYPE_INVERT_DEST;
        const std::vector<std::byte> match = encodeExtension("addrtype", addrtypeRevision, info);
        matches.insert(matches.end(), match.begin(), match.end());
    }
    if (rule.target == RuleTarget::Return)
        return encodeEntry(family, rule, counters, matches, encodeStandardTarget(returnVerdict));
    xt_ct_target_info_v1 info{};
    info.flags = XT_CT_NOTRACK;
    return encodeEntry(family, rule, counters, matches, encodeExtension("CT", targetRevision, info));
}

} // namespace

std::size_t fingerprintOf(Family family, std::span<const std::byte> bytes, std::string_view target)
{
    // the target of a jump, and of a rule without one, is an offset into the table, which every commit may move: its name stands for it
    const bool isOffset = (target.empty() || !isVerdict(target)) && hasStandardTarget(family, bytes);
    return fingerprint(family, bytes, isOffset ? FingerprintOf::Matches : FingerprintOf::All);
}

RuleBody decodeRule(Family family, std::span<const std::byte> bytes, std::string_view target, RuleDetail detail)
{
    const bool brief = detail != RuleDetail::Full && target != "CT" && (isVerdict(target) || !hasStandardTarget(family, bytes));
    if (brief && detail == RuleDetail::Brief)
        return ForeignRule{std::string(target), {}, {}, fingerprintOf(family, bytes, target), anyPacket()};
    const std::optional<RawRule> raw = readRawRule(family, bytes);
    if (raw && brief)
        return ForeignRule{std::string(target), {}, {}, fingerprintOf(family, bytes, target), reachOf(*raw)};
    if (!raw)
        return ForeignRule{std::string(target), "# a rule that cannot be read", {bytes.begin(), bytes.end()}};
    if (std::optional<NotrackRule> rule = toNotrackRule(*raw, target))
        return *rule;
    if (isPlainJump(*raw) && !isVerdict(target))
        return Jump{std::string(target)};
    return ForeignRule{
        std::string(target), toText(*raw, target), {bytes.begin(), bytes.end()}, fingerprintOf(family, bytes, target), reachOf(*raw)};
}

Result<std::vector<std::byte>> encodeRule(Family family, const Entry& entry)
{
    if (const auto* rule = std::get_if<NotrackRule>(&entry.body))
        return encodeNotrackRule(family, *rule, entry.counters);
    if (const auto* jump = std::get_if<Jump>(&entry.body))
        return encodeEntry(family, std::nullopt, entry.counters, {}, encodeStandardTarget(jump->chain));
    const auto& foreign = std::get<ForeignRule>(entry.body);
    std::vector<std::byte> bytes = foreign.bytes;
    if (!setTargetName(family, bytes, foreign.target) || !setCounters(family, bytes, entry.counters))
        return makeError(ErrorKind::Failed, "a rule that was read from the kernel cannot be put back", foreign.text);
    return bytes;
}

} // namespace notrack
