#pragma once

#include "core/net/ip.h"
#include "core/rules/comparison.h"
#include "core/rules/ruleset.h"
#include "core/rules/table.h"

#include <string>
#include <vector>

namespace notrack
{

/// The rules of a trial that holds full rules against tracked DNS on client ports that only its own sockets use.

/// The full rules, narrowed to those client ports and alone: no other packet meets one. A rule that names a service's port as the
/// destination gets them as its source ports, one that names it as the source as its destination ports.
Ruleset narrowed(const Ruleset& full, PortRange clientPorts);

/// The reverse: the full rules, but what those client ports send and get stays tracked. In front of the rules of a hook that has any
/// stand two exceptions for every port and protocol that they name. They return and accept nothing, so that rules of others are met.
Ruleset withExceptions(const Ruleset& full, PortRange clientPorts);

/// The tracked arm on a node where rules of ours stand already, as presentPart() found them: all of them, and in front of each chain of
/// rules exceptions for every port and protocol that it or the full rules name. Nothing of an earlier trial is kept.
OwnedPart withExceptions(const OwnedPart& present, const Ruleset& full, PortRange clientPorts);

/// The untracked arm on such a node: the tracked one, and the narrowed rules before everything else. The jumps to them stand first in the
/// built-in chains, since the present rules may not be jumped to at all, and shall not be because of a trial.
OwnedPart withNarrowed(const OwnedPart& present, const Ruleset& full, PortRange clientPorts);

/// Rules of a trial before everything else: the jumps to their chains stand first in the built-in ones.
OwnedPart withTrialRules(OwnedPart part, const Ruleset& trial);

/// The same with nothing in the chains of tunnels, whose packets no client port tells apart.
OwnedPart withoutTunnels(OwnedPart part);

/// What is there of ours less what a trial brought in: its chains, the jumps to them, its exceptions.
OwnedPart withoutTrial(OwnedPart present);

/// The same of a table; chains of other prefixes than these stay.
Table withoutTrial(Table table, const std::string& chainPrefix, const std::vector<std::string>& earlierPrefixes);

/// Whether a table has anything that a trial brought in under these prefixes.
bool holdsTrial(const Table& table, const std::string& chainPrefix, const std::vector<std::string>& earlierPrefixes);

/// What is wanted, with counters: an entry that `former` had in the same chain starts with what it had counted there, should it have to
/// come in again. One that stands all the time keeps the kernel's count.
OwnedPart withCounters(OwnedPart wanted, const OwnedPart& former);

} // namespace notrack
