#include "core/findings/finding.h"

namespace notrack
{

std::string_view toText(Severity severity)
{
    switch (severity) {
    case Severity::Info:
        return "info";
    case Severity::Warning:
        return "warning";
    case Severity::Fatal:
        return "fatal";
    }
    return {};
}

} // namespace notrack
