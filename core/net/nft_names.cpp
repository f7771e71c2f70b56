#include "core/net/nft_names.h"

#include "core/base/number_text.h"
#include "core/net/nft_expressions.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace notrack::nf_tables
{

namespace
{

struct Named
{
    std::uint64_t number;
    std::string_view name;
};

/// NF_CT_STATE_BIT of nf_conntrack_common.h.
constexpr std::array ctStates{Named{ctInvalid, "invalid"}, Named{ctEstablished, "established"}, Named{ctRelated, "related"},
                              Named{ctNew, "new"}, Named{ctUntracked, "untracked"}};
/// ip_conntrack_status of nf_conntrack_common.h, as far as nft has names.
constexpr std::array ctStatuses{Named{1, "expected"}, Named{2, "seen-reply"}, Named{4, "assured"}, Named{8, "confirmed"},
                                Named{16, "snat"},    Named{32, "dnat"},      Named{512, "dying"}};
constexpr std::array ctDirections{Named{0, "original"}, Named{1, "reply"}};
constexpr std::array tcpFlags{Named{1, "fin"},  Named{2, "syn"},  Named{4, "rst"},  Named{8, "psh"},
                              Named{16, "ack"}, Named{32, "urg"}, Named{64, "ecn"}, Named{128, "cwr"}};
/// RTN_* of rtnetlink.h.
constexpr std::array addressTypes{Named{1, "unicast"},   Named{2, "local"},     Named{3, "broadcast"},   Named{4, "anycast"},
                                  Named{5, "multicast"}, Named{6, "blackhole"}, Named{7, "unreachable"}, Named{8, "prohibit"}};
constexpr std::array presences{Named{0, "missing"}, Named{1, "exists"}};
constexpr std::array families{Named{2, "ipv4"}, Named{10, "ipv6"}};
constexpr std::array etherTypes{Named{0x0800, "ip"}, Named{0x86dd, "ip6"}, Named{0x0806, "arp"}};
/// RFC 792 and RFC 4443 with RFC 4861 and others, as nft names them.
constexpr std::array icmpTypes{
    Named{0, "echo-reply"},         Named{3, "destination-unreachable"}, Named{4, "source-quench"},        Named{5, "redirect"},
    Named{8, "echo-request"},       Named{9, "router-advertisement"},    Named{10, "router-solicitation"}, Named{11, "time-exceeded"},
    Named{12, "parameter-problem"}, Named{13, "timestamp-request"},      Named{14, "timestamp-reply"},     Named{15, "info-request"},
    Named{16, "info-reply"},        Named{17, "address-mask-request"},   Named{18, "address-mask-reply"}};
constexpr std::array icmpv6Types{
    Named{1, "destination-unreachable"}, Named{2, "packet-too-big"},        Named{3, "time-exceeded"},
    Named{4, "parameter-problem"},       Named{128, "echo-request"},        Named{129, "echo-reply"},
    Named{130, "mld-listener-query"},    Named{131, "mld-listener-report"}, Named{132, "mld-listener-done"},
    Named{133, "nd-router-solicit"},     Named{134, "nd-router-advert"},    Named{135, "nd-neighbor-solicit"},
    Named{136, "nd-neighbor-advert"},    Named{137, "nd-redirect"},         Named{138, "router-renumbering"},
    Named{141, "ind-neighbor-solicit"},  Named{142, "ind-neighbor-advert"}, Named{143, "mld2-listener-report"}};
/// /etc/protocols as Debian has it, as far as rules name them.
constexpr std::array transports{Named{1, "icmp"},  Named{2, "igmp"},   Named{6, "tcp"},    Named{17, "udp"},       Named{33, "dccp"},
                                Named{47, "gre"},  Named{50, "esp"},   Named{51, "ah"},    Named{58, "ipv6-icmp"}, Named{89, "ospf"},
                                Named{103, "pim"}, Named{112, "vrrp"}, Named{132, "sctp"}, Named{136, "udplite"}};

/// PACKET_* of if_packet.h.
constexpr std::array packetTypes{Named{0, "host"}, Named{1, "broadcast"}, Named{2, "multicast"}, Named{3, "other"}};

std::span<const Named> namesOf(Notation notation)
{
    switch (notation) {
    case Notation::CtState:
        return ctStates;
    case Notation::CtStatus:
        return ctStatuses;
    case Notation::CtDirection:
        return ctDirections;
    case Notation::AddressType:
        return addressTypes;
    case Notation::Presence:
        return presences;
    case Notation::Family:
        return families;
    case Notation::Transport:
        return transports;
    case Notation::EtherType:
        return etherTypes;
    case Notation::TcpFlags:
        return tcpFlags;
    case Notation::IcmpType:
        return icmpTypes;
    case Notation::Icmpv6Type:
        return icmpv6Types;
    case Notation::PacketType:
        return packetTypes;
    case Notation::Number:
    case Notation::NodeNumber:
    case Notation::Mark:
    case Notation::Ipv4:
    case Notation::Ipv6:
    case Notation::Name:
    case Notation::Interface:
        return {};
    }
    return {};
}

std::string markText(std::uint64_t number)
{
    return "0x" + hexText(number, 8);
}

} // namespace

std::optional<std::string> nameOf(std::uint64_t number, Notation notation)
{
    if (notation == Notation::Mark)
        return markText(number);
    if (notation == Notation::Interface) // of all indices only loopback's is known everywhere (LOOPBACK_IFINDEX)
        return number == 1 ? std::optional<std::string>("\"lo\"") : std::nullopt;
    const std::span<const Named> names = namesOf(notation);
    const auto found = std::find_if(names.begin(), names.end(), [&](const Named& named) { return named.number == number; });
    if (found != names.end())
        return std::string(found->name);
    const bool numbers =
        names.empty() || notation == Notation::Transport || notation == Notation::IcmpType || notation == Notation::Icmpv6Type;
    return numbers ? std::optional(std::to_string(number)) : std::nullopt;
}

std::optional<std::string> bitsText(std::uint64_t bits, Notation notation)
{
    std::string text;
    for (const Named& named : namesOf(notation)) {
        if ((bits & named.number) != 0)
            text.append(text.empty() ? "" : ",").append(named.name);
        bits &= ~named.number;
    }
    return bits != 0 || text.empty() ? std::nullopt : std::optional(text);
}

} // namespace notrack::nf_tables
