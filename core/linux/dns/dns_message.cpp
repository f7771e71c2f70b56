#include "core/linux/dns/dns_message.h"

#include <arpa/nameser.h>

#include <algorithm>
#include <array>
#include <resolv.h>
#include <string_view>

namespace notrack
{

namespace
{

constexpr std::size_t longestQuery = NS_HFIXEDSZ + NS_MAXCDNAME + NS_QFIXEDSZ;

/// State of the resolver library, which wants one even for building a message.
class Resolver
{
public:
    Resolver() { m_ready = res_ninit(&m_state) == 0; }
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;
    ~Resolver()
    {
        if (m_ready)
            res_nclose(&m_state);
    }

    res_state get() { return m_ready ? &m_state : nullptr; }

private:
    struct __res_state m_state = {};
    bool m_ready = false;
};

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
    Resolver resolver;
    std::array<std::uint8_t, longestQuery> message{};
    if (resolver.get() == nullptr || name.find('\0') != std::string::npos)
        return {};
    const int length = res_nmkquery(resolver.get(), ns_o_query, name.c_str(), ns_c_in, static_cast<int>(type), nullptr, 0, nullptr,
                                    message.data(), static_cast<int>(message.size()));
    if (length < NS_HFIXEDSZ)
        return {};
    message[0] = static_cast<std::uint8_t>(id >> 8U);
    message[1] = static_cast<std::uint8_t>(id & 0xffU);
    return {message.begin(), message.begin() + length};
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
