#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

/// How much a finding weighs.
enum class Severity {
    Info,    ///< worth knowing
    Warning, ///< some traffic suffers, or the rules do less than they could
    Fatal,   ///< applying would cut off DNS on this node: apply refuses, unless the profile waives the id
};

std::string_view toText(Severity severity);

/// Something about a node that decides whether untracked DNS works there.
struct Finding
{
    std::string id; ///< stable, as `safety.waive` names it
    Severity severity = Severity::Info;
    std::string summary;               ///< one sentence
    std::vector<std::string> evidence; ///< the very rule, IPVS line or setting that was found
    std::vector<std::string> advice;   ///< what to do, as exact as it can be said
    bool waived = false;
    bool trialDecides = false; ///< a trial tells whether it is so here; one that overruled it leaves a warning

    bool operator==(const Finding&) const = default;
};

} // namespace notrack
