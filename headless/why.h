#pragma once

#include "core/linux/backend.h"
#include "core/profile/profile.h"
#include "core/report/report.h"
#include "headless/arguments.h"

namespace notrack
{

/// The report of this node about one of its pods, that `arguments` name by its address. Usage where that is no address, Failed where it is no pod
/// of this node.
Result<Report> examinePod(const Arguments& arguments, const Profile& profile, ChosenBackend backend);

} // namespace notrack
