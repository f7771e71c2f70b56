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
    if (message.size() > NS_MAXMSG)
        return std::nullopt;
    ns_msg handle{};
    if (ns_initparse(message.data(), static_cast<int>(message.size()), &handle) != 0)
        return std::nullopt;
    if (ns_msg_getflag(handle, ns_f_qr) != 1 || ns_msg_count(handle, ns_s_qd) != 1)
        return std::nullopt;
    ns_rr question{};
    if (ns_parserr(&handle, ns_s_qd, 0, &question) != 0 || ns_rr_class(question) != ns_c_in)
        return std::nullopt;
    const auto type = ns_rr_type(question);
    const bool ours = type == ns_t_a || type == ns_t_aaaa;
    if (!ours || !isSameName(ns_rr_name(question), name))
        return std::nullopt;
    return DnsAnswer{static_cast<std::uint16_t>(ns_msg_id(handle)), type == ns_t_a ? RecordType::A : RecordType::Aaaa,
                     codeText(ns_msg_getflag(handle, ns_f_rcode))};
}

} // namespace notrack
