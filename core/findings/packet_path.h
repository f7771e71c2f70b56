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
    std::string target; ///< of the rule, with its first option's value: "DNAT 10.244.1.3:53"

    bool operator==(const Ending&) const = default;
};

/// Every way in which the packets of a class may leave a table, in the order in which the rules stand.
struct Journey
{
    std::vector<Ending> endings; ///< the first 4,096; what may() and always() say holds for all of them
    std::vector<Fate> fates;     ///< each that occurs, once
    KnownMark mark;              ///< of the packets that come out at the end of the chain

    /// Whether some ending has that fate.
    bool may(Fate fate) const;
    /// Whether no ending has another fate.
    bool always(Fate fate) const;
};

/// Follows packets through a built-in chain. A table without that chain accepts. The packets come with that mark.
Journey follow(const SavedChains& table, std::string_view builtInChain, const PacketClass& packet,
               const std::vector<std::string>& chainsToIgnore = {}, KnownMark mark = {});

} // namespace notrack
