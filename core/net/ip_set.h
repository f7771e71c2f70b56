#pragma once

#include "core/net/ip.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

/// The elements of one ipset that are kept: as many as a set may have where nobody asked for more (ipset(8), maxelem).
inline constexpr std::size_t mostSetElements = 65'536;
/// Those of all sets of a node together.
inline constexpr std::size_t mostElementsOfSets = 131'072;

/// What a set keeps of a packet. Which of it there is, the type of the set says.
struct IpSetElement
{
    std::optional<Prefix> network;
    std::optional<Prefix> other;    ///< the second address of an element
    std::uint8_t protocol = 0;      ///< IPPROTO_*; 0: of any that has ports
    std::optional<PortRange> ports; ///< a range in sets of ports alone
    bool except = false;            ///< "nomatch": what it holds is not in the set
    bool passing = false;           ///< it expires, or asks for what is not known of packets

    auto operator<=>(const IpSetElement&) const = default;
};

/// As ipset writes it: "10.244.1.3/32,udp:53 nomatch"; networks have their length, ranges of ports a minus, and what may be gone later "passing".
std::string toText(const IpSetElement& element);
/// The reverse; nothing for what is none.
std::optional<IpSetElement> readIpSetElement(std::string_view text);

/// An ipset of the kernel that a rule or another set names.
struct IpSet
{
    std::string name;
    std::string type;             ///< "hash:ip,port"
    std::optional<Family> family; ///< that it holds; none for both
    std::vector<IpSetElement> elements;
    std::vector<std::string> members; ///< names of the sets in a list:set
    std::string unread;               ///< why its elements are not known; then there are none here

    bool operator==(const IpSet&) const = default;
};

/// What the elements of a type ask, in the order of the directions of a set match: 'n' a network or an address, 'p' ports with or without a
/// protocol, 'm' a hardware address, 's' another set. Empty for types that are not known.
std::string_view fieldsOfSetType(std::string_view type);

} // namespace notrack
