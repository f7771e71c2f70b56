#include "core/run/keeper.h"

namespace notrack
{

namespace
{

// The timer and the DaemonSet run every 30 s.
constexpr std::uint32_t fewestUnanswered = 4;
constexpr std::chrono::seconds longestSilence = std::chrono::minutes(10);
constexpr std::chrono::seconds longestSilenceUnsafe = std::chrono::minutes(2);

} // namespace

Keeper::Keeper(Memory& memory, const std::optional<Verdict>& verdict, const std::string& delivery, bool counts)
{
    if (verdict && verdict->delivery != delivery)
        m_name = verdict->delivery;
    const auto now = memory.sinceBoot();
    if (counts)
        memory.update([&](const Damping& damping) { return isAnother() ? afterLeaving(damping, m_name, now) : afterKeeping(damping); });
    const Damping damping = memory.damping();
    if (isAnother() && damping.leftTo == m_name && damping.left >= fewestUnanswered)
        m_silentFor = now - damping.leftSince;
}

bool Keeper::mustBeLeft(bool unsafe) const
{
    return isAnother() && m_silentFor < (unsafe ? longestSilenceUnsafe : longestSilence);
}

std::string Keeper::toWait(const std::string& delivery) const
{
    return "another delivery keeps the rules of this node, \"" + m_name + "\"; `dns-notrack apply --delivery " + delivery + "` takes over";
}

std::string Keeper::toTakeOver() const
{
    return "takes over from the delivery \"" + m_name + "\", which has not run for " + std::to_string(m_silentFor.count()) + " s";
}

} // namespace notrack
