#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

namespace notrack
{

/// When a query goes out and out again, in parts of the time it has: late enough for a slow server, with time left for an answer.
inline constexpr std::array sendingTimes{0.0, 0.25, 0.55};

/// Holds a sender to a rate: by any moment no more packets have gone out than a packet an interval since the sender last stood still. One that
/// was held up may send as many as `mostAtOnce` in a row to catch up.
class Pace
{
public:
    using Clock = std::chrono::steady_clock;

    Pace(std::uint32_t packetsPerSecond, std::uint32_t mostAtOnce)
        : m_interval(std::chrono::duration_cast<Clock::duration>(std::chrono::seconds(1)) / packetsPerSecond),
          m_slack(m_interval * (mostAtOnce - 1))
    {
    }

    /// When the next packet may leave.
    Clock::time_point next() const { return m_next; }

    /// Counts packets that leave now.
    void count(Clock::time_point now, std::uint32_t packets) { m_next = std::max(m_next, now - m_slack) + m_interval * packets; }

private:
    Clock::duration m_interval;
    Clock::duration m_slack;
    Clock::time_point m_next{};
};

} // namespace notrack
