#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace notrack
{

/// What keeps an unattended run from doing the same again and again. Times are since boot; everything is of this boot.
struct Damping
{
    std::string digest;            ///< of the profile that was taken back
    std::uint32_t rollBacks = 0;   ///< of that profile, in a row
    std::uint32_t withdrawals = 0; ///< of rules that were applied shortly before
    std::uint32_t repairs = 0;     ///< of rules that somebody else changed, in a row
    std::uint32_t silences = 0;    ///< of DNS, with the rules and without, in a row
    std::uint32_t unread = 0;      ///< runs in a row that could not read what they judge by
    std::string leftTo;            ///< the delivery that keeps the rules, when another one ran
    std::uint32_t left = 0;        ///< runs of others since that one ran
    std::chrono::seconds leftSince{0};
    std::string newDigest; ///< of a profile that has not been applied on this node
    std::chrono::seconds newSince{0};
    std::chrono::seconds waitUntil{0};
    std::chrono::seconds lastEvent{0};
    std::string why; ///< the sentence that is told while a run waits

    bool operator==(const Damping&) const = default;
};

/// Runs in a row for which the last verdict holds although the rules of others cannot be read.
inline constexpr std::uint32_t mostUnreadRuns = 10;
/// Repairs in a row from which on the rules count as contended.
inline constexpr std::uint32_t contendedRepairs = 3;

/// After a look at the node, and whether what others have could not be read.
Damping afterLook(Damping damping, bool unread);

/// A run that left the rules to the delivery that keeps them, and one of that delivery.
Damping afterLeaving(Damping damping, const std::string& keeper, std::chrono::seconds now);
Damping afterKeeping(Damping damping);

/// The pause after a roll-back doubles from 10 minutes to a day.
Damping afterRollBack(Damping damping, const std::string& digest, std::chrono::seconds now);
/// From the second withdrawal on there is a pause before the next apply, which doubles from a minute to a day.
Damping afterWithdrawal(Damping damping, std::chrono::seconds now);
/// From the third repair in a row on there is a pause, which doubles from a minute to a day.
Damping afterRepair(Damping damping, std::chrono::seconds now);
/// Rules were taken out to see whether DNS answers without them, and it did not: the pause before the next look doubles from half a minute to
/// ten.
Damping afterSilence(Damping damping, std::chrono::seconds now);
/// A profile that was not applied on this node before waits from when it was first seen.
Damping afterNewProfile(Damping damping, const std::string& digest, std::chrono::seconds now);
/// A run that found everything in order: what was counted is forgotten after a quarter of an hour, or twice the last pause.
Damping afterCalm(const Damping& damping, std::chrono::seconds now);

/// Whether the rules are somebody else's as well: both write them, run after run.
bool isContended(const Damping& damping);

/// Why an unattended run shall not write this profile now, or nothing.
std::optional<std::string> reasonToWait(const Damping& damping, std::string_view digest, std::chrono::seconds now);

/// One JSON document, and back; text that this version did not write is no damping.
std::string writeDamping(const Damping& damping);
Damping readDamping(std::string_view text);

} // namespace notrack
