#pragma once

#include "core/findings/node_facts.h"
#include "core/report/report.h"
#include "core/run/change.h"
#include "core/run/decide.h"

#include <optional>
#include <string>
#include <vector>

namespace notrack
{

/// What the tables hold against what is wanted, as a report tells it.
struct Differences
{
    Standing standing = Standing::InSync;
    bool trial = false;                         ///< rules of a trial were found
    std::vector<SavedTable> rawTables;          ///< legacy raw tables as they were read, for the findings
    std::vector<std::string> ownNftablesTables; ///< NodeFacts has the form
};

/// What of the tables is looked at.
enum class Sight {
    Whole,
    PastTrial, ///< as if there were nothing of a trial
};

/// Reads the tables of both backends and puts state, rules and diff into the report. The other backend counts only where it holds something
/// of ours.
Result<Differences> observeTables(const Change& change, const Node& node, Report& report, Sight sight = Sight::Whole);

/// Reads the tables again, for a report of how things stand after a change; the diff stays the one of before. Where they cannot be read the
/// state is the expected one, no rule is listed, and a note says so: it is no failure of the change.
void observeOutcome(const Change& change, NodeState expected, Report& report);

/// Reads everything about the node and judges it for the profile: findings, conntrack's figures and the IPVS table go into the report.
Judgement judgeNode(const Profile& profile, Node& node, Differences differences, Report& report);

/// The same with findings of a moment ago, which costs next to nothing.
Judgement judgeAgain(Node& node, const std::vector<Finding>& earlier, Report& report);

} // namespace notrack
