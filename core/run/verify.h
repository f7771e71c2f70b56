#pragma once

#include "core/run/change.h"
#include "core/run/probe.h"

#include <optional>
#include <string>
#include <vector>

namespace notrack
{

/// What asking came to.
enum class Outcome {
    Passed,     ///< DNS works with the rules
    Unverified, ///< nobody could ask, or DNS is silent with and without the rules, which stand
    TakenBack,  ///< places lost answers by the rules; what stood before stands again
    Failed,     ///< they could not be taken back, or not be put in again
};

/// The end of a change.
struct Verification
{
    Outcome outcome = Outcome::Unverified;
    std::uint32_t places = 0;         ///< that count and were answered
    std::vector<ProbeResult> after;   ///< with the rules
    std::vector<ProbeResult> without; ///< after they were taken out to see whose fault it is; empty mostly
    std::string why;                  ///< for Unverified: one sentence
    bool silent = false;              ///< DNS answers neither with the rules nor without them
    Proof by = Proof::Probe;          ///< for Passed: who showed it
    std::optional<Error> error;       ///< for Failed
};

/// Asks whether DNS works with what `change` put in; `baseline` is what the places got before it, or nothing where that is not known.
/// Before the rules are blamed for silence they are taken out, and the same places asked once more; where these are silent as well the
/// rules are put in again.
Verification verify(Change& change, const Profile& profile, Prober& prober, const std::optional<std::vector<ProbeResult>>& baseline);

} // namespace notrack
