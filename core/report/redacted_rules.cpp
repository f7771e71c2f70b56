#include "core/report/redacted_rules.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace notrack
{

namespace
{

using namespace nf_tables;

constexpr std::uint32_t typeIpv4 = 7; // nft's numbers of data types (datatype.h of nftables)
constexpr std::uint32_t typeIpv6 = 8;
constexpr std::uint32_t typeHardware = 9;
constexpr std::uint32_t bitsOfType = 6;
constexpr std::size_t roundedTo = 4; // each field of a concatenation begins at a register

/// What a register holds: addresses one behind the other, from that byte of the first one on.
struct Held
{
    Family family = Family::Ipv4;
    std::size_t mask = SIZE_MAX; ///< bits that a mask left
};

std::size_t bytesOf(Family family)
{
    return family == Family::Ipv4 ? 4 : 16;
}

Address toAddress(Family family, const Bytes& bytes, std::size_t at)
{
    Address::Bytes all{};
    for (std::size_t i = 0; i < bytesOf(family) && at + i < bytes.size(); ++i)
        all.at(i) = bytes[at + i];
    return {family, all};
}

void put(const Address& address, Bytes& bytes, std::size_t at)
{
    for (std::size_t i = 0; i < bytesOf(address.family()) && at + i < bytes.size(); ++i)
        bytes[at + i] = address.bytes().at(i);
}

/// The one before, or the one behind; the ends of all addresses stay where they are.
Address neighbour(const Address& address, int step)
{
    Address::Bytes bytes = address.bytes();
    for (std::size_t i = bytesOf(address.family()); i-- > 0;) {
        const int sum = bytes.at(i) + step;
        bytes.at(i) = static_cast<std::uint8_t>(sum);
        if (sum >= 0 && sum <= 0xFF)
            break;
    }
    return {address.family(), bytes};
}

/// In a rule or a set, six bytes that are compared are the address of a network card.
void replaceCard(Bytes& value, const PrivateAddresses& addresses)
{
    HardwareAddress card{};
    if (value.size() < card.size())
        return;
    std::copy_n(value.begin(), card.size(), card.begin());
    card = addresses.imageOf(card);
    std::copy(card.begin(), card.end(), value.begin());
}

std::size_t leadingBits(const Bytes& mask)
{
    std::size_t bits = 0;
    while (bits < mask.size() * 8 && (mask[bits / 8] & (0x80U >> bits % 8)) != 0)
        ++bits;
    return bits;
}

/// Source and destination stand side by side in the header: 12 and 16 of IPv4, 8 and 24 of IPv6. Fewer than three bytes are no address that
/// anybody asks for.
std::optional<Family> familyOf(const Payload& load)
{
    if (load.base != PayloadBase::Network || load.length < 3)
        return std::nullopt;
    if (load.offset == 12 || load.offset == 16)
        return Family::Ipv4;
    return load.offset == 8 || load.offset == 24 ? std::optional(Family::Ipv6) : std::nullopt;
}

std::optional<Family> familyOf(const Ct& load, const std::string& table)
{
    switch (load.key) {
    case CtKey::SourceIpv4:
    case CtKey::DestinationIpv4:
        return Family::Ipv4;
    case CtKey::SourceIpv6:
    case CtKey::DestinationIpv6:
        return Family::Ipv6;
    case CtKey::Source:
    case CtKey::Destination:
        return table == "ip6" ? Family::Ipv6 : Family::Ipv4;
    default:
        return std::nullopt;
    }
}

std::optional<Family> familyOfType(std::uint32_t type)
{
    if (type == typeIpv4)
        return Family::Ipv4;
    return type == typeIpv6 ? std::optional(Family::Ipv6) : std::nullopt;
}

/// Learns or replaces: both go through the rules in the same way.
class Walk
{
public:
    Walk(PrivateAddresses& addresses, bool replaces) : m_addresses(addresses), m_replaces(replaces) {}

    void go(Rules& rules)
    {
        for (Table& table : rules.tables) {
            for (Chain& chain : table.chains) {
                for (Rule& rule : chain.rules)
                    visit(rule, table.family);
            }
            for (Set& set : table.sets)
                visit(set);
        }
    }

private:
    void visit(Rule& rule, const std::string& family)
    {
        m_held.clear();
        std::map<Register, Immediate*> constants;
        for (Expression& expression : rule.expressions) {
            if (auto* immediate = std::get_if<Immediate>(&expression))
                constants[immediate->to] = immediate;
            else if (const auto* nat = std::get_if<Nat>(&expression))
                visit(*nat, constants);
            else
                visit(expression, family);
        }
    }

    void visit(Expression& expression, const std::string& table)
    {
        if (const auto* payload = std::get_if<Payload>(&expression))
            hold(payload->to, familyOf(*payload));
        else if (const auto* ct = std::get_if<Ct>(&expression); ct != nullptr && !ct->sets)
            hold(ct->at, familyOf(*ct, table));
        else if (const auto* meta = std::get_if<Meta>(&expression); meta != nullptr && !meta->sets)
            hold(meta->at, std::nullopt);
        else if (const auto* fib = std::get_if<Fib>(&expression))
            hold(fib->to, std::nullopt);
        else if (const auto* bitwise = std::get_if<Bitwise>(&expression))
            mask(*bitwise);
        else if (auto* compare = std::get_if<Compare>(&expression))
            visit(*compare);
        else if (auto* range = std::get_if<nf_tables::Range>(&expression))
            visit(*range);
    }

    void hold(Register at, std::optional<Family> family)
    {
        m_held.erase(at);
        if (family)
            m_held[at] = Held{*family};
    }

    void mask(const Bitwise& bitwise)
    {
        const auto known = m_held.find(bitwise.from);
        if (known == m_held.end())
            return hold(bitwise.to, std::nullopt);
        m_held[bitwise.to] = Held{known->second.family, leadingBits(bitwise.mask)};
    }

    void visit(Compare& compare)
    {
        if (m_replaces && compare.value.size() == HardwareAddress().size())
            return replaceCard(compare.value, m_addresses);
        const auto known = m_held.find(compare.at);
        if (known == m_held.end())
            return;
        const Held held = known->second;
        const bool ordered = compare.comparison != CompareOperator::Equal && compare.comparison != CompareOperator::NotEqual;
        for (std::size_t at = 0; at < compare.value.size(); at += bytesOf(held.family)) {
            const Address address = toAddress(held.family, compare.value, at);
            const std::size_t bits = std::min({held.mask, (compare.value.size() - at) * 8, bytesOf(held.family) * 8});
            if (m_replaces)
                put(m_addresses.imageOf(address), compare.value, at);
            else if (ordered)
                m_addresses.learnRange(Address(held.family, {}), address);
            else
                m_addresses.learn(Prefix(address, static_cast<int>(bits)));
        }
    }

    void visit(nf_tables::Range& range)
    {
        const auto known = m_held.find(range.at);
        if (known != m_held.end())
            visitRange(known->second.family, range.first, range.last, 0);
    }

    void visitRange(Family family, Bytes& first, Bytes& last, std::size_t at)
    {
        const Address from = toAddress(family, first, at);
        const Address to = toAddress(family, last, at);
        if (!m_replaces)
            return m_addresses.learnRange(from, to);
        put(m_addresses.imageOf(from), first, at);
        put(m_addresses.imageOf(to), last, at);
    }

    void visit(const Nat& nat, std::map<Register, Immediate*>& constants)
    {
        for (const auto& at : {nat.address, nat.lastAddress}) {
            const auto known = at ? constants.find(*at) : constants.end();
            if (known == constants.end() || !m_replaces)
                continue;
            Bytes& value = known->second->value;
            if (value.size() == 4 || value.size() == 16)
                put(m_addresses.imageOf(toAddress(value.size() == 4 ? Family::Ipv4 : Family::Ipv6, value, 0)), value, 0);
        }
    }

    void visit(Set& set)
    {
        const bool single = set.keyType >> bitsOfType == 0;
        const std::optional<Family> family = single ? familyOfType(set.keyType) : std::nullopt;
        if (family && (set.flags & setInterval) != 0)
            visitIntervals(set, *family);
        else
            visitKeys(set);
        const std::optional<Family> ofValue = familyOfType(set.valueType);
        for (SetElement& element : set.elements) {
            if (auto* data = std::get_if<Bytes>(&element.value); data != nullptr && ofValue && m_replaces)
                put(m_addresses.imageOf(toAddress(*ofValue, *data, 0)), *data, 0);
        }
    }

    /// Plain keys, and the fields of concatenations.
    void visitKeys(Set& set)
    {
        std::vector<std::uint32_t> types;
        for (std::uint32_t rest = set.keyType; rest != 0; rest >>= bitsOfType)
            types.insert(types.begin(), rest & ((1U << bitsOfType) - 1));
        for (SetElement& element : set.elements) {
            if (m_replaces && types == std::vector{typeHardware})
                replaceCard(element.key, m_addresses);
            std::size_t at = 0;
            for (std::size_t i = 0; i < types.size(); ++i) {
                const std::optional<Family> family = familyOfType(types[i]);
                const std::size_t length = i < set.fields.size() ? set.fields[i] : family ? bytesOf(*family) : roundedTo;
                if (family && !element.lastKey.empty())
                    visitRange(*family, element.key, element.lastKey, at);
                else if (family && m_replaces && !element.catchAll)
                    put(m_addresses.imageOf(toAddress(*family, element.key, at)), element.key, at);
                at += (std::min<std::size_t>(length, 64) + roundedTo - 1) / roundedTo * roundedTo;
            }
        }
    }

    /// An element begins an interval, and the next one ends it: one that only ends, or the beginning of another.
    void visitIntervals(Set& set, Family family)
    {
        std::vector<SetElement> elements = set.elements;
        std::stable_sort(elements.begin(), elements.end(), [](const SetElement& a, const SetElement& b) { return a.key < b.key; });
        std::vector<SetElement> images;
        for (std::size_t i = 0; i < elements.size(); ++i) {
            SetElement& element = elements[i];
            if (element.catchAll || element.intervalEnd || element.key.size() != bytesOf(family)) {
                if (element.catchAll || i == 0)
                    images.push_back(element); // the end mark that stands before everything
                continue;
            }
            const Address first = toAddress(family, element.key, 0);
            Address::Bytes ones{};
            ones.fill(0xFF);
            const bool open = i + 1 == elements.size();
            const Address last = open ? Address(family, ones) : neighbour(toAddress(family, elements[i + 1].key, 0), -1);
            if (!m_replaces) {
                m_addresses.learnRange(first, last);
                continue;
            }
            put(m_addresses.imageOf(first), element.key, 0);
            images.push_back(element);
            SetElement end{element.key, {}, true, false, {}};
            put(neighbour(m_addresses.imageOf(last), 1), end.key, 0);
            if (!open)
                images.push_back(end);
        }
        if (m_replaces)
            set.elements = sorted(std::move(images));
    }

    /// By key; an end where another interval begins says nothing.
    static std::vector<SetElement> sorted(std::vector<SetElement> elements)
    {
        std::stable_sort(elements.begin(), elements.end(), [](const SetElement& a, const SetElement& b) {
            return std::pair(a.key, a.intervalEnd) < std::pair(b.key, b.intervalEnd);
        });
        std::vector<SetElement> kept;
        for (SetElement& element : elements) {
            if (!element.intervalEnd || kept.empty() || kept.back().key != element.key)
                kept.push_back(std::move(element));
        }
        return kept;
    }

    PrivateAddresses& m_addresses;
    bool m_replaces;
    std::map<Register, Held> m_held;
};

} // namespace

void learnAddresses(const nf_tables::Rules& rules, PrivateAddresses& addresses)
{
    nf_tables::Rules copy = rules;
    Walk(addresses, false).go(copy);
}

void replaceAddresses(nf_tables::Rules& rules, PrivateAddresses& addresses)
{
    Walk(addresses, true).go(rules);
}

} // namespace notrack
