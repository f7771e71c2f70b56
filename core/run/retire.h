#pragma once

#include "core/run/change.h"
#include "core/run/operation.h"

namespace notrack
{

/// Takes everything of ours out under the run lock, in both backends, and writes down that unattended runs shall leave this node alone: before the
/// tables are written, so that no run in between puts the rules back. Then asks whether DNS answers tracked. Where places lost answers that they
/// had before, our rules are put back and the node is not retired. The request has a profile.
Report retire(const Request& request, Node& node);

/// What an unattended run says of a retired node, which it leaves as it is. `removal` is one of everything of ours.
Report leaveRetired(Report report, const Node& node, const Change& removal);

} // namespace notrack
