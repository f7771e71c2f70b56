#pragma once

#include "core/net/ip.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace notrack
{

struct PacketClass;
struct SavedRule;

/// The rules of one chain by the one address or interface that each asks for, so that a packet of one pod meets few of many thousands.
class RuleIndex
{
public:
    RuleIndex() = default;
    explicit RuleIndex(const std::vector<SavedRule>& rules);

    /// Positions, in order, of all rules that packets of the class may match, and of others.
    std::vector<std::uint32_t> candidates(const PacketClass& packet) const;

    bool operator==(const RuleIndex&) const = default;

private:
    using Positions = std::vector<std::uint32_t>;

    void add(const SavedRule& rule, std::uint32_t position);

    std::map<Prefix, Positions> m_bySource;
    std::map<Prefix, Positions> m_byDestination;
    std::map<std::string, Positions> m_byInInterface;
    std::map<std::string, Positions> m_byOutInterface;
    Positions m_others;
};

} // namespace notrack
