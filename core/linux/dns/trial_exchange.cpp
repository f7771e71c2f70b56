#include "core/linux/dns/trial_exchange.h"

#include "core/linux/dns/dns_message.h"
#include "core/linux/dns/socket_address.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <utility>

namespace notrack
{

namespace
{

constexpr int mostMessagesAtOnce = 64; // of whoever floods us, before others have their turn

void setOption(const FileDescriptor& file, int level, int option, int value)
{
    setsockopt(file.get(), level, option, &value, sizeof value);
}

/// One that sends up to mostSendings datagrams. An ICMP error is an answer to one of them; when all have one, nothing can come any more.
class UdpExchange : public Exchange
{
public:
    UdpExchange(const Question& question, const std::string& name, PortUse use) : Exchange(question, name, use) {}

    void begin() override
    {
        if (open(SOCK_DGRAM))
            sendAgain();
    }

    void sendAgain() override
    {
        if (m_done)
            return;
        receive(); // an ICMP error that waits here would be told to the next call, which then does nothing
        if (m_done)
            return;
        const bool left = send(m_file.get(), m_query.data(), m_query.size(), 0) >= 0;
        m_reply.sent = m_reply.sent || left || !isWantOfThisHost(errno);
        if (!left)
            countError();
    }

    void receive() override
    {
        std::array<std::uint8_t, longestMessage> buffer{};
        for (int turn = 0; turn < mostMessagesAtOnce && !m_done; ++turn) {
            const ssize_t length = recv(m_file.get(), buffer.data(), buffer.size(), 0);
            if (length < 0 && errno != EAGAIN && errno != EINTR)
                countError();
            if (length < 0)
                return;
            if (isAnswer(std::span(buffer).first(static_cast<std::size_t>(length))))
                answered();
        }
    }

private:
    void countError()
    {
        m_reply.problem = std::strerror(errno);
        m_done = ++m_errors >= mostSendings;
    }

    std::uint32_t m_errors = 0;
};

/// One that connects, and closes with a reset, so that the port is free at once.
class TcpExchange : public Exchange
{
public:
    TcpExchange(const Question& question, const std::string& name, PortUse use) : Exchange(question, name, use)
    {
        const auto length = static_cast<std::uint16_t>(m_query.size()); // RFC 1035, 4.2.2
        m_query.insert(m_query.begin(), {static_cast<std::uint8_t>(length >> 8U), static_cast<std::uint8_t>(length & 0xffU)});
    }

    void begin() override { open(SOCK_STREAM); }

    void sendAgain() override {}

    void receive() override
    {
        if (!m_done && !m_sent)
            sendQuery();
        while (!m_done && m_sent) {
            std::array<std::uint8_t, longestMessage> buffer{};
            const ssize_t length = recv(m_file.get(), buffer.data(), buffer.size(), 0);
            if (length < 0 && (errno == EAGAIN || errno == EINTR))
                return;
            if (length <= 0)
                return finish(length == 0 ? "the server closed the connection" : std::strerror(errno));
            take(std::span(buffer).first(static_cast<std::size_t>(length)));
        }
    }

private:
    void sendQuery()
    {
        const ssize_t sent = send(m_file.get(), m_query.data(), m_query.size(), MSG_NOSIGNAL);
        if (sent < 0 && (errno == EAGAIN || errno == ENOTCONN || errno == EINTR))
            return; // not connected yet
        if (sent < 0)
            return finish(std::strerror(errno));
        m_sent = true; // a query is far shorter than any socket's buffer
    }

    void take(std::span<const std::uint8_t> bytes)
    {
        m_received.insert(m_received.end(), bytes.begin(), bytes.end());
        if (m_received.size() < 2)
            return;
        const std::size_t length = m_received[0] * std::size_t{256} + m_received[1];
        if (length > longestMessage)
            return finish("an answer of " + std::to_string(length) + " bytes");
        if (m_received.size() < length + 2)
            return;
        if (isAnswer(std::span(m_received).subspan(2, length)))
            answered();
        else
            finish("an answer to something else");
    }

    bool m_sent = false;
    std::vector<std::uint8_t> m_received; // at most two messages: the length is known with the first bytes
};

} // namespace

Exchange::Exchange(const Question& question, std::string name, PortUse use)
    : m_question(question), m_name(std::move(name)), m_use(use), m_id(randomId()), m_query(buildQuery(m_name, RecordType::A, m_id))
{
}

bool Exchange::open(int type)
{
    m_begun = Clock::now();
    if (m_query.empty()) {
        finish("DNS does not allow the name " + m_name);
        return false;
    }
    const Family family = m_question.service.family();
    m_file = FileDescriptor(socket(toDomain(family), type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!m_file.valid()) {
        finish(std::strerror(errno));
        return false;
    }
    if (family == Family::Ipv6) // the same port of the other family is another question's
        setOption(m_file, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    if (m_use == PortUse::Shared)
        setOption(m_file, SOL_SOCKET, SO_REUSEADDR, 1);
    if (type == SOCK_STREAM) {
        const linger reset{1, 0};
        setsockopt(m_file.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        setOption(m_file, IPPROTO_TCP, TCP_SYNCNT, 1);
    }
    const SocketAddress own = anyAddress(family, m_question.clientPort);
    if (bind(m_file.get(), own.get(), own.length) != 0) {
        finish(std::strerror(errno));
        return false;
    }
    const SocketAddress service = toSocketAddress(m_question.service, m_question.port);
    if (connect(m_file.get(), service.get(), service.length) != 0 && errno != EINPROGRESS) {
        m_reply.sent = !isWantOfThisHost(errno) && errno != EADDRINUSE && errno != EADDRNOTAVAIL;
        finish(std::strerror(errno));
        return false;
    }
    m_reply.sent = type == SOCK_STREAM;
    return true;
}

bool Exchange::isAnswer(std::span<const std::uint8_t> message) const
{
    const std::optional<DnsAnswer> answer = readAnswer(message, m_name);
    return answer && answer->id == m_id && answer->type == RecordType::A;
}

void Exchange::finish(const std::string& problem)
{
    m_reply.problem = problem;
    m_done = true;
}

void Exchange::answered()
{
    m_reply.answered = true;
    m_reply.milliseconds = std::chrono::duration<double, std::milli>(Clock::now() - m_begun).count();
    m_reply.problem.clear();
    m_done = true;
}

std::unique_ptr<Exchange> makeExchange(const Question& question, const std::string& name, PortUse use)
{
    if (question.protocol == Protocol::Tcp)
        return std::make_unique<TcpExchange>(question, name, use);
    return std::make_unique<UdpExchange>(question, name, use);
}

} // namespace notrack
