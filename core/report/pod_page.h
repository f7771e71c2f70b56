#pragma once

#include "core/report/report.h"

#include <string>
#include <vector>

namespace notrack
{

/// Leaves in a node's report what is about one of its pods: the rules of ours that its packets may meet, its rows of the last trial, and
/// `findings`, those that were judged for it alone. One that a verdict overruled on this node is overruled for the pod, too.
void narrowToPod(Report& report, const PodView& pod, std::vector<Finding> findings);

/// That report for people, on one page.
std::string describePod(const Report& report);

} // namespace notrack
