#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

/// What this profile does about a loss.
enum class Cure {
    Profile, ///< an apply ends it
    InPlace, ///< its rules stand and keep DNS out of it
    Refused, ///< an apply would end it, and a finding stands against it
    Other,   ///< it does nothing about it
};

inline constexpr std::array allCures{Cure::Profile, Cure::InPlace, Cure::Refused, Cure::Other};

/// "profile", "in-place", "refused", "other".
std::string_view toText(Cure cure);

/// Why DNS is lost on this node.
struct Cause
{
    std::string id; ///< "conntrack-full", "conntrack-race", "ipvs-table", "socket-buffers", "half-pairs", "no-answer", "large-answers",
                    ///< "card-allowance"
    std::uint64_t lost = 0; ///< packets or answers, as far as they are counted
    std::string summary;    ///< what is lost and why, one sentence
    std::vector<std::string> evidence;
    Cure cure = Cure::Other;
    std::vector<std::string> advice; ///< commands, a line each

    bool operator==(const Cause&) const = default;
};

} // namespace notrack
