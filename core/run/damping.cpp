#include "core/run/damping.h"

#include "core/run/state_json.h"

#include <algorithm>
#include <utility>

namespace notrack
{

namespace
{

using namespace std::chrono_literals;
using Json = StateJson;

constexpr std::chrono::seconds longestPause = 24h;
constexpr std::chrono::seconds shortestMemory = 15min;
constexpr std::uint32_t mostDoublings = 20;

std::chrono::seconds doubled(std::chrono::seconds first, std::uint32_t times)
{
    return std::min(first * (1U << std::min(times, mostDoublings)), longestPause);
}

Damping paused(Damping damping, std::chrono::seconds now, std::chrono::seconds pause, std::string why)
{
    damping.waitUntil = now + pause;
    damping.lastEvent = now;
    damping.why = std::move(why);
    return damping;
}

} // namespace

Damping afterRollBack(Damping damping, const std::string& digest, std::chrono::seconds now)
{
    if (damping.digest != digest)
        damping.rollBacks = 0;
    damping.digest = digest;
    const std::chrono::seconds pause = doubled(10min, damping.rollBacks++);
    return paused(std::move(damping), now, pause, "this profile was rolled back a short time ago");
}

Damping afterWithdrawal(Damping damping, std::chrono::seconds now)
{
    ++damping.withdrawals;
    damping.lastEvent = now;
    if (damping.withdrawals < 2)
        return damping;
    const std::chrono::seconds pause = doubled(1min, damping.withdrawals - 2);
    return paused(std::move(damping), now, pause, "the rules were applied and withdrawn by turns; waiting for the node to come to rest");
}

Damping afterRepair(Damping damping, std::chrono::seconds now)
{
    ++damping.repairs;
    damping.lastEvent = now;
    if (!isContended(damping))
        return damping;
    const std::chrono::seconds pause = doubled(1min, damping.repairs - contendedRepairs);
    return paused(std::move(damping), now, pause, "contended: somebody else changes the rules after every run");
}

Damping afterSilence(Damping damping, std::chrono::seconds now)
{
    const std::chrono::seconds pause = std::min<std::chrono::seconds>(doubled(30s, damping.silences++), 10min);
    return paused(std::move(damping), now, pause, "DNS answers neither with the rules nor without them");
}

Damping afterNewProfile(Damping damping, const std::string& digest, std::chrono::seconds now)
{
    if (damping.newDigest == digest)
        return damping;
    damping.newDigest = digest;
    damping.newSince = now;
    return damping;
}

Damping afterLook(Damping damping, bool unread)
{
    damping.unread = unread ? damping.unread + 1 : 0;
    return damping;
}

Damping afterLeaving(Damping damping, const std::string& keeper, std::chrono::seconds now)
{
    if (damping.leftTo != keeper) {
        damping = afterKeeping(std::move(damping));
        damping.leftTo = keeper;
        damping.leftSince = now;
    }
    ++damping.left;
    return damping;
}

Damping afterKeeping(Damping damping)
{
    damping.leftTo.clear();
    damping.left = 0;
    damping.leftSince = 0s;
    return damping;
}

Damping afterCalm(const Damping& damping, std::chrono::seconds now)
{
    const std::chrono::seconds lastPause = std::max(damping.waitUntil - damping.lastEvent, 0s);
    return now - damping.lastEvent >= std::max(shortestMemory, 2 * lastPause) ? Damping{.unread = damping.unread} : damping;
}

bool isContended(const Damping& damping)
{
    return damping.repairs >= contendedRepairs;
}

std::optional<std::string> reasonToWait(const Damping& damping, std::string_view digest, std::chrono::seconds now)
{
    const bool ofAnotherProfile = damping.rollBacks > 0 && damping.digest != digest;
    if (damping.waitUntil <= now || ofAnotherProfile)
        return std::nullopt;
    return damping.why + " (" + std::to_string((damping.waitUntil - now).count()) + " s left)";
}

std::string writeDamping(const Damping& damping)
{
    return writeStateJson({{"digest", damping.digest},
                           {"roll_backs", damping.rollBacks},
                           {"withdrawals", damping.withdrawals},
                           {"repairs", damping.repairs},
                           {"silences", damping.silences},
                           {"unread", damping.unread},
                           {"left_to", damping.leftTo},
                           {"left", damping.left},
                           {"left_since", damping.leftSince.count()},
                           {"new_digest", damping.newDigest},
                           {"new_since", damping.newSince.count()},
                           {"wait_until", damping.waitUntil.count()},
                           {"last_event", damping.lastEvent.count()},
                           {"why", damping.why}});
}

Damping readDamping(std::string_view text)
{
    try {
        const Json json = readStateJson(text);
        return Damping{.digest = textAt(json, "digest"),
                       .rollBacks = countAt(json, "roll_backs"),
                       .withdrawals = countAt(json, "withdrawals"),
                       .repairs = countAt(json, "repairs"),
                       .silences = countAt(json, "silences"),
                       .unread = countAt(json, "unread"),
                       .leftTo = textAt(json, "left_to"),
                       .left = countAt(json, "left"),
                       .leftSince = std::chrono::seconds(valueAt(json, "left_since").get<std::int64_t>()),
                       .newDigest = textAt(json, "new_digest"),
                       .newSince = std::chrono::seconds(valueAt(json, "new_since").get<std::int64_t>()),
                       .waitUntil = std::chrono::seconds(valueAt(json, "wait_until").get<std::int64_t>()),
                       .lastEvent = std::chrono::seconds(valueAt(json, "last_event").get<std::int64_t>()),
                       .why = textAt(json, "why")};
    } catch (const Json::exception&) {
        return {};
    }
}

} // namespace notrack
