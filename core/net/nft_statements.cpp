#include "core/net/nft_statements.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

namespace notrack::nf_tables
{

namespace
{

constexpr std::uint32_t wordSize = 4;
/// IFNAMSIZ, an IPv6 address, and the most that a register of 128 bits holds.
constexpr std::uint32_t longest = 16;

constexpr std::uint32_t words(std::size_t bytes)
{
    return static_cast<std::uint32_t>((bytes + wordSize - 1) / wordSize);
}

std::uint32_t lengthOf(MetaKey key)
{
    switch (key) {
    case MetaKey::Protocol:
    case MetaKey::InputType:
    case MetaKey::OutputType:
        return 2;
    case MetaKey::FamilyOfPacket:
    case MetaKey::TransportProtocol:
    case MetaKey::PacketType:
        return 1;
    case MetaKey::Length:
    case MetaKey::Priority:
    case MetaKey::Mark:
    case MetaKey::InputIndex:
    case MetaKey::OutputIndex:
    case MetaKey::User:
    case MetaKey::Group:
    case MetaKey::Cpu:
    case MetaKey::InputGroup:
    case MetaKey::OutputGroup:
    case MetaKey::ControlGroup:
        return 4;
    case MetaKey::Input:
    case MetaKey::Output:
        return longest;
    }
    return longest; // a key that is not known
}

std::uint32_t lengthOf(CtKey key)
{
    switch (key) {
    case CtKey::Direction:
    case CtKey::LayerProtocol:
    case CtKey::Protocol:
        return 1;
    case CtKey::SourcePort:
    case CtKey::DestinationPort:
    case CtKey::Zone:
        return 2;
    case CtKey::State:
    case CtKey::Status:
    case CtKey::Mark:
    case CtKey::Expiration:
    case CtKey::SourceIpv4:
    case CtKey::DestinationIpv4:
    case CtKey::Id:
        return 4;
    case CtKey::PacketCount:
    case CtKey::ByteCount:
        return 8;
    case CtKey::Helper:
    case CtKey::Source:
    case CtKey::Destination:
    case CtKey::SourceIpv6:
    case CtKey::DestinationIpv6:
        return longest;
    }
    return longest;
}

/// The registers while a rule is gone through.
class Folding
{
public:
    explicit Folding(const Table& table) : m_table(table) {}

    std::vector<Statement> take() { return std::move(m_statements); }

    void operator()(const Unknown& unknown)
    {
        m_registers.clear(); // it may have written any
        add(unknown, {});
    }
    void operator()(const Payload& payload) { load(payload.to, {payload, payload.length, {}, {}}); }
    void operator()(const Fib& fib) { load(fib.to, {fib, fib.result == FibResult::Name ? longest : wordSize, {}, {}}); }
    void operator()(const Numgen& numgen) { load(numgen.to, {numgen, wordSize, {}, {}}); }
    void operator()(const Immediate& value) { load(value.to, {value, static_cast<std::uint32_t>(value.value.size()), {}, {}}); }
    void operator()(const Meta& meta)
    {
        if (meta.sets)
            add(meta, {at(meta.at)});
        else
            load(meta.at, {meta, lengthOf(meta.key), {}, {}});
    }
    void operator()(const Ct& ct)
    {
        if (ct.sets)
            add(ct, {at(ct.at)});
        else
            load(ct.at, {ct, lengthOf(ct.key), {}, {}});
    }
    void operator()(const Bitwise& bitwise)
    {
        Operand operand = at(bitwise.from);
        const bool again = !operand.mask.empty() || operand.toNetwork;
        if (again || operand.length != bitwise.mask.size())
            operand = {Unknown{"bitwise"}, static_cast<std::uint32_t>(bitwise.mask.size()), {}, {}};
        else
            operand.mask = bitwise.mask, operand.flip = bitwise.flip;
        load(bitwise.to, std::move(operand));
    }
    void operator()(const Byteorder& order)
    {
        Operand operand = at(order.from);
        const bool whole = order.toNetwork && order.length == order.size && operand.length == order.size;
        if (whole && operand.mask.empty() && !operand.toNetwork)
            operand.toNetwork = true;
        else
            operand = {Unknown{"byteorder"}, order.length, {}, {}};
        load(order.to, std::move(operand));
    }
    void operator()(const Compare& compare) { add(compare, {covering(compare.at, compare.value.size())}); }
    void operator()(const Range& range) { add(range, {covering(range.at, range.first.size())}); }
    void operator()(const Lookup& lookup)
    {
        const Set* set = findSet(m_table, lookup.set);
        std::vector<Operand> key = fields(lookup.from, set == nullptr ? 0 : set->keyLength);
        if (lookup.to)
            load(*lookup.to, {Unknown{"lookup"}, set == nullptr ? longest : set->valueLength, {}, {}});
        add(lookup, std::move(key));
    }
    void operator()(const Nat& nat) { add(nat, those({nat.address, nat.lastAddress, nat.port, nat.lastPort})); }
    void operator()(const Masquerade& masquerade) { add(masquerade, those({masquerade.port, masquerade.lastPort})); }
    void operator()(const Redirect& redirect) { add(redirect, those({redirect.port, redirect.lastPort})); }
    void operator()(const Dynset& dynset)
    {
        const Set* set = findSet(m_table, dynset.set);
        add(dynset, fields(dynset.key, set == nullptr ? 0 : set->keyLength));
    }
    template <typename T>
    void operator()(const T& other)
    {
        add(other, {});
    }

private:
    void add(Expression expression, std::vector<Operand> operands) { m_statements.push_back({std::move(expression), std::move(operands)}); }

    /// What was in the registers that a value takes is gone.
    void load(Register to, Operand operand)
    {
        const Register end = to + std::max<std::uint32_t>(1, words(operand.length));
        for (auto each = m_registers.begin(); each != m_registers.end();) {
            const bool apart = each->first >= end || each->first + words(each->second.length) <= to;
            each = apart ? std::next(each) : m_registers.erase(each);
        }
        m_registers.insert_or_assign(to, std::move(operand));
    }

    Operand at(Register from) const
    {
        const auto found = m_registers.find(from);
        return found == m_registers.end() ? Operand{Unknown{"register"}, 0, {}, {}} : found->second;
    }

    /// The one value that a comparison of `size` bytes is about.
    Operand covering(Register from, std::size_t size) const
    {
        Operand operand = at(from);
        if (operand.length < size)
            return {Unknown{"register"}, static_cast<std::uint32_t>(size), {}, {}};
        return operand;
    }

    /// A key's values: each field of a concatenation begins in a register of its own.
    std::vector<Operand> fields(Register from, std::uint32_t size) const
    {
        std::vector<Operand> found;
        const Register end = from + words(size);
        while (from < end) {
            found.push_back(at(from));
            if (found.back().length == 0)
                return {Operand{Unknown{"register"}, size, {}, {}}};
            from += words(found.back().length);
        }
        if (from != end)
            return {Operand{Unknown{"register"}, size, {}, {}}};
        return found;
    }

    std::vector<Operand> those(std::initializer_list<std::optional<Register>> registers) const
    {
        std::vector<Operand> found;
        for (const std::optional<Register>& each : registers) {
            if (each)
                found.push_back(at(*each));
        }
        return found;
    }

    const Table& m_table;
    std::map<Register, Operand> m_registers;
    std::vector<Statement> m_statements;
};

} // namespace

std::vector<Statement> statementsOf(const Rule& rule, const Table& table)
{
    Folding folding(table);
    for (const Expression& expression : rule.expressions)
        std::visit(folding, expression);
    return folding.take();
}

const Set* findSet(const Table& table, const std::string& name)
{
    const auto found = std::find_if(table.sets.begin(), table.sets.end(), [&](const Set& set) { return set.name == name; });
    return found == table.sets.end() ? nullptr : &*found;
}

} // namespace notrack::nf_tables
