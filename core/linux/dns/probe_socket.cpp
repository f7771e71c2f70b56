#include "core/linux/dns/probe_socket.h"

#include "core/linux/dns/socket_address.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <utility>

namespace notrack
{

namespace
{

} // namespace

ProbeSocket::ProbeSocket(const Address& service, Port port, std::string name) : m_name(std::move(name))
{
    const std::uint16_t id = randomId();
    m_queries[0] = {id, RecordType::A, buildQuery(m_name, RecordType::A, id), {}, {}};
    const auto next = static_cast<std::uint16_t>(id + 1);
    m_queries[1] = {next, RecordType::Aaaa, buildQuery(m_name, RecordType::Aaaa, next), {}, {}};
    if (m_queries[0].message.empty() || m_queries[1].message.empty()) {
        m_problem = "DNS does not allow the name " + m_name;
        return;
    }
    m_descriptor = FileDescriptor(socket(toDomain(service.family()), SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const SocketAddress address = toSocketAddress(service, port);
    if (!m_descriptor.valid() || connect(m_descriptor.get(), address.get(), address.length) != 0) {
        for (Query& query : m_queries)
            query.tried = !isWantOfThisHost(errno);
        noteError();
        m_descriptor = FileDescriptor();
    }
}

void ProbeSocket::noteError()
{
    m_problem = std::strerror(errno);
}

void ProbeSocket::send()
{
    if (!m_descriptor.valid())
        return;
    for (Query& query : m_queries) {
        if (query.answered)
            continue;
        if (!query.sent)
            query.sent = Clock::now();
        const bool left = ::send(m_descriptor.get(), query.message.data(), query.message.size(), 0) >= 0;
        query.tried = query.tried || left || !isWantOfThisHost(errno);
        if (!left && errno != EAGAIN)
            noteError();
    }
}

void ProbeSocket::receive()
{
    std::array<std::uint8_t, longestMessage> buffer{};
    while (m_descriptor.valid()) {
        const ssize_t length = recv(m_descriptor.get(), buffer.data(), buffer.size(), 0);
        if (length < 0) {
            if (errno != EAGAIN && errno != EINTR)
                noteError();
            return;
        }
        if (const auto answer = readAnswer(std::span(buffer).first(static_cast<std::size_t>(length)), m_name))
            take(*answer);
    }
}

void ProbeSocket::take(const DnsAnswer& answer)
{
    for (Query& query : m_queries) {
        if (query.id != answer.id || query.type != answer.type || query.answered || !query.sent)
            continue;
        query.answered = Clock::now();
        if (answer.code != "NOERROR")
            m_code = answer.code;
    }
}

std::uint32_t ProbeSocket::asked() const
{
    return static_cast<std::uint32_t>(std::count_if(m_queries.begin(), m_queries.end(), [](const Query& query) { return query.tried; }));
}

std::uint32_t ProbeSocket::answered() const
{
    return static_cast<std::uint32_t>(
        std::count_if(m_queries.begin(), m_queries.end(), [](const Query& query) { return query.answered.has_value(); }));
}

std::vector<double> ProbeSocket::times() const
{
    std::vector<double> times;
    for (const Query& query : m_queries)
        if (query.sent && query.answered)
            times.push_back(std::chrono::duration<double, std::milli>(*query.answered - *query.sent).count());
    return times;
}

} // namespace notrack
