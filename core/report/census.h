#pragma once

#include "core/net/census.h"
#include "core/net/flow.h"
#include "core/profile/profile.h"
#include "core/rules/ruleset.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace notrack
{

/// Counts entries one by one, in the memory of one census. `local` are the node's own addresses: packets of its own meet the rules of OUTPUT, and
/// all others those of PREROUTING. An entry goes away where the rules take both the query and its answer; one of the two would make it anew. A
/// tunnel's goes where they take it: nothing answers it.
class CensusTaker
{
public:
    CensusTaker(const Profile& profile, std::vector<Prefix> local);

    void count(const Flow& flow);
    Census take() const;

private:
    bool isDns(const Flow& flow) const;
    bool isTakenOut(const Flow& flow) const;
    bool isLocal(const Address& address) const;
    bool isTunnel(const Flow& flow) const;
    bool isUntracked(const Flow& packet, ChainKind kind = ChainKind::Rules) const;
    bool matches(const NotrackRule& rule, const Flow& packet) const;

    static constexpr std::size_t tcpStates = 10;

    const Profile& m_profile;
    std::vector<Prefix> m_local;
    std::array<Ruleset, 2> m_rules; ///< by family
    Census m_census;
    std::array<std::uint64_t, tcpStates> m_tcp{};
};

/// A line each for who fills the table, the most first, and what share of it the profile takes out; `inPlace` where its rules stand already.
std::string describeCensus(const Census& census, bool inPlace);

} // namespace notrack
