#include "core/linux/iptables/extension_text.h"

#include <linux/netfilter/xt_CT.h>
#include <linux/netfilter/xt_comment.h>
#include <linux/netfilter/xt_tcpudp.h>

#include <limits>

namespace notrack
{

namespace
{

constexpr const char* unknownOptions = " [...]";

std::string describeRange(const char* option, const std::uint16_t (&range)[2], bool inverted)
{
    if (range[0] == 0 && range[1] == std::numeric_limits<std::uint16_t>::max() && !inverted)
        return {};
    std::string text = std::string(inverted ? " ! " : " ") + option + " " + std::to_string(range[0]);
    if (range[0] != range[1])
        text += ":" + std::to_string(range[1]);
    return text;
}

std::string describeUdp(const RawExtension& extension)
{
    xt_udp udp{};
    if (!copyPayload(extension, udp))
        return unknownOptions;
    return describeRange("--sport", udp.spts, (udp.invflags & XT_UDP_INV_SRCPT) != 0) +
           describeRange("--dport", udp.dpts, (udp.invflags & XT_UDP_INV_DSTPT) != 0);
}

std::string describeTcp(const RawExtension& extension)
{
    xt_tcp tcp{};
    if (!copyPayload(extension, tcp))
        return unknownOptions;
    const bool more = tcp.option != 0 || tcp.flg_mask != 0 || tcp.flg_cmp != 0;
    return describeRange("--sport", tcp.spts, (tcp.invflags & XT_TCP_INV_SRCPT) != 0) +
           describeRange("--dport", tcp.dpts, (tcp.invflags & XT_TCP_INV_DSTPT) != 0) + (more ? unknownOptions : "");
}

std::string describeCt(const RawExtension& extension)
{
    xt_ct_target_info info{}; // every revision starts with it
    if (!copyPayload(extension, info) || (info.flags & XT_CT_NOTRACK) == 0)
        return unknownOptions;
    return (info.flags & XT_CT_NOTRACK_ALIAS) != 0 ? std::string() : " --notrack";
}

std::string describeComment(const RawExtension& extension)
{
    xt_comment_info info{};
    if (!copyPayload(extension, info))
        return unknownOptions;
    std::string text(info.comment, strnlen(info.comment, sizeof(info.comment)));
    for (char& character : text) {
        if (static_cast<unsigned char>(character) < ' ' || character == '"')
            character = '?';
    }
    return " --comment \"" + text + "\"";
}

} // namespace

std::string describeOptions(const RawExtension& extension)
{
    if (extension.name == "udp")
        return describeUdp(extension);
    if (extension.name == "tcp")
        return describeTcp(extension);
    if (extension.name == "CT")
        return describeCt(extension);
    if (extension.name == "comment")
        return describeComment(extension);
    return extension.payload.empty() ? "" : unknownOptions;
}

} // namespace notrack
