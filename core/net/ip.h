#pragma once

#include "core/base/error.h"

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace notrack
{

enum class Family { Ipv4, Ipv6 };

/// Both families, in the order in which everything is done and shown.
inline constexpr std::array allFamilies{Family::Ipv4, Family::Ipv6};

/// "ipv4" or "ipv6".
std::string_view toText(Family family);

/// Transport protocols that DNS uses.
enum class Protocol { Udp, Tcp };

/// "udp" or "tcp".
std::string_view toText(Protocol protocol);

/// A transport port, 1 to 65535, host byte order.
struct Port
{
    std::uint16_t value = 0;

    auto operator<=>(const Port&) const = default;
};

/// Where DNS is served unless somebody says otherwise.
inline constexpr Port dnsPort{53};

/// Ports from the first to the last, both included.
struct PortRange
{
    Port first;
    Port last;

    /// The range of one port.
    static PortRange of(Port port) { return {port, port}; }

    bool contains(Port port) const { return first <= port && port <= last; }
    bool overlaps(const PortRange& other) const { return first <= other.last && other.first <= last; }

    auto operator<=>(const PortRange&) const = default;
};

/// "53" or "40000:40007", as iptables writes them.
std::string toText(const PortRange& ports);

/// Packets and bytes that a rule or a policy has seen.
struct Counters
{
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;

    auto operator<=>(const Counters&) const = default;
};

/// An IPv4 or IPv6 address. The bytes are in network order; IPv4 uses the first four, the others are zero.
class Address
{
public:
    using Bytes = std::array<std::uint8_t, 16>;

    Address() = default;
    /// Bytes past the family's length are dropped.
    Address(Family family, const Bytes& bytes);

    Family family() const { return m_family; }
    const Bytes& bytes() const { return m_bytes; }
    /// 32 or 128.
    int bits() const { return m_family == Family::Ipv4 ? 32 : 128; }

    auto operator<=>(const Address&) const = default;

private:
    Family m_family = Family::Ipv4;
    Bytes m_bytes{};
};

/// Reads dotted-quad IPv4 or RFC 4291 IPv6 text, without zone or brackets.
Result<Address> readAddress(std::string_view text);
std::string toText(const Address& address);
/// "10.96.0.10:53/udp", "[fd00::a]:53/tcp".
std::string endpointText(const Address& address, Port port, Protocol protocol);

/// An address prefix (CIDR) without host bits.
class Prefix
{
public:
    /// `length` is clamped to the family's bits; host bits are cleared.
    Prefix(const Address& address, int length);
    /// The single address: /32 or /128.
    explicit Prefix(const Address& address) : Prefix(address, address.bits()) {}

    Family family() const { return m_address.family(); }
    const Address& address() const { return m_address; }
    int length() const { return m_length; }
    bool isOneAddress() const { return m_length == m_address.bits(); }
    bool contains(const Address& address) const;

    auto operator<=>(const Prefix&) const = default;

private:
    Address m_address;
    int m_length = 0;
};

/// Reads "ADDRESS/LENGTH"; refuses host bits, since they mostly stand for a typing error, and names the prefix that was meant.
Result<Prefix> readPrefix(std::string_view text);
/// Always with its length, as iptables-save writes it.
std::string toText(const Prefix& prefix);

} // namespace notrack
