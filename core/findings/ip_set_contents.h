#pragma once

#include "core/findings/packet_class.h"
#include "core/net/ip_set.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

/// What an ipset holds for packets of one family.
class IpSetContents
{
public:
    /// A set of the other family holds none of them. `members` are those of a list of sets; null: one that is not known.
    IpSetContents(const IpSet& set, Family family, std::vector<std::shared_ptr<const IpSetContents>> members);

    /// Whether packets of a class are in it, asked with the directions of a set match ("src,dst"), as ip_set_test() in net/netfilter/ipset does.
    Certainty holds(std::string_view directions, const PacketClass& packet) const;

    /// Its elements, and those of its members.
    template <typename Use>
    void forEachElement(const Use& use) const
    {
        for (const IpSetElement& element : m_elements)
            use(element);
        for (const auto& member : m_members)
            if (member)
                member->forEachElement(use);
    }

private:
    struct Question;

    Certainty holdsByMembers(std::string_view directions, const PacketClass& packet) const;
    Certainty holdsInOrder(const Question& question) const;
    template <typename Use>
    void forEachCandidate(const Question& question, const Use& use) const;

    std::string_view m_fields;            ///< fieldsOfSetType()
    std::vector<IpSetElement> m_elements; ///< by their networks
    std::vector<int> m_lengths;           ///< of those, each once
    bool m_hasExceptions = false;
    std::vector<std::shared_ptr<const IpSetContents>> m_members;
};

/// The sets as packets of a family meet them, without those that are not known and those of these names.
IpSetsByName readableSets(const std::vector<IpSet>& sets, Family family, const std::vector<std::string>& unknown);

} // namespace notrack
