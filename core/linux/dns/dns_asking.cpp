#include "core/linux/dns/dns_asking.h"

#include "core/base/percentile.h"
#include "core/linux/dns/pace.h"
#include "core/linux/dns/probe_socket.h"

#include <algorithm>
#include <array>
#include <deque>
#include <poll.h>
#include <span>

namespace notrack
{

namespace
{

using Clock = ProbeSocket::Clock;

// Round robin over the two or three DNS servers that a cluster mostly has meets each of them twice.
constexpr std::size_t socketsPerService = 6;
constexpr std::size_t mostOpenSockets = 200; // four places at once stay below the usual limit of 1024 descriptors

/// Waits until something comes or the time is over, and takes it in.
void receiveUntil(const std::vector<ProbeSocket*>& sockets, Clock::time_point until)
{
    while (true) {
        std::vector<pollfd> waiting;
        for (const ProbeSocket* socket : sockets)
            if (!socket->done() && socket->descriptor() >= 0)
                waiting.push_back({socket->descriptor(), POLLIN, 0});
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
        if (waiting.empty() || left <= 0)
            return;
        if (poll(waiting.data(), waiting.size(), static_cast<int>(left)) <= 0)
            continue; // time over, or a signal: the next turn tells
        for (ProbeSocket* socket : sockets)
            socket->receive();
    }
}

/// What the sockets of one service got.
class Tally
{
public:
    void add(const ProbeSocket& socket)
    {
        m_result.asked += socket.asked();
        m_result.answered += socket.answered();
        m_notSent += 2 - socket.asked();
        const bool wholePair = socket.asked() == 2;
        m_result.silent += wholePair && socket.answered() == 0 ? 1U : 0U;
        m_lostBesideTwin += wholePair && socket.answered() == 1 ? 1U : 0U;
        const std::vector<double> times = socket.times();
        m_times.insert(m_times.end(), times.begin(), times.end());
        note(socket.problem());
        note(socket.code());
    }

    ProbeResult finish(const std::string& from, const std::string& service)
    {
        m_result.from = from;
        m_result.service = service;
        m_result.p50 = percentile(m_times, 0.5);
        m_result.p99 = percentile(m_times, 0.99);
        std::string counts;
        const auto addCount = [&](std::uint32_t count, const char* what) {
            if (count > 0)
                counts += (counts.empty() ? "" : ", ") + std::to_string(count) + what;
        };
        addCount(m_lostBesideTwin, " lost beside an answered twin");
        addCount(m_result.silent, " pairs timed out");
        addCount(m_notSent, " could not be sent");
        m_result.problem = counts + (counts.empty() || m_note.empty() ? "" : "; ") + m_note;
        return m_result;
    }

private:
    void note(const std::string& text)
    {
        if (!text.empty())
            m_note = text;
    }

    ProbeResult m_result;
    std::uint32_t m_lostBesideTwin = 0;
    std::uint32_t m_notSent = 0;
    std::vector<double> m_times;
    std::string m_note;
};

/// Pairs under way, each in a socket of its own until its time is over.
class Series
{
public:
    Series(const Profile& profile, const ProbeSettings& settings)
        : m_profile(profile), m_settings(settings), m_tallies(profile.services.size())
    {
    }

    void sendPairs()
    {
        for (const Address& service : m_profile.services) {
            m_open.emplace_back(service, m_profile.ports.front(), m_settings.name).send();
            m_deadlines.push_back(Clock::now() + m_settings.timeout);
        }
        while (m_open.size() > mostOpenSockets)
            closeOldest();
    }

    void waitUntil(Clock::time_point until)
    {
        receiveUntil(pointers(), until);
        while (!m_open.empty() && (m_open.front().done() || m_deadlines.front() <= Clock::now()))
            closeOldest();
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
        if (left > 0)
            poll(nullptr, 0, static_cast<int>(left));
    }

    std::vector<ProbeResult> finish(const std::string& from)
    {
        if (!m_deadlines.empty())
            receiveUntil(pointers(), m_deadlines.back());
        while (!m_open.empty())
            closeOldest();
        std::vector<ProbeResult> results;
        for (std::size_t service = 0; service < m_tallies.size(); ++service)
            results.push_back(m_tallies.at(service).finish(from, toText(m_profile.services.at(service))));
        return results;
    }

private:
    std::vector<ProbeSocket*> pointers()
    {
        std::vector<ProbeSocket*> all;
        for (ProbeSocket& socket : m_open)
            all.push_back(&socket);
        return all;
    }

    void closeOldest()
    {
        m_tallies.at(m_closed++ % m_tallies.size()).add(m_open.front());
        m_open.pop_front();
        m_deadlines.pop_front();
    }

    const Profile& m_profile;
    const ProbeSettings& m_settings;
    std::vector<Tally> m_tallies;
    std::deque<ProbeSocket> m_open; // in the order of sending: service by service
    std::deque<Clock::time_point> m_deadlines;
    std::size_t m_closed = 0;
};

/// Asks as many services as mostOpenSockets allows, all at once.
std::vector<ProbeResult> askTogether(const std::string& from, std::span<const Address> services, Port port, const ProbeSettings& settings)
{
    std::deque<ProbeSocket> sockets;
    std::vector<ProbeSocket*> all;
    for (const Address& service : services)
        for (std::size_t i = 0; i < socketsPerService; ++i)
            all.push_back(&sockets.emplace_back(service, port, settings.name));

    const Clock::time_point start = Clock::now();
    for (std::size_t round = 0; round < sendingTimes.size(); ++round) {
        for (ProbeSocket* socket : all)
            socket->send();
        const double next = round + 1 < sendingTimes.size() ? sendingTimes.at(round + 1) : 1.0;
        receiveUntil(all, start + std::chrono::duration_cast<Clock::duration>(settings.timeout * next));
    }

    std::vector<ProbeResult> results;
    for (std::size_t service = 0; service < services.size(); ++service) {
        Tally tally;
        for (std::size_t i = 0; i < socketsPerService; ++i)
            tally.add(sockets.at(service * socketsPerService + i));
        results.push_back(tally.finish(from, toText(services[service])));
    }
    return results;
}

} // namespace

std::vector<ProbeResult> askOften(const std::string& from, const Profile& profile, const ProbeSettings& settings)
{
    const std::span<const Address> services(profile.services);
    std::vector<ProbeResult> results;
    for (std::size_t done = 0; done < services.size();) {
        const std::size_t count = std::min(mostOpenSockets / socketsPerService, services.size() - done);
        const std::vector<ProbeResult> some = askTogether(from, services.subspan(done, count), profile.ports.front(), settings);
        results.insert(results.end(), some.begin(), some.end());
        done += count;
    }
    return results;
}

std::vector<ProbeResult> askInSeries(const std::string& from, const Profile& profile, const ProbeSettings& settings,
                                     const ProbeSeries& series)
{
    Series asking(profile, settings);
    const auto interval = std::chrono::duration_cast<Clock::duration>(std::chrono::seconds(1)) / series.rate;
    const Clock::time_point start = Clock::now();
    for (std::uint32_t turn = 1; turn <= series.count; ++turn) {
        asking.sendPairs();
        asking.waitUntil(start + interval * turn);
    }
    return asking.finish(from);
}

} // namespace notrack
