#pragma once

#include "core/findings/node_facts.h"
#include "core/report/report.h"
#include "core/run/change.h"
#include "core/run/decide.h"
#include "core/run/remembered.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace notrack
{

/// What the tables hold against what is wanted, as a report tells it.
struct Differences
{
    Standing standing = Standing::InSync;
    bool trial = false;                ///< rules of a trial were found
    bool onlyInOther = false;          ///< what differs is in the backend that is not in use alone
    std::vector<SavedTable> rawTables; ///< legacy raw tables as they were read, for the findings
    Observed store;                    ///< what was read of each store
    Observed other;
    std::string trace;                          ///< of what was read, for judgeIfMoved()
    std::vector<std::string> ownNftablesTables; ///< NodeFacts has the form
    std::vector<std::string> foreignObjects;    ///< NodeFacts has the form
};

/// What of the tables is looked at.
enum class Sight {
    Whole,
    PastTrial, ///< as if there were nothing of a trial
};

/// Whether the report gets a diff, which takes a walk through whole tables.
enum class DiffText { Made, LeftOut };

/// BadProfile where an earlier apply wrote under a prefix that differs in case alone: nftables' tables have the prefix in lower case, so that
/// the two would share one.
Result<void> refusePrefixLikeAnother(const std::string& wanted, const std::vector<std::string>& earlierPrefixes);

/// Which families of the profile this node cannot hold, and why.
std::map<Family, std::string> unavailableFamilies(const Profile& profile, TableStore& store);

/// NoBackend, with every reason, where they are all families that the profile has.
Result<void> requireAnyFamily(const Profile& profile, const std::map<Family, std::string>& unavailable, Backend backend);

/// Families that get no rules here are told of in every report that lists rules.
void tellUnavailable(const std::map<Family, std::string>& unavailable, Report& report);

/// Reads the tables of both backends and puts state, rules and diff into the report. The other backend counts only where it holds something
/// of ours.
Result<Differences> observeTables(const Change& change, const Node& node, Report& report, DiffText diff, Sight sight = Sight::Whole);

/// The same for a run that only reads. A trial under way is no drift, even where it has taken our rules out for the moment; what one left that
/// was ended is. A note tells of either.
Result<Differences> observePastTrial(const Change& change, const Node& node, const Memory& memory, Report& report, DiffText diff);

/// Puts state and rules into the report: families, without the one that has nothing and wants nothing.
void reportRules(const std::vector<Comparison>& comparisons, Report& report);

/// Reads the tables again, for a report of how things stand after a change; the diff stays the one of before. Where they cannot be read the
/// state is the expected one, no rule is listed, and a note says so: it is no failure of the change.
void observeOutcome(const Change& change, NodeState expected, Report& report);

/// Whether the facts are wanted with their fingerprint, which takes as long as reading all rules: for a verdict, or to hold against one.
enum class Fingerprint { Made, LeftOut };

/// Reads everything about the node and judges it for the profile: findings, conntrack's figures and the IPVS table go into the report.
Judgement judgeNode(const Profile& profile, Node& node, Differences differences, Report& report, Facts& known,
                    Fingerprint fingerprint = Fingerprint::Made);

/// The same for an unattended run that finds the rules of a verdict in place, or none of ours: nothing is judged again where nothing has moved since
/// the last one was, up to 10 minutes ago.
Judgement judgeIfMoved(const Profile& profile, Node& node, Memory& memory, Differences differences, Report& report, Facts& known);

/// Judges findings that are known: those that count against an apply.
Judgement judgementOf(const std::vector<Finding>& findings);

/// The same with findings of a moment ago, which costs next to nothing.
Judgement judgeAgain(Node& node, const std::vector<Finding>& earlier, Report& report);

} // namespace notrack
