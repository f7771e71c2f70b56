#include "core/net/nft_comparison_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace notrack::nf_tables
{

namespace
{

using Text = std::optional<std::string>;

bool isZero(const Bytes& bytes)
{
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

bool isAddress(const OperandText& operand)
{
    return operand.notation == Notation::Ipv4 || operand.notation == Notation::Ipv6;
}

/// The bits of a mask that are one from the first on, or nullopt where others follow.
std::optional<std::size_t> prefixLength(const Bytes& mask)
{
    std::size_t length = 0;
    while (length < mask.size() * 8 && (mask[length / 8] & (0x80U >> length % 8)) != 0)
        ++length;
    for (std::size_t i = length; i < mask.size() * 8; ++i) {
        if ((mask[i / 8] & (0x80U >> i % 8)) != 0)
            return std::nullopt;
    }
    return length;
}

Text prefixText(const Compare& compare, const OperandText& operand, std::size_t length)
{
    if (!isAddress(operand) || (compare.comparison != CompareOperator::Equal && compare.comparison != CompareOperator::NotEqual))
        return std::nullopt;
    Bytes address = compare.value;
    address.resize(operand.length);
    const Text value = valueText(address, operand);
    if (!value)
        return std::nullopt;
    return operand.text + (compare.comparison == CompareOperator::Equal ? " " : " != ") + *value + "/" + std::to_string(length);
}

Text plainText(const Compare& compare, const Operand& left, const OperandText& operand)
{
    constexpr std::array<std::string_view, 6> operators{"", "!= ", "< ", "<= ", "> ", ">= "};
    if (isAddress(operand) && left.length < operand.length && left.length > 0)
        return prefixText(compare, operand, std::size_t{left.length} * 8);
    const bool equality = compare.comparison == CompareOperator::Equal || compare.comparison == CompareOperator::NotEqual;
    const Text value = valueText(compare.value, operand);
    if (!value || (!equality && !isOrdered(operand)))
        return std::nullopt;
    return operand.text + " " + std::string(operators.at(static_cast<std::size_t>(compare.comparison))) + *value;
}

/// Bits that have names: any of some, or these of those.
Text flagsText(const Compare& compare, const Operand& left, const OperandText& operand)
{
    const bool isEqual = compare.comparison == CompareOperator::Equal;
    const auto mask = numberOf(left.mask, operand);
    const auto value = numberOf(compare.value, operand);
    const Text bits = mask ? bitsText(*mask, operand.notation) : std::nullopt;
    if (!bits || !value)
        return std::nullopt;
    if (!isEqual)
        return *value == 0 ? Text(operand.text + " " + *bits) : std::nullopt;
    const Text those = operand.notation == Notation::TcpFlags ? bitsText(*value, operand.notation) : std::nullopt;
    return those ? Text(operand.text + " " + *those + " / " + *bits) : std::nullopt;
}

Text maskedText(const Compare& compare, const Operand& left, const OperandText& operand)
{
    const bool isEqual = compare.comparison == CompareOperator::Equal;
    if ((!isEqual && compare.comparison != CompareOperator::NotEqual) || compare.value.size() != left.mask.size())
        return std::nullopt;
    for (std::size_t i = 0; i < compare.value.size(); ++i) {
        if ((compare.value[i] & ~left.mask[i]) != 0)
            return std::nullopt; // never equal
    }
    if (operand.notation == Notation::CtState || operand.notation == Notation::CtStatus || operand.notation == Notation::TcpFlags)
        return flagsText(compare, left, operand);
    if (const auto length = prefixLength(left.mask); length && isAddress(operand))
        return prefixText(compare, operand, *length);
    if (!isAddress(operand) && operand.notation != Notation::Mark && operand.notation != Notation::NodeNumber)
        return std::nullopt;
    const Text mask = valueText(left.mask, operand);
    const Text value = valueText(compare.value, operand);
    return mask && value ? Text(operand.text + " & " + *mask + (isEqual ? " == " : " != ") + *value) : std::nullopt;
}

} // namespace

Text comparisonText(const Compare& compare, const Operand& left, const OperandText& operand)
{
    if (!isZero(left.flip))
        return std::nullopt;
    return left.mask.empty() ? plainText(compare, left, operand) : maskedText(compare, left, operand);
}

} // namespace notrack::nf_tables
