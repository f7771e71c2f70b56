#pragma once

#include "core/report/report.h"

#include <string>
#include <vector>

namespace notrack
{

/// The report for people who read it in a terminal: state, rules with counters, findings, probes.
std::string describeReport(const Report& report);

/// What stands against the profile, and what the probes saw; empty where there is nothing to say.
std::string describeProblems(const Report& report);

/// What each place got for its queries, one line each.
std::string describeProbe(const std::vector<ProbeResult>& results);

/// The last trial: a line for what it came to, then the table.
std::string describeTrial(const TrialReport& trial);

/// What `trial` prints: the table, or why there is none.
std::string describeTrialOutcome(const Report& report);

/// What an apply or a remove did, or what an unattended run waits for, in one line, and a line for each note.
std::string describeOutcome(const Report& report, bool check);

/// A column of a table: the text, with spaces up to the width.
std::string padded(std::string text, std::size_t width);

} // namespace notrack
