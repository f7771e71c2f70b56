#pragma once

#include "core/base/error.h"
#include "core/linux/system/file_descriptor.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace notrack::netlink
{

/// The kernel fills at most this much of a dump at once (netlink's NLMSG_GOODSIZE is a page).
inline constexpr std::size_t receiveSize = 65'536;

/// Appends a structure of the kernel's as it lies in memory.
template <typename T>
void append(std::vector<std::byte>& bytes, const T& value)
{
    const auto part = std::as_bytes(std::span(&value, 1));
    bytes.insert(bytes.end(), part.begin(), part.end());
}

/// A question to a part of netfilter, nf_tables by itself (NFNL_SUBSYS_*): its messages, NLM_F_*, NFPROTO_*, attributes that are text, and others
/// as an AttributeWriter has written them.
struct NetfilterRequest
{
    std::uint16_t type = 0;
    std::uint16_t flags = 0;
    std::uint8_t family = 0;
    std::vector<std::pair<std::uint16_t, std::string_view>> attributes;
    std::span<const std::byte> written{};
    std::uint8_t subsystem = 10; ///< NFNL_SUBSYS_NFTABLES
};

/// One answer: nfgenmsg's family, and the attributes that follow. The bytes live as long as the visitor's call.
struct Answer
{
    std::uint8_t family = 0;
    std::span<const std::byte> attributes;
};

/// Attributes one after the other, as netlink has them: numbers in network byte order, text with its zero.
class AttributeWriter
{
public:
    void number(std::uint16_t type, std::uint32_t value);
    void longNumber(std::uint16_t type, std::uint64_t value);
    void text(std::uint16_t type, std::string_view value);
    void bytes(std::uint16_t type, std::span<const std::byte> value);

    /// An attribute that holds what `write` writes.
    template <typename Write>
    void nested(std::uint16_t type, Write write)
    {
        const std::size_t start = begin(type);
        write();
        end(start);
    }

    const std::vector<std::byte>& written() const { return m_bytes; }

private:
    std::size_t begin(std::uint16_t type);
    void end(std::size_t start);

    std::vector<std::byte> m_bytes;
};

/// How the answers ended.
struct Outcome
{
    int error = 0;            ///< errno of the kernel's own answer
    bool interrupted = false; ///< the dump did not show one moment
    bool finished = false;
};

using Visitor = std::function<void(const Answer&)>;

/// Goes through one datagram's messages; no length in them is trusted.
void take(std::span<const std::byte> datagram, Outcome& outcome, const Visitor& visit);

/// "inet", "ip", "ip6" and so on for NFPROTO_*, as nft names its families; "other" for one that it does not have.
std::string_view familyName(std::uint8_t family);

/// NotPermitted, NoBackend or Failed, by errno.
tl::unexpected<Error> failure(int number);

/// A socket to netfilter's part of the kernel.
class Socket
{
public:
    static Result<Socket> open();

    /// Asks and visits every answer; an error that the kernel answers is part of the outcome.
    Result<Outcome> ask(const NetfilterRequest& request, const Visitor& visit);

private:
    explicit Socket(FileDescriptor file);

    FileDescriptor m_file;
    std::unique_ptr<std::byte[]> m_datagram; ///< not cleared: the kernel fills what is read of it
};

/// Messages and attributes begin at multiples of four (NLMSG_ALIGNTO, NLA_ALIGNTO).
constexpr std::size_t aligned(std::size_t size)
{
    return (size + 3) & ~std::size_t{3};
}

/// The attribute of that type among these, or nullopt.
std::optional<std::span<const std::byte>> findAttribute(std::span<const std::byte> attributes, std::uint16_t type);

/// Visits each attribute with its type: visit(std::uint16_t type, std::span<const std::byte> value). No length in them is trusted.
template <typename Visit>
void forEachAttribute(std::span<const std::byte> attributes, const Visit& visit)
{
    struct Header // nlattr
    {
        std::uint16_t length;
        std::uint16_t type;
    };
    while (attributes.size() >= sizeof(Header)) {
        Header header{};
        std::memcpy(&header, attributes.data(), sizeof header);
        if (header.length < sizeof header || header.length > attributes.size())
            break;
        visit(static_cast<std::uint16_t>(header.type & 0x3fffU), // NLA_TYPE_MASK
              attributes.subspan(sizeof header, header.length - sizeof header));
        attributes = attributes.subspan(std::min<std::size_t>(attributes.size(), aligned(header.length)));
    }
}

/// A number in network byte order of 32 bits, or of 64.
std::optional<std::uint32_t> numberAt(std::span<const std::byte> attributes, std::uint16_t type);
std::optional<std::uint64_t> longNumberAt(std::span<const std::byte> attributes, std::uint16_t type);

/// A string, up to its zero; empty where there is none.
std::string textAt(std::span<const std::byte> attributes, std::uint16_t type);

} // namespace notrack::netlink
