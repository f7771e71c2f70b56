#pragma once

#include "core/findings/finding_checks.h"
#include "core/findings/packet_path.h"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

/// One leg of a DNS exchange, or of a tunnel, through this node.
struct Leg
{
    std::vector<PassedHook> way;              ///< their packets' `tracking` is what it is without our rules
    std::string remedy;                       ///< matches of the rule that lets it through
    Tracking withRules = Tracking::Untracked; ///< New: an answer whose query went untracked while no rule names the answer
    bool ofNode = false;                      ///< the node's own exchange, which pods do not need
    std::string_view what = "DNS";            ///< its packets, in a sentence
    std::size_t before = 0;                   ///< steps of the way that another leg is judged by: only their marks count here
};

/// The same packets at hook after hook.
std::vector<PassedHook> wayThrough(std::initializer_list<std::string_view> chains, const PacketClass& packet);

/// Every way that packets of the profile's DNS exchanges take through this node, once for all that the rules do not tell apart.
std::vector<Leg> legsOf(const Circumstances& node, Family family);

} // namespace notrack
