#include "core/findings/rule_index.h"

#include "core/findings/packet_class.h"

#include <algorithm>

namespace notrack
{

namespace
{

template <typename Key>
void gather(const std::map<Key, std::vector<std::uint32_t>>& map, const Key* exact, std::vector<std::uint32_t>& found)
{
    if (exact == nullptr) {
        for (const auto& [key, positions] : map)
            found.insert(found.end(), positions.begin(), positions.end());
    } else if (const auto one = map.find(*exact); one != map.end()) {
        found.insert(found.end(), one->second.begin(), one->second.end());
    }
}

const Prefix* exactly(const std::optional<Prefix>& addresses)
{
    return addresses && addresses->isOneAddress() ? &*addresses : nullptr;
}

const std::string* exactly(const std::string& interface)
{
    return interface.empty() ? nullptr : &interface;
}

} // namespace

RuleIndex::RuleIndex(const std::vector<SavedRule>& rules)
{
    for (std::size_t i = 0; i < rules.size(); ++i)
        add(rules[i], static_cast<std::uint32_t>(i));
}

void RuleIndex::add(const SavedRule& rule, std::uint32_t position)
{
    for (const Condition& condition : rule.conditions) {
        if (condition.negated || condition.values.size() != 1)
            continue;
        const std::string& value = condition.values.front();
        const bool isAddress = condition.prefix && condition.prefix->isOneAddress();
        if (condition.option == "-s" && isAddress)
            return m_bySource[*condition.prefix].push_back(position);
        if (condition.option == "-d" && isAddress)
            return m_byDestination[*condition.prefix].push_back(position);
        if (condition.option == "-i" && !value.ends_with('+'))
            return m_byInInterface[value].push_back(position);
        if (condition.option == "-o" && !value.ends_with('+'))
            return m_byOutInterface[value].push_back(position);
    }
    m_others.push_back(position);
}

std::vector<std::uint32_t> RuleIndex::candidates(const PacketClass& packet) const
{
    std::vector<std::uint32_t> found = m_others;
    gather(m_bySource, exactly(packet.source), found);
    gather(m_byDestination, exactly(packet.destination), found);
    gather(m_byInInterface, exactly(packet.inInterface), found);
    gather(m_byOutInterface, exactly(packet.outInterface), found);
    std::sort(found.begin(), found.end());
    return found;
}

} // namespace notrack
