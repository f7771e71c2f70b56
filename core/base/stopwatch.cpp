#include "core/base/stopwatch.h"

#include <array>
#include <ctime>

namespace notrack
{

std::string currentTime()
{
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::array<char, sizeof("2026-01-01T00:00:00Z") + 8> text{};
    const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return {text.data(), length};
}

Stopwatch::Stopwatch(std::vector<Timing>& timings) : m_timings(timings), m_start(std::chrono::steady_clock::now()) {}

void Stopwatch::lap(std::string step)
{
    const auto now = std::chrono::steady_clock::now();
    m_timings.push_back({std::move(step), std::chrono::duration<double, std::milli>(now - m_start).count()});
    m_start = now;
}

} // namespace notrack
