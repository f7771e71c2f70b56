#pragma once

#include "core/findings/finding.h"
#include "core/report/report.h"
#include "core/run/damping.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

/// The findings that a run makes itself: of its trial, and of what earlier runs remember.

/// Who asks, and what is to be expected.
struct TrialCircumstances
{
    bool unattended = false;
    bool podsExpected = false;        ///< this node has had a pod that could be asked in this boot, and the profile asks for pods
    std::vector<std::string> drops{}; ///< rules that dropped packets meanwhile, and how many
};

/// What a trial says against an apply: `trial`, `dns-silent`, `no-witness`, `no-effect`; nothing where it passed.
std::optional<Finding> findingOf(const TrialReport& trial, const TrialCircumstances& circumstances);

/// `no-effect`: the timer asked and was answered, and the rules that stand counted nothing.
Finding passedBy(bool waived);

/// `contended`: somebody undoes our rules run after run.
Finding contended(const Damping& damping, bool waived);

/// Those findings with their summaries, for a run that waits.
std::string reasonsAgainst(const std::vector<Finding>& findings);

/// The first evidence of a finding, else its summary, else its id.
std::string firstEvidence(const std::vector<Finding>& findings, std::string_view id);

/// Ids of the fatal findings that are not waived.
std::vector<std::string> openFatal(const std::vector<Finding>& findings);

/// Whether a trial decides each of those.
bool trialDecidesAll(const std::vector<Finding>& findings);

/// Lowers those findings to warnings that say both facts. Whether there were any.
bool overrule(std::vector<Finding>& findings, const std::vector<std::string>& ids);

/// Rows of the same place and service added up; what the later one came to stands, unless only the earlier one was a loss.
TrialReport addUp(TrialReport earlier, const TrialReport& later);

} // namespace notrack
