#include "core/linux/dns/dns_message.h"

#include <arpa/nameser.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace notrack
{

namespace
{

constexpr std::uint8_t recursionDesired = 1; // in the third byte of the header (RFC 1035, 4.1.1)

/// DNS names differ in nothing but ASCII case; the dot at the end is optional.
bool isSameName(std::string_view one, std::string_view other)
{
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    if (one.ends_with('.'))
        one.remove_suffix(1);
    if (other.ends_with('.'))
        other.remove_suffix(1);
    return std::equal(one.begin(), one.end(), other.begin(), other.end(), [&](char a, char b) { return lower(a) == lower(b); });
}

std::string codeText(int code)
{
    switch (code) {
    case ns_r_noerror:
        return "NOERROR";
    case ns_r_formerr:
        return "FORMERR";
    case ns_r_servfail:
        return "SERVFAIL";
    case ns_r_nxdomain:
        return "NXDOMAIN";
    case ns_r_notimpl:
        return "NOTIMP";
    case ns_r_refused:
        return "REFUSED";
    default:
        return "RCODE" + std::to_string(code);
    }
}

using Bytes = std::span<const std::uint8_t>;

constexpr std::uint16_t responseFlag = 0x8000;
constexpr std::uint16_t codeMask = 0x000f;
constexpr std::size_t recordHead = 10; // type, class, time to live, length of data

/// Two bytes of a message, which has them.
std::uint16_t numberAt(Bytes message, std::size_t at)
{
    return static_cast<std::uint16_t>(message[at] << 8U | message[at + 1]);
}

/// Where a name in a message ends; nothing for one that goes wrong.
std::optional<std::size_t> nameEnd(Bytes message, std::size_t at)
{
    const std::uint8_t* place = message.data() + at;
    if (ns_name_skip(&place, message.data() + message.size()) != 0)
        return std::nullopt;
    return static_cast<std::size_t>(place - message.data());
}

/// Whether so many records follow, and nothing else.
bool endsBehindRecords(Bytes message, std::size_t at, int records)
{
    for (; records > 0; --records) {
        const auto end = nameEnd(message, at);
        if (!end || message.size() - *end < recordHead)
            return false;
        at = *end + recordHead + numberAt(message, *end + recordHead - 2);
        if (at > message.size())
            return false;
    }
    return at == message.size();
}

} // namespace

std::vector<std::uint8_t> buildQuery(const std::string& name, RecordType type, std::uint16_t id)
{
    std::array<std::uint8_t, NS_MAXCDNAME> labels{};
    if (name.find('\0') != std::string::npos || ns_name_pton(name.c_str(), labels.data(), labels.size()) < 0)
        return {};
    std::size_t length = 1; // with the empty label at the end
    while (labels.at(length - 1) != 0)
        length += labels.at(length - 1) + std::size_t{1};
    std::vector<std::uint8_t> message{
        static_cast<std::uint8_t>(id >> 8U), static_cast<std::uint8_t>(id & 0xffU), recursionDesired, 0, 0, 1};
    message.resize(NS_HFIXEDSZ); // no answers, authorities or additions
    message.insert(message.end(), labels.begin(), labels.begin() + static_cast<std::ptrdiff_t>(length));
    message.insert(message.end(), {0, static_cast<std::uint8_t>(type), 0, ns_c_in});
    return message;
}

std::optional<DnsAnswer> readAnswer(std::span<const std::uint8_t> message, const std::string& name)
{
    if (message.size() < NS_HFIXEDSZ || message.size() > NS_MAXMSG)
        return std::nullopt;
    const std::uint16_t flags = numberAt(message, 2);
    if ((flags & responseFlag) == 0 || numberAt(message, 4) != 1) // one question
        return std::nullopt;
    std::array<char, NS_MAXDNAME> asked{};
    const std::uint8_t* const end = message.data() + message.size();
    const int length = ns_name_uncompress(message.data(), end, message.data() + NS_HFIXEDSZ, asked.data(), asked.size());
    if (length < 0 || message.size() - NS_HFIXEDSZ - static_cast<std::size_t>(length) < NS_QFIXEDSZ)
        return std::nullopt;
    const std::size_t behindName = NS_HFIXEDSZ + static_cast<std::size_t>(length);
    const int records = numberAt(message, 6) + numberAt(message, 8) + numberAt(message, 10);
    if (numberAt(message, behindName + 2) != ns_c_in || !endsBehindRecords(message, behindName + NS_QFIXEDSZ, records))
        return std::nullopt;
    const std::uint16_t type = numberAt(message, behindName);
    const bool ours = type == ns_t_a || type == ns_t_aaaa;
    if (!ours || !isSameName(asked.data(), name))
        return std::nullopt;
    return DnsAnswer{numberAt(message, 0), type == ns_t_a ? RecordType::A : RecordType::Aaaa, codeText(flags & codeMask)};
}

} // namespace notrack
