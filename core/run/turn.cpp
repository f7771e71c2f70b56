#include "core/run/turn.h"

#include "core/base/fingerprint.h"

namespace notrack
{

std::chrono::seconds turnOf(std::string_view node, std::chrono::seconds spread)
{
    return std::chrono::seconds(spread.count() > 0 ? hashOf(node) % static_cast<std::uint64_t>(spread.count()) : 0);
}

std::optional<std::string> reasonToWaitForTurn(Memory& memory, const std::string& digest, std::string_view node,
                                               std::chrono::seconds spread)
{
    const std::optional<Verdict> verdict = memory.verdict(); // an earlier version wrote no digests
    if (spread.count() == 0 || memory.hasApplied(digest) || (verdict && verdict->digest == digest))
        return std::nullopt;
    const auto now = memory.sinceBoot();
    memory.update([&](const Damping& damping) { return afterNewProfile(damping, digest, now); });
    const std::chrono::seconds turn =
        memory.damping().newSince + turnOf(node, spread); // zero where it could not be written: nothing waits forever
    if (turn <= now)
        return std::nullopt;
    return "this profile is new to this node, whose turn comes in " + std::to_string((turn - now).count()) +
           " s, so that a fleet does not change in one moment (a run by hand does not wait)";
}

} // namespace notrack
