#include "core/findings/ip_set_contents.h"

#include <algorithm>
#include <utility>

namespace notrack
{

namespace
{

/// What one direction of a set match asks a packet for.
struct AskedEnd
{
    const std::optional<Prefix>& addresses;
    const std::optional<Port>& port;
    bool unnamed = false;
};

AskedEnd endOf(std::string_view direction, const PacketClass& packet)
{
    if (direction == "src")
        return {packet.source, packet.sourcePort, packet.sourceUnnamed};
    return {packet.destination, packet.destinationPort, packet.destinationUnnamed};
}

std::uint8_t protocolNumber(Protocol protocol)
{
    return protocol == Protocol::Udp ? 17 : 6; // IPPROTO_*
}

Certainty isInNetwork(const std::optional<Prefix>& network, const AskedEnd& end)
{
    return network ? areIn(*network, end.addresses, end.unnamed) : Certainty::Maybe;
}

Certainty isOfPorts(const IpSetElement& element, const AskedEnd& end, Protocol protocol)
{
    if (!element.ports)
        return Certainty::Maybe;
    if (element.protocol != 0 && element.protocol != protocolNumber(protocol))
        return Certainty::No;
    return isIn(*element.ports, end.port);
}

/// The first network of an element, or one before all others.
Prefix orderOf(const IpSetElement& element)
{
    return element.network.value_or(Prefix(Address(), 0));
}

/// Of packets of which these are in a set, or out of it.
Certainty outcomeOf(bool someIn, bool someOut)
{
    return someIn && someOut ? Certainty::Maybe : someIn ? Certainty::Yes : Certainty::No;
}

} // namespace

/// A packet and what it is asked for.
struct IpSetContents::Question
{
    const PacketClass& packet;
    std::string_view fields;
    std::string_view directions; ///< "src,dst"

    std::size_t count() const { return (directions.size() + 1) / 4; }
    AskedEnd endAt(std::size_t i) const { return endOf(directions.substr(4 * i, 3), packet); }

    Certainty holds(const IpSetElement& element) const
    {
        Certainty worst = element.passing ? Certainty::Maybe : Certainty::Yes;
        bool isSecond = false;
        for (std::size_t i = 0; i < fields.size() && worst != Certainty::No; ++i) {
            if (fields[i] == 'p')
                worst = std::min(worst, isOfPorts(element, endAt(i), packet.protocol));
            else if (fields[i] == 'n')
                worst = std::min(worst, isInNetwork(std::exchange(isSecond, true) ? element.other : element.network, endAt(i)));
            else
                worst = std::min(worst, Certainty::Maybe);
        }
        return worst;
    }
};

IpSetContents::IpSetContents(const IpSet& set, Family family, std::vector<std::shared_ptr<const IpSetContents>> members)
    : m_fields(fieldsOfSetType(set.type)), m_members(std::move(members))
{
    if (set.family && *set.family != family)
        return;
    m_elements = set.elements;
    std::sort(m_elements.begin(), m_elements.end(),
              [](const IpSetElement& one, const IpSetElement& other) { return orderOf(one) < orderOf(other); });
    for (const IpSetElement& element : m_elements) {
        m_hasExceptions = m_hasExceptions || element.except;
        const int length = orderOf(element).length();
        if (std::find(m_lengths.begin(), m_lengths.end(), length) == m_lengths.end())
            m_lengths.push_back(length);
    }
}

/// Every element that may hold one of the packets, and others only where nothing tells them apart.
template <typename Use>
void IpSetContents::forEachCandidate(const Question& question, const Use& use) const
{
    const bool byNetwork = m_fields.starts_with('n');
    const std::optional<Prefix>& addresses = question.endAt(0).addresses;
    if (!byNetwork || !addresses) {
        std::for_each(m_elements.begin(), m_elements.end(), use);
        return;
    }
    const Prefix& asked = *addresses;
    const auto from = [&](const Prefix& network) {
        return std::lower_bound(m_elements.begin(), m_elements.end(), network,
                                [](const IpSetElement& element, const Prefix& one) { return orderOf(element) < one; });
    };
    for (const int length : m_lengths) {
        if (length > asked.length())
            continue;
        const Prefix around(asked.address(), length);
        for (auto at = from(around); at != m_elements.end() && orderOf(*at) == around; ++at)
            use(*at);
    }
    if (asked.isOneAddress())
        return;
    for (auto at = from(Prefix(asked.address(), asked.length() + 1)); at != m_elements.end() && asked.contains(orderOf(*at).address());
         ++at)
        use(*at);
}

/// Of the elements that hold a packet, those of the longest networks decide (mtype_test_cidrs() in ip_set_hash_gen.h).
Certainty IpSetContents::holdsInOrder(const Question& question) const
{
    std::vector<std::pair<const IpSetElement*, Certainty>> found;
    forEachCandidate(question, [&](const IpSetElement& element) {
        if (const Certainty holds = question.holds(element); holds != Certainty::No)
            found.emplace_back(&element, holds);
    });
    const auto lengths = [](const IpSetElement& element) {
        return std::pair(orderOf(element).length(), element.other ? element.other->length() : 0);
    };
    std::stable_sort(found.begin(), found.end(),
                     [&](const auto& one, const auto& other) { return lengths(*one.first) > lengths(*other.first); });
    bool someIn = false;
    bool someOut = false;
    for (const auto& [element, holds] : found) {
        (element->except ? someOut : someIn) = true;
        if (holds == Certainty::Yes)
            return outcomeOf(someIn, someOut);
    }
    return someIn ? Certainty::Maybe : Certainty::No;
}

Certainty IpSetContents::holdsByMembers(std::string_view directions, const PacketClass& packet) const
{
    Certainty best = Certainty::No;
    for (const auto& member : m_members)
        best = std::max(best, member ? member->holds(directions, packet) : Certainty::Maybe);
    return best;
}

Certainty IpSetContents::holds(std::string_view directions, const PacketClass& packet) const
{
    if (m_fields == "s")
        return holdsByMembers(directions, packet);
    const Question question{packet, m_fields, directions};
    if (question.count() < m_fields.size()) // which the kernel never finds in it
        return Certainty::No;
    if (m_hasExceptions)
        return holdsInOrder(question);
    Certainty best = Certainty::No;
    forEachCandidate(question, [&](const IpSetElement& element) {
        if (best != Certainty::Yes)
            best = std::max(best, question.holds(element));
    });
    return best;
}

IpSetsByName readableSets(const std::vector<IpSet>& sets, Family family, const std::vector<std::string>& unknown)
{
    IpSetsByName known;
    const auto isKnown = [&](const IpSet& set) {
        return set.unread.empty() && !fieldsOfSetType(set.type).empty() &&
               std::find(unknown.begin(), unknown.end(), set.name) == unknown.end();
    };
    for (const IpSet& set : sets) {
        if (isKnown(set) && set.type != "list:set")
            known[set.name] = std::make_shared<IpSetContents>(set, family, std::vector<std::shared_ptr<const IpSetContents>>{});
    }
    IpSetsByName lists; // which hold no lists
    for (const IpSet& set : sets) {
        if (!isKnown(set) || set.type != "list:set")
            continue;
        std::vector<std::shared_ptr<const IpSetContents>> members;
        for (const std::string& name : set.members) {
            const auto member = known.find(name);
            members.push_back(member == known.end() ? nullptr : member->second);
        }
        lists[set.name] = std::make_shared<IpSetContents>(set, family, std::move(members));
    }
    known.merge(lists);
    return known;
}

} // namespace notrack
