#include "core/run/run_context.h"

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

} // namespace notrack
