#include "core/run/run_context.h"

#include "core/base/version.h"

#include <utility>

namespace notrack
{

void RunContext::fail(Error error)
{
    report.state = NodeState::Error;
    if (unattended && error.code.empty() && (error.kind == ErrorKind::Busy || error.kind == ErrorKind::Conflict))
        report.waitsFor = toText(error);
    report.error = std::move(error);
}

Report startReport(const Node& node, std::string_view command, const Profile* profile)
{
    Report report;
    report.node = node.name;
    report.time = currentTime();
    report.version = programVersion;
    report.command = command;
    report.backend = toText(node.store.backend());
    if (profile != nullptr) {
        report.profileName = profile->name;
        report.profileDigest = digestOf(*profile);
        report.profileOverride = profile->overriddenBy;
    }
    return report;
}

} // namespace notrack
