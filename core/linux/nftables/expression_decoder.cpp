#include "core/linux/nftables/expression_decoder.h"

#include <arpa/inet.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <utility>

namespace notrack::nf_tables
{

namespace
{

/// More expressions than the kernel lets a rule have (NFT_RULE_MAXEXPRS).
constexpr std::size_t mostExpressions = 128;

Bytes toBytes(Attributes attribute)
{
    Bytes bytes(attribute.size());
    std::transform(attribute.begin(), attribute.end(), bytes.begin(), [](std::byte byte) { return std::to_integer<std::uint8_t>(byte); });
    return bytes;
}

/// NFT_REG_1 to NFT_REG_4 are four 32 bit registers each, NFT_REG32_00 to NFT_REG32_15 one.
std::optional<Register> registerOf(std::optional<std::uint32_t> number)
{
    if (!number || *number > NFT_REG32_15)
        return std::nullopt;
    if (*number >= NFT_REG32_00)
        return *number - NFT_REG32_00;
    if (*number >= NFT_REG_1 && *number <= NFT_REG_4)
        return (*number - NFT_REG_1) * 4;
    return std::nullopt;
}

std::optional<Register> registerAt(Attributes data, std::uint16_t type)
{
    return registerOf(numberAt(data, type));
}

std::optional<Bytes> constantAt(Attributes data, std::uint16_t type)
{
    const auto attribute = findAttribute(data, type);
    const auto decoded = attribute ? decodeData(*attribute) : std::nullopt;
    if (!decoded || !std::holds_alternative<Bytes>(*decoded))
        return std::nullopt;
    return std::get<Bytes>(*decoded);
}

bool hasOnly(Attributes data, std::initializer_list<std::uint16_t> known)
{
    bool only = true;
    netlink::forEachAttribute(
        data, [&](std::uint16_t type, Attributes) { only = only && std::find(known.begin(), known.end(), type) != known.end(); });
    return only;
}

using Decoded = std::optional<Expression>;

Decoded decodePayload(Attributes data)
{
    const auto to = registerAt(data, NFTA_PAYLOAD_DREG);
    const auto base = numberAt(data, NFTA_PAYLOAD_BASE);
    const auto offset = numberAt(data, NFTA_PAYLOAD_OFFSET);
    const auto length = numberAt(data, NFTA_PAYLOAD_LEN);
    if (!to || !base || *base > 4 || !offset || !length || findAttribute(data, NFTA_PAYLOAD_SREG))
        return std::nullopt;
    return Payload{static_cast<PayloadBase>(*base), *offset, *length, *to};
}

Decoded decodeMeta(Attributes data)
{
    const auto key = numberAt(data, NFTA_META_KEY);
    const auto to = registerAt(data, NFTA_META_DREG);
    const auto from = registerAt(data, NFTA_META_SREG);
    if (!key || to.has_value() == from.has_value())
        return std::nullopt;
    return Meta{static_cast<MetaKey>(*key), to ? *to : *from, from.has_value()};
}

Decoded decodeCt(Attributes data)
{
    const auto key = numberAt(data, NFTA_CT_KEY);
    const auto to = registerAt(data, NFTA_CT_DREG);
    const auto from = registerAt(data, NFTA_CT_SREG);
    if (!key || to.has_value() == from.has_value())
        return std::nullopt;
    Ct ct{static_cast<CtKey>(*key), std::nullopt, to ? *to : *from, from.has_value()};
    if (const auto direction = findAttribute(data, NFTA_CT_DIRECTION); direction && direction->size() == 1)
        ct.direction = std::to_integer<std::uint32_t>(direction->front());
    return ct;
}

Decoded decodeFib(Attributes data)
{
    const auto to = registerAt(data, NFTA_FIB_DREG);
    const auto result = numberAt(data, NFTA_FIB_RESULT);
    const auto flags = numberAt(data, NFTA_FIB_FLAGS);
    if (!to || !result || !flags)
        return std::nullopt;
    return Fib{static_cast<FibResult>(*result), *flags, *to};
}

Decoded decodeCompare(Attributes data)
{
    const auto at = registerAt(data, NFTA_CMP_SREG);
    const auto comparison = numberAt(data, NFTA_CMP_OP);
    auto value = constantAt(data, NFTA_CMP_DATA);
    if (!at || !comparison || *comparison > NFT_CMP_GTE || !value)
        return std::nullopt;
    return Compare{static_cast<CompareOperator>(*comparison), *at, std::move(*value)};
}

Decoded decodeBitwise(Attributes data)
{
    const auto from = registerAt(data, NFTA_BITWISE_SREG);
    const auto to = registerAt(data, NFTA_BITWISE_DREG);
    auto mask = constantAt(data, NFTA_BITWISE_MASK);
    auto flip = constantAt(data, NFTA_BITWISE_XOR);
    if (!from || !to || !mask || !flip || mask->size() != flip->size() || numberAt(data, NFTA_BITWISE_OP).value_or(0) != 0)
        return std::nullopt;
    return Bitwise{*from, *to, std::move(*mask), std::move(*flip)};
}

Decoded decodeByteorder(Attributes data)
{
    const auto from = registerAt(data, NFTA_BYTEORDER_SREG);
    const auto to = registerAt(data, NFTA_BYTEORDER_DREG);
    const auto operation = numberAt(data, NFTA_BYTEORDER_OP);
    const auto length = numberAt(data, NFTA_BYTEORDER_LEN);
    const auto size = numberAt(data, NFTA_BYTEORDER_SIZE);
    if (!from || !to || !operation || *operation > NFT_BYTEORDER_HTON || !length || !size)
        return std::nullopt;
    return Byteorder{*from, *to, *length, *size, *operation == NFT_BYTEORDER_HTON};
}

Decoded decodeRange(Attributes data)
{
    const auto at = registerAt(data, NFTA_RANGE_SREG);
    const auto operation = numberAt(data, NFTA_RANGE_OP);
    auto first = constantAt(data, NFTA_RANGE_FROM_DATA);
    auto last = constantAt(data, NFTA_RANGE_TO_DATA);
    if (!at || !operation || *operation > NFT_RANGE_NEQ || !first || !last || first->size() != last->size())
        return std::nullopt;
    return Range{*operation == NFT_RANGE_NEQ, *at, std::move(*first), std::move(*last)};
}

Decoded decodeLookup(Attributes data)
{
    const auto from = registerAt(data, NFTA_LOOKUP_SREG);
    const auto to = numberAt(data, NFTA_LOOKUP_DREG);
    std::string set = textAt(data, NFTA_LOOKUP_SET);
    const std::uint32_t flags = numberAt(data, NFTA_LOOKUP_FLAGS).value_or(0);
    if (!from || set.empty() || (flags & ~std::uint32_t{NFT_LOOKUP_F_INV}) != 0 || (to && *to != NFT_REG_VERDICT && !registerOf(to)))
        return std::nullopt;
    return Lookup{std::move(set), *from, registerOf(to), to == std::uint32_t{NFT_REG_VERDICT}, (flags & NFT_LOOKUP_F_INV) != 0};
}

Decoded decodeImmediate(Attributes data)
{
    const auto to = numberAt(data, NFTA_IMMEDIATE_DREG);
    const auto attribute = findAttribute(data, NFTA_IMMEDIATE_DATA);
    const auto value = attribute ? decodeData(*attribute) : std::nullopt;
    if (!to || !value)
        return std::nullopt;
    if (const auto* verdict = std::get_if<Verdict>(&*value))
        return *to == NFT_REG_VERDICT ? Decoded(*verdict) : std::nullopt;
    const auto at = registerOf(to);
    return at ? Decoded(Immediate{*at, std::get<Bytes>(*value)}) : std::nullopt;
}

Decoded decodeCounter(Attributes data)
{
    const auto packets = longNumberAt(data, NFTA_COUNTER_PACKETS);
    const auto bytes = longNumberAt(data, NFTA_COUNTER_BYTES);
    return packets && bytes ? Decoded(Counter{*packets, *bytes}) : std::nullopt;
}

Decoded decodeLimit(Attributes data)
{
    const auto rate = longNumberAt(data, NFTA_LIMIT_RATE);
    const auto unit = longNumberAt(data, NFTA_LIMIT_UNIT);
    const std::uint32_t type = numberAt(data, NFTA_LIMIT_TYPE).value_or(NFT_LIMIT_PKTS);
    const std::uint32_t flags = numberAt(data, NFTA_LIMIT_FLAGS).value_or(0);
    if (!rate || !unit || type > NFT_LIMIT_PKT_BYTES)
        return std::nullopt;
    return Limit{*rate, *unit, numberAt(data, NFTA_LIMIT_BURST).value_or(0), type == NFT_LIMIT_PKT_BYTES, (flags & NFT_LIMIT_F_INV) != 0};
}

Decoded decodeNat(Attributes data)
{
    const auto type = numberAt(data, NFTA_NAT_TYPE);
    const auto family = numberAt(data, NFTA_NAT_FAMILY);
    if (!type || *type > NFT_NAT_DNAT || !family || *family > 255)
        return std::nullopt;
    return Nat{static_cast<NatType>(*type),
               static_cast<std::uint8_t>(*family),
               registerAt(data, NFTA_NAT_REG_ADDR_MIN),
               registerAt(data, NFTA_NAT_REG_ADDR_MAX),
               registerAt(data, NFTA_NAT_REG_PROTO_MIN),
               registerAt(data, NFTA_NAT_REG_PROTO_MAX),
               numberAt(data, NFTA_NAT_FLAGS).value_or(0)};
}

Decoded decodeMasquerade(Attributes data)
{
    return Masquerade{registerAt(data, NFTA_MASQ_REG_PROTO_MIN), registerAt(data, NFTA_MASQ_REG_PROTO_MAX),
                      numberAt(data, NFTA_MASQ_FLAGS).value_or(0)};
}

Decoded decodeRedirect(Attributes data)
{
    return Redirect{registerAt(data, NFTA_REDIR_REG_PROTO_MIN), registerAt(data, NFTA_REDIR_REG_PROTO_MAX),
                    numberAt(data, NFTA_REDIR_FLAGS).value_or(0)};
}

Decoded decodeReject(Attributes data)
{
    const auto type = numberAt(data, NFTA_REJECT_TYPE);
    const auto code = findAttribute(data, NFTA_REJECT_ICMP_CODE);
    if (!type || *type > NFT_REJECT_ICMPX_UNREACH || (code && code->size() != 1))
        return std::nullopt;
    return Reject{static_cast<RejectType>(*type), code ? std::to_integer<std::uint8_t>(code->front()) : std::uint8_t{0}};
}

std::optional<std::uint32_t> shortAt(Attributes data, std::uint16_t type)
{
    const auto attribute = findAttribute(data, type);
    if (!attribute || attribute->size() != 2)
        return std::nullopt;
    return std::to_integer<std::uint32_t>((*attribute)[0]) << 8U | std::to_integer<std::uint32_t>((*attribute)[1]);
}

/// The kernel lists the log level of a plain log as well: 4 is its default.
Decoded decodeLog(Attributes data)
{
    Log log{textAt(data, NFTA_LOG_PREFIX), false, std::nullopt, std::nullopt};
    if (hasOnly(data, {NFTA_LOG_PREFIX, NFTA_LOG_GROUP}))
        log.group = shortAt(data, NFTA_LOG_GROUP);
    else if (hasOnly(data, {NFTA_LOG_PREFIX, NFTA_LOG_LEVEL, NFTA_LOG_FLAGS}) && numberAt(data, NFTA_LOG_FLAGS).value_or(0) == 0)
        log.level = numberAt(data, NFTA_LOG_LEVEL);
    if (hasOnly(data, {NFTA_LOG_PREFIX}) || log.level == 4U) {
        log.level.reset();
        log.plain = true;
    }
    return log;
}

/// One queue without flags; the other forms stay unknown.
Decoded decodeQueue(Attributes data)
{
    const auto number = shortAt(data, NFTA_QUEUE_NUM);
    if (!number || shortAt(data, NFTA_QUEUE_TOTAL).value_or(1) != 1 || shortAt(data, NFTA_QUEUE_FLAGS).value_or(0) != 0 ||
        findAttribute(data, NFTA_QUEUE_SREG_QNUM))
        return std::nullopt;
    return Queue{static_cast<std::uint16_t>(*number)};
}

/// Whether what is added has nothing with it: neither a time-out nor statements nor a map's value.
bool addsPlainKeys(Attributes data)
{
    return hasOnly(data, {NFTA_DYNSET_SET_NAME, NFTA_DYNSET_SET_ID, NFTA_DYNSET_OP, NFTA_DYNSET_SREG_KEY, NFTA_DYNSET_FLAGS,
                          NFTA_DYNSET_TIMEOUT, NFTA_DYNSET_PAD}) &&
           longNumberAt(data, NFTA_DYNSET_TIMEOUT).value_or(0) == 0;
}

Decoded decodeDynset(Attributes data)
{
    const auto key = registerAt(data, NFTA_DYNSET_SREG_KEY);
    std::string set = textAt(data, NFTA_DYNSET_SET_NAME);
    if (!key || set.empty() || !addsPlainKeys(data))
        return std::nullopt;
    return Dynset{std::move(set), numberAt(data, NFTA_DYNSET_OP).value_or(0), *key,
                  (numberAt(data, NFTA_DYNSET_FLAGS).value_or(0) & NFT_DYNSET_F_INV) != 0};
}

Decoded decodeObjectReference(Attributes data)
{
    ObjectReference object{numberAt(data, NFTA_OBJREF_IMM_TYPE).value_or(0), textAt(data, NFTA_OBJREF_IMM_NAME),
                           textAt(data, NFTA_OBJREF_SET_NAME)};
    return object.name.empty() && object.set.empty() ? std::nullopt : Decoded(std::move(object));
}

Decoded decodeNumgen(Attributes data)
{
    const auto to = registerAt(data, NFTA_NG_DREG);
    const auto modulus = numberAt(data, NFTA_NG_MODULUS);
    const auto type = numberAt(data, NFTA_NG_TYPE);
    if (!to || !modulus || !type || *type > NFT_NG_RANDOM)
        return std::nullopt;
    return Numgen{*modulus, numberAt(data, NFTA_NG_OFFSET).value_or(0), *type == NFT_NG_RANDOM, *to};
}

Decoded decodeMatch(Attributes data)
{
    std::string name = textAt(data, NFTA_MATCH_NAME);
    return name.empty() ? std::nullopt : Decoded(Xtables{false, std::move(name)});
}

Decoded decodeTarget(Attributes data)
{
    std::string name = textAt(data, NFTA_TARGET_NAME);
    return name.empty() ? std::nullopt : Decoded(Xtables{true, std::move(name)});
}

Decoded decode(std::string_view name, Attributes data)
{
    using Decoder = Decoded (*)(Attributes);
    static const std::initializer_list<std::pair<std::string_view, Decoder>> decoders{
        {"payload", decodePayload},
        {"meta", decodeMeta},
        {"ct", decodeCt},
        {"fib", decodeFib},
        {"cmp", decodeCompare},
        {"bitwise", decodeBitwise},
        {"byteorder", decodeByteorder},
        {"range", decodeRange},
        {"lookup", decodeLookup},
        {"immediate", decodeImmediate},
        {"counter", decodeCounter},
        {"limit", decodeLimit},
        {"nat", decodeNat},
        {"masq", decodeMasquerade},
        {"redir", decodeRedirect},
        {"reject", decodeReject},
        {"notrack", [](Attributes) -> Decoded { return Notrack{}; }},
        {"log", decodeLog},
        {"queue", decodeQueue},
        {"dynset", decodeDynset},
        {"objref", decodeObjectReference},
        {"match", decodeMatch},
        {"target", decodeTarget},
        {"numgen", decodeNumgen},
    };
    const auto* found = std::find_if(decoders.begin(), decoders.end(), [&](const auto& decoder) { return decoder.first == name; });
    return found == decoders.end() ? std::nullopt : found->second(data);
}

} // namespace

std::optional<std::variant<Bytes, Verdict>> decodeData(Attributes data)
{
    if (const auto value = findAttribute(data, NFTA_DATA_VALUE))
        return toBytes(*value);
    const auto nested = findAttribute(data, NFTA_DATA_VERDICT);
    const auto code = nested ? numberAt(*nested, NFTA_VERDICT_CODE) : std::nullopt;
    if (!code)
        return std::nullopt;
    Verdict verdict{static_cast<VerdictCode>(static_cast<std::int32_t>(*code)), textAt(*nested, NFTA_VERDICT_CHAIN)};
    switch (verdict.code) {
    case VerdictCode::Jump:
    case VerdictCode::Goto:
        return verdict.chain.empty() ? std::nullopt : std::optional<std::variant<Bytes, Verdict>>(std::move(verdict));
    case VerdictCode::Drop:
    case VerdictCode::Accept:
    case VerdictCode::Queue:
    case VerdictCode::Continue:
    case VerdictCode::Break:
    case VerdictCode::Return:
        return verdict;
    }
    return std::nullopt;
}

Expression decodeExpression(Attributes expression)
{
    std::string name = textAt(expression, NFTA_EXPR_NAME);
    const auto data = findAttribute(expression, NFTA_EXPR_DATA);
    Decoded decoded = decode(name, data.value_or(Attributes{}));
    return decoded ? std::move(*decoded) : Expression(Unknown{std::move(name)});
}

std::vector<Expression> decodeExpressions(Attributes list)
{
    std::vector<Expression> expressions;
    netlink::forEachAttribute(list, [&](std::uint16_t type, Attributes expression) {
        if (type == NFTA_LIST_ELEM && expressions.size() < mostExpressions)
            expressions.push_back(decodeExpression(expression));
    });
    return expressions;
}

} // namespace notrack::nf_tables
