#include "core/net/ip.h"

#include "core/base/number_text.h"

#include <arpa/inet.h>

#include <algorithm>

namespace notrack
{

namespace
{

constexpr std::size_t longestAddressText = INET6_ADDRSTRLEN;

int addressFamily(Family family)
{
    return family == Family::Ipv4 ? AF_INET : AF_INET6;
}

Address::Bytes maskedBytes(const Address& address, int length)
{
    Address::Bytes bytes = address.bytes();
    for (int i = 0; i < 16; ++i) {
        const int keep = std::clamp(length - i * 8, 0, 8);
        bytes.at(static_cast<std::size_t>(i)) &= static_cast<std::uint8_t>(0xff00 >> keep);
    }
    return bytes;
}

} // namespace

std::string_view toText(Family family)
{
    return family == Family::Ipv4 ? "ipv4" : "ipv6";
}

std::string toText(const PortRange& ports)
{
    const std::string first = std::to_string(ports.first.value);
    return ports.first == ports.last ? first : first + ":" + std::to_string(ports.last.value);
}

std::string_view toText(Protocol protocol)
{
    return protocol == Protocol::Udp ? "udp" : "tcp";
}

Address::Address(Family family, const Bytes& bytes) : m_family(family), m_bytes(bytes)
{
    if (family == Family::Ipv4)
        std::fill(m_bytes.begin() + 4, m_bytes.end(), std::uint8_t{0});
}

Result<Address> readAddress(std::string_view text)
{
    const std::string terminated(text.substr(0, longestAddressText));
    const bool hasNul = terminated.find('\0') != std::string::npos;
    for (const Family family : allFamilies) {
        Address::Bytes bytes{};
        if (!hasNul && inet_pton(addressFamily(family), terminated.c_str(), bytes.data()) == 1)
            return Address(family, bytes);
    }
    return makeError(ErrorKind::Failed, "not an IPv4 or IPv6 address");
}

std::string toText(const Address& address)
{
    std::array<char, longestAddressText> text{};
    if (inet_ntop(addressFamily(address.family()), address.bytes().data(), text.data(), text.size()) == nullptr)
        return {};
    return text.data();
}

std::string endpointText(const Address& address, Port port, Protocol protocol)
{
    const std::string host = address.family() == Family::Ipv6 ? "[" + toText(address) + "]" : toText(address);
    return host + ":" + std::to_string(port.value) + "/" + std::string(toText(protocol));
}

Prefix::Prefix(const Address& address, int length)
    : m_address(address.family(), maskedBytes(address, std::clamp(length, 0, address.bits()))),
      m_length(std::clamp(length, 0, address.bits()))
{
}

bool Prefix::contains(const Address& address) const
{
    if (address.family() != family())
        return false;
    const auto whole = static_cast<std::size_t>(m_length / 8);
    const Address::Bytes& one = address.bytes();
    const Address::Bytes& other = m_address.bytes();
    if (!std::equal(one.begin(), one.begin() + static_cast<std::ptrdiff_t>(whole), other.begin()))
        return false;
    const unsigned rest = static_cast<unsigned>(m_length) % 8;
    return rest == 0 || (static_cast<unsigned>(one.at(whole) ^ other.at(whole)) >> (8 - rest)) == 0;
}

Result<Prefix> readPrefix(std::string_view text)
{
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos)
        return makeError(ErrorKind::Failed, "a prefix needs its length, as in 10.244.0.0/16");
    const Result<Address> address = readAddress(text.substr(0, slash));
    if (!address)
        return tl::unexpected(address.error());
    const std::string_view digits = text.substr(slash + 1);
    const auto length = readNumber<unsigned>(digits);
    if (!length || *length > static_cast<unsigned>(address->bits()))
        return makeError(ErrorKind::Failed, "the prefix length must be a number from 0 to " + std::to_string(address->bits()));
    const Prefix prefix(*address, static_cast<int>(*length));
    if (prefix.address() != *address)
        return makeError(ErrorKind::Failed, "host bits are set; the network is " + toText(prefix));
    return prefix;
}

std::string toText(const Prefix& prefix)
{
    return toText(prefix.address()) + "/" + std::to_string(prefix.length());
}

} // namespace notrack
