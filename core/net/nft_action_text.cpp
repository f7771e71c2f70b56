#include "core/net/nft_action_text.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace notrack::nf_tables
{

namespace
{

using Text = std::optional<std::string>;

const OperandText markValue{{}, Notation::Mark, 4};
const OperandText portValue{{}, Notation::Number, 2};

Text constantText(const Operand& operand, const OperandText& notation)
{
    const auto* constant = std::get_if<Immediate>(&operand.source);
    return constant != nullptr && operand.mask.empty() && !operand.toNetwork ? valueText(constant->value, notation) : std::nullopt;
}

/// A mark that is set: a number, or another mark with one operation.
Text newMark(const Operand& operand, const Context& context)
{
    if (Text constant = constantText(operand, markValue))
        return constant;
    const auto source = describe(operand, context);
    if (!source || source->notation != Notation::Mark || source->swapped)
        return std::nullopt;
    if (operand.mask.empty())
        return source->text;
    const auto mask = numberOf(operand.mask, markValue);
    const auto flip = numberOf(operand.flip, markValue);
    if (!mask || !flip || operand.mask.size() != markValue.length)
        return std::nullopt;
    constexpr std::uint64_t all = UINT32_MAX;
    if (*flip == 0)
        return source->text + " & " + nameOf(*mask, Notation::Mark).value_or("");
    if (*mask == all)
        return source->text + " ^ " + nameOf(*flip, Notation::Mark).value_or("");
    return *mask == (all ^ *flip) ? Text(source->text + " | " + nameOf(*flip, Notation::Mark).value_or("")) : std::nullopt;
}

/// NF_NAT_RANGE_PROTO_RANDOM, _PERSISTENT and _PROTO_RANDOM_FULLY of nf_nat.h; the lowest two bits say what there is to see.
Text natFlags(std::uint32_t flags)
{
    std::string text;
    for (const auto& [flag, name] : {std::pair(4U, "random"), std::pair(16U, "fully-random"), std::pair(8U, "persistent")}) {
        if ((flags & flag) != 0)
            text.append(text.empty() ? " " : ",").append(name);
        flags &= ~flag;
    }
    return (flags & ~3U) != 0 ? std::nullopt : Text(text);
}

/// One value or two with a dash between; nullopt where one of them is no constant.
Text spanText(const std::vector<Operand>& operands, std::size_t at, bool isRange, const OperandText& notation)
{
    Text first = at < operands.size() ? constantText(operands[at], notation) : std::nullopt;
    if (!first || !isRange)
        return first;
    const Text last = at + 1 < operands.size() ? constantText(operands[at + 1], notation) : std::nullopt;
    return last ? Text(*first + "-" + *last) : std::nullopt;
}

Text portsText(const std::optional<Register>& port, const std::optional<Register>& lastPort, const std::vector<Operand>& operands,
               std::size_t at)
{
    const Text span = spanText(operands, at, lastPort && lastPort != port, portValue);
    return span ? Text(":" + *span) : std::nullopt;
}

Text withPorts(std::string_view name, const std::optional<Register>& port, const std::optional<Register>& lastPort, std::uint32_t flags,
               const std::vector<Operand>& operands)
{
    const Text options = natFlags(flags);
    const Text ports = port ? portsText(port, lastPort, operands, 0) : Text("");
    if (!options || !ports)
        return std::nullopt;
    return std::string(name) + (port ? " to " + *ports : "") + *options;
}

std::pair<std::uint64_t, std::string_view> inUnits(std::uint64_t bytes)
{
    constexpr std::array<std::string_view, 4> units{"bytes", "kbytes", "mbytes", "gbytes"};
    std::size_t unit = 0;
    while (unit + 1 < units.size() && bytes != 0 && bytes % 1024 == 0) {
        bytes /= 1024;
        ++unit;
    }
    return {bytes, units.at(unit)};
}

} // namespace

Text actionText(const Meta& meta, const std::vector<Operand>& operands, const Context& context)
{
    const Text value = meta.key == MetaKey::Mark ? newMark(operands.front(), context) : std::nullopt;
    return value ? Text("meta mark set " + *value) : std::nullopt;
}

Text actionText(const Ct& ct, const std::vector<Operand>& operands, const Context& context)
{
    const Text value = ct.key == CtKey::Mark ? newMark(operands.front(), context) : std::nullopt;
    return value ? Text("ct mark set " + *value) : std::nullopt;
}

Text actionText(const Nat& nat, const std::vector<Operand>& operands, const Context& context)
{
    const bool isIpv6 = nat.family == ipv6;
    const OperandText addressValue{{}, isIpv6 ? Notation::Ipv6 : Notation::Ipv4, isIpv6 ? 16U : 4U};
    const bool isRange = nat.lastAddress && nat.lastAddress != nat.address;
    const Text address = nat.address ? spanText(operands, 0, isRange, addressValue) : Text("");
    const std::size_t before = std::size_t{nat.address ? 1U : 0U} + (nat.lastAddress ? 1U : 0U);
    const Text ports = nat.port ? portsText(nat.port, nat.lastPort, operands, before) : Text("");
    const Text options = natFlags(nat.flags);
    if (!address || !ports || !options || (nat.family != ipv4 && nat.family != ipv6) || (isIpv6 && isRange && nat.port))
        return std::nullopt;
    const bool brackets = isIpv6 && nat.address && nat.port;
    const std::string_view family = context.isOneFamily ? "" : isIpv6 ? " ip6" : " ip";
    return (nat.type == NatType::Source ? "snat" : "dnat") + std::string(family) + " to " + (brackets ? "[" + *address + "]" : *address) +
           *ports + *options;
}

Text actionText(const Masquerade& masquerade, const std::vector<Operand>& operands)
{
    return withPorts("masquerade", masquerade.port, masquerade.lastPort, masquerade.flags, operands);
}

Text actionText(const Redirect& redirect, const std::vector<Operand>& operands)
{
    return withPorts("redirect", redirect.port, redirect.lastPort, redirect.flags, operands);
}

Text actionText(const Reject& reject, const Context& context)
{
    using Code = std::pair<std::uint8_t, std::string_view>;
    constexpr std::array<Code, 7> icmp{Code{0, "net-unreachable"},  Code{1, "host-unreachable"}, Code{2, "prot-unreachable"},
                                       Code{3, "port-unreachable"}, Code{9, "net-prohibited"},   Code{10, "host-prohibited"},
                                       Code{13, "admin-prohibited"}};
    constexpr std::array<Code, 6> icmpv6{Code{0, "no-route"},         Code{1, "admin-prohibited"}, Code{3, "addr-unreachable"},
                                         Code{4, "port-unreachable"}, Code{5, "policy-fail"},      Code{6, "reject-route"}};
    constexpr std::array<Code, 4> icmpx{Code{0, "no-route"}, Code{1, "port-unreachable"}, Code{2, "host-unreachable"},
                                        Code{3, "admin-prohibited"}};
    const auto named = [&](std::string_view kind, const auto& codes, bool isDefault) -> Text {
        const auto found = std::find_if(codes.begin(), codes.end(), [&](const Code& code) { return code.first == reject.code; });
        if (isDefault)
            return "reject";
        return found == codes.end() ? std::nullopt : Text("reject with " + std::string(kind) + " " + std::string(found->second));
    };
    if (reject.type == RejectType::TcpReset)
        return "reject with tcp reset";
    if (reject.type == RejectType::IcmpxUnreachable)
        return named("icmpx", icmpx, reject.code == 1);
    if (context.network == ipv4)
        return named("icmp", icmp, context.isOneFamily && reject.code == 3);
    return context.network == ipv6 ? named("icmpv6", icmpv6, context.isOneFamily && reject.code == 4) : std::nullopt;
}

Text actionText(const Limit& limit)
{
    constexpr std::uint32_t defaultBurst = 5;
    for (const auto& [seconds, name] : {std::pair(1U, "second"), std::pair(60U, "minute"), std::pair(3600U, "hour"),
                                        std::pair(86400U, "day"), std::pair(604800U, "week")}) {
        if (limit.seconds != seconds)
            continue;
        const std::string head = std::string("limit rate ") + (limit.inverted ? "over " : "");
        const auto [rate, unit] = inUnits(limit.rate);
        const auto [burst, burstUnit] = inUnits(limit.burst);
        if (limit.inBytes)
            return head + std::to_string(rate) + " " + std::string(unit) + "/" + name +
                   (limit.burst == 0 || limit.burst == defaultBurst ? ""
                                                                    : " burst " + std::to_string(burst) + " " + std::string(burstUnit));
        return head + std::to_string(limit.rate) + "/" + name +
               (limit.burst == defaultBurst ? "" : " burst " + std::to_string(limit.burst) + " packets");
    }
    return std::nullopt;
}

Text actionText(const Log& log)
{
    constexpr std::array<std::string_view, 9> levels{"emerg", "alert", "crit", "err", "warn", "notice", "info", "debug", "audit"};
    const std::string text = log.prefix.empty() ? "log" : "log prefix \"" + log.prefix + '"';
    if (log.plain)
        return text;
    if (log.group)
        return text + " group " + std::to_string(*log.group);
    return log.level && *log.level < levels.size() ? Text(text + " level " + std::string(levels.at(*log.level))) : std::nullopt;
}

Text actionText(const Dynset& dynset, const std::vector<Operand>& operands, const Context& context)
{
    constexpr std::array<std::string_view, 3> operations{"add", "update", "delete"};
    if (dynset.inverted || dynset.operation >= operations.size() || operands.empty())
        return std::nullopt;
    std::string text = std::string(operations.at(dynset.operation)) + " @" + dynset.set + " {";
    for (std::size_t i = 0; i < operands.size(); ++i) {
        const auto operand = describe(operands[i], context);
        if (!operand || operand->unnamed || !operands[i].mask.empty())
            return std::nullopt;
        text += (i == 0 ? " " : " . ") + operand->text;
    }
    return text + " }";
}

Text actionText(const ObjectReference& object)
{
    if (object.name.empty())
        return std::nullopt;
    switch (object.type) { // NFT_OBJECT_*
    case 1:
        return "counter name \"" + object.name + '"';
    case 2:
        return "quota name \"" + object.name + '"';
    case 3:
        return "ct helper set \"" + object.name + '"';
    default:
        return std::nullopt;
    }
}

} // namespace notrack::nf_tables
