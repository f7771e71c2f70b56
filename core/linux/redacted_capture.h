#pragma once

#include "core/base/keyed_hash.h"
#include "core/profile/profile.h"
#include "core/report/capture.h"
#include "core/report/report.h"

#include <optional>

namespace notrack
{

/// What redactCapture() gives.
struct RedactedCapture
{
    Capture capture;
    std::optional<Profile> profile; ///< the captured one, redacted; empty where there was none
};

/// A capture to give away (see redact()), which is judged by its profile as the plain one is: a verdict of an earlier run goes on counting for the
/// profile and the facts that it was made for. Failed where the redacted profile cannot be read.
Result<RedactedCapture> redactCapture(const Capture& capture, const HashKey& key);

/// What tells that two nodes, or two captures of one, are judged alike: state, and each finding with its severity. Empty where they are.
std::string differenceOfVerdicts(const Report& one, const Report& other);

} // namespace notrack
