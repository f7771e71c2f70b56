#include "core/linux/dns/trial_asking.h"

#include "core/linux/dns/socket_address.h"
#include "core/linux/dns/trial_exchange.h"
#include "core/linux/system/file_descriptor.h"

#include <poll.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

namespace notrack
{

namespace
{

using Clock = Exchange::Clock;

// SYN, its acknowledgement, the query, the acknowledgement of the answer, the reset; and one that the kernel sends again.
constexpr std::uint32_t packetsOfTcp = 6;

/// A question under way.
struct Open
{
    std::unique_ptr<Exchange> exchange;
    Clock::time_point begun;
    std::uint32_t sendings = 1;
};

class Asking
{
public:
    Asking(const WitnessSources& sources, std::span<const Witness> witnesses, std::span<const Question> questions, const std::string& name,
           std::chrono::milliseconds timeout, Pace& pace, QueryEntries& entries)
        : m_sources(sources), m_witnesses(witnesses), m_questions(questions), m_name(name), m_timeout(timeout), m_pace(pace),
          m_entries(entries), m_node(openOwnNamespace()), m_events(epoll_create1(EPOLL_CLOEXEC)), m_replies(questions.size())
    {
        for (const Question& question : questions)
            ++m_users[portOf(question)];
    }

    std::vector<Reply> run()
    {
        if (!m_events.valid()) {
            for (Reply& reply : m_replies)
                reply.problem = std::strerror(errno);
            return std::move(m_replies);
        }
        while (m_next < m_questions.size() || !m_open.empty()) {
            sendAgain();
            openMore();
            receive();
            closeDone();
        }
        return std::move(m_replies);
    }

private:
    using ClientPort = std::tuple<std::size_t, Family, Protocol, Port>;

    static ClientPort portOf(const Question& question)
    {
        return {question.witness, question.service.family(), question.protocol, question.clientPort};
    }

    bool mayOpen() const { return m_next < m_questions.size() && m_open.size() < mostTrialSockets; }

    Clock::time_point afterStart(const Open& open, double part) const
    {
        return open.begun + std::chrono::duration_cast<Clock::duration>(m_timeout * part);
    }

    /// When a question is due next: to be sent again, or to be given up.
    Clock::time_point dueAt(std::size_t index, const Open& open) const
    {
        const bool again = m_questions[index].protocol == Protocol::Udp && open.sendings < mostSendings;
        return afterStart(open, again ? sendingTimes.at(open.sendings) : 1.0);
    }

    void sendAgain()
    {
        for (auto& [index, open] : m_open) {
            const Clock::time_point now = Clock::now();
            if (now < m_pace.next())
                return;
            if (m_questions[index].protocol != Protocol::Udp || open.sendings >= mostSendings || now < dueAt(index, open))
                continue;
            m_pace.count(now, 1);
            ++open.sendings;
            open.exchange->sendAgain();
        }
    }

    void openMore()
    {
        while (mayOpen()) {
            const Clock::time_point now = Clock::now();
            if (now < m_pace.next())
                return;
            const std::size_t index = m_next++;
            const Question& question = m_questions[index];
            if (!goTo(question.witness, m_replies[index].problem))
                continue;
            if (const std::optional<Address> source = sourceTowards(question.service, question.port))
                m_entries.askedFrom(m_witnesses[question.witness], question, *source);
            m_entries.forget(m_witnesses[question.witness], question);
            const PortUse use = m_users[portOf(question)] > 1 ? PortUse::Shared : PortUse::Alone;
            Open open{makeExchange(question, m_name, use), now};
            open.exchange->begin();
            m_pace.count(now, question.protocol == Protocol::Tcp ? packetsOfTcp : 1);
            watch(index, std::move(open));
        }
    }

    void watch(std::size_t index, Open open)
    {
        epoll_event event{};
        event.events = EPOLLIN;
        if (m_questions[index].protocol == Protocol::Tcp)
            event.events = EPOLLIN | EPOLLOUT | EPOLLET; // writable is told once, when it is connected
        event.data.u64 = index;
        if (!open.exchange->done() && epoll_ctl(m_events.get(), EPOLL_CTL_ADD, open.exchange->descriptor(), &event) == 0)
            m_open.emplace(index, std::move(open));
        else
            m_replies[index] = open.exchange->reply();
    }

    /// Whether this thread is there now.
    bool goTo(std::size_t place, std::string& problem)
    {
        if (m_place == place)
            return true;
        m_place.reset();
        if (!m_node || place >= m_witnesses.size()) {
            problem = m_node ? "there is no such place" : toText(m_node.error());
            return false;
        }
        const Result<void> entered = enterPlace(m_sources, m_witnesses[place], *m_node);
        if (!entered) {
            problem = toText(entered.error());
            return false;
        }
        m_place = place;
        return true;
    }

    /// Until a question is due or has its turn. In nanoseconds, since epoll's milliseconds would round up every turn.
    timespec waitingTime() const
    {
        Clock::time_point until = Clock::time_point::max();
        for (const auto& [index, open] : m_open)
            until = std::min(until, dueAt(index, open));
        const Clock::time_point now = Clock::now();
        if (until <= now) // something is due, which waits for its turn
            until = std::max(now, m_pace.next());
        if (mayOpen())
            until = std::min(until, m_pace.next());
        const auto wait = std::max<std::chrono::nanoseconds>(until - now, std::chrono::nanoseconds(0));
        const auto whole = std::chrono::duration_cast<std::chrono::seconds>(wait);
        return {.tv_sec = whole.count(), .tv_nsec = (wait - whole).count()};
    }

    void receive()
    {
        if (m_open.empty() && !mayOpen())
            return;
        std::array<epoll_event, 64> events{};
        pollfd ready{.fd = m_events.get(), .events = POLLIN, .revents = 0};
        const timespec wait = waitingTime();
        ppoll(&ready, 1, &wait, nullptr);
        const int count = epoll_wait(m_events.get(), events.data(), static_cast<int>(events.size()), 0);
        for (int i = 0; i < count; ++i)
            if (const auto found = m_open.find(static_cast<std::size_t>(events.at(static_cast<std::size_t>(i)).data.u64));
                found != m_open.end())
                found->second.exchange->receive();
    }

    void closeDone()
    {
        const Clock::time_point now = Clock::now();
        for (auto one = m_open.begin(); one != m_open.end();) {
            const auto& [index, open] = *one;
            if (!open.exchange->done() && now < afterStart(open, 1.0)) {
                ++one;
                continue;
            }
            m_replies[index] = open.exchange->reply();
            one = m_open.erase(one);
        }
    }

    const WitnessSources& m_sources;
    std::span<const Witness> m_witnesses;
    std::span<const Question> m_questions;
    const std::string& m_name;
    std::chrono::milliseconds m_timeout;
    Pace& m_pace;
    QueryEntries& m_entries;
    Result<FileDescriptor> m_node;
    FileDescriptor m_events;
    std::vector<Reply> m_replies;
    std::map<ClientPort, std::size_t> m_users;
    std::map<std::size_t, Open> m_open; // by question, which is the order of their first sendings
    std::size_t m_next = 0;
    std::optional<std::size_t> m_place;
};

} // namespace

std::vector<Reply> askQuestions(const WitnessSources& sources, std::span<const Witness> witnesses, std::span<const Question> questions,
                                const std::string& name, std::chrono::milliseconds timeout, Pace& pace, QueryEntries& entries)
{
    return Asking(sources, witnesses, questions, name, timeout, pace, entries).run();
}

} // namespace notrack
