#pragma once

#include "core/findings/packet_class.h"

#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

/// What becomes of packets in a table.
enum class Fate {
    Accepted,
    Dropped,    ///< DROP or REJECT
    Translated, ///< DNAT, SNAT, MASQUERADE, REDIRECT, NETMAP
    Untracked,  ///< CT --notrack
    Unknown,    ///< handed to something that decides for itself, NFQUEUE for one, or too long to follow
};

/// One way in which a packet's journey may end, and the line that ends it: a rule, or a chain's policy.
struct Ending
{
    Fate fate = Fate::Accepted;
    std::string line;
    std::string target;                ///< of the rule, with its first option's value: "DNAT 10.244.1.3:53"
    const SavedChain* chain = nullptr; ///< where it stands: rules of nft's own look alike in many chains

    bool operator==(const Ending&) const = default;
};

/// Every way in which the packets of a class may leave a table, in the order in which the rules stand.
struct Journey
{
    std::vector<Ending> endings; ///< the first 4,096; what may() and always() say holds for all of them
    std::vector<Fate> fates;     ///< each that occurs, once
    KnownMark mark;              ///< of the packets that get through

    /// Whether some ending has that fate.
    bool may(Fate fate) const;
    /// Whether no ending has another fate.
    bool always(Fate fate) const;
};

/// Follows packets through a built-in chain. A table without that chain accepts. The packets come with that mark.
Journey follow(const SavedChains& table, std::string_view builtInChain, const PacketClass& packet,
               const std::vector<std::string>& chainsToIgnore = {}, KnownMark mark = {});

/// A hook that packets pass, by the name of its chain, and what is known of them there.
struct PassedHook
{
    std::string_view chain;
    PacketClass packet;
};

/// What one table does to packets at one hook.
struct Station
{
    const SavedChains* table = nullptr;
    std::string_view chain;
    std::size_t step = 0; ///< which of the way's
    Journey journey;
};

/// Follows packets of a family from hook to hook, in each through raw, mangle, nat, filter and what is nft's own; their mark goes with them. Only
/// tracked packets without a connection meet nat. What comes after a table that lets none through is followed as if that were not so.
std::vector<Station> followWay(const std::vector<SavedChains>& tables, Family family, const std::vector<PassedHook>& steps);

/// Whether packets that pass these stations get through all of them.
Certainty getsThrough(const std::vector<Station>& way);

} // namespace notrack
