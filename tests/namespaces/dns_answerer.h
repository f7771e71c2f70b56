#pragma once

#include "core/linux/dns/socket_address.h"
#include "core/linux/node/pod_namespaces.h"
#include "core/linux/system/file_descriptor.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstring>
#include <ctime>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

/// A DNS server in a named network namespace, whose ports behave differently. It remembers when the kernel took each query in.
class DnsAnswerer
{
public:
    static constexpr std::uint16_t answers = 53;       ///< NXDOMAIN to everything, over TCP as well
    static constexpr std::uint16_t silent = 54;        ///< takes queries
    static constexpr std::uint16_t wrongId = 55;       ///< answers with another id
    static constexpr std::uint16_t wrongQuestion = 56; ///< answers another question
    static constexpr std::uint16_t late = 57;          ///< answers after `delay`
    static constexpr std::uint16_t third = 58;         ///< answers whatever comes third from a port
    static constexpr std::uint16_t closes = 59;        ///< TCP: closes without an answer
    static constexpr std::chrono::milliseconds delay{300};

    explicit DnsAnswerer(const std::string& name)
    {
        std::atomic<bool> ready = false;
        m_thread = std::thread([this, name, &ready] {
            const bool inside = bool(notrack::enterNamespace({{"/run/netns"}, {}}, name));
            if (inside)
                open();
            ready = true;
            while (inside && !m_stop)
                serve();
        });
        while (!ready)
            std::this_thread::yield();
    }

    ~DnsAnswerer()
    {
        m_stop = true;
        m_thread.join();
    }

    DnsAnswerer(const DnsAnswerer&) = delete;
    DnsAnswerer& operator=(const DnsAnswerer&) = delete;

    /// Seconds of CLOCK_REALTIME at which queries came to that port since the last call.
    std::vector<double> takeTimes(std::uint16_t port)
    {
        std::this_thread::sleep_for(std::chrono::milliseconds(100)); // the last ones may still be in the socket
        const std::lock_guard lock(m_mutex);
        return std::exchange(m_times[port], {});
    }

private:
    struct Delayed
    {
        std::chrono::steady_clock::time_point due;
        int file = -1;
        notrack::SocketAddress client;
        std::vector<std::uint8_t> message;
    };

    void open()
    {
        using notrack::Family;
        for (const Family family : notrack::allFamilies) {
            for (const std::uint16_t port : {answers, silent, wrongId, wrongQuestion, late, third})
                add(family, SOCK_DGRAM, port);
            for (const std::uint16_t port : {answers, closes})
                add(family, SOCK_STREAM, port);
        }
    }

    void add(notrack::Family family, int type, std::uint16_t port)
    {
        notrack::FileDescriptor file(socket(notrack::toDomain(family), type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        const int on = 1;
        const int room = 4 << 20;
        if (family == notrack::Family::Ipv6)
            setsockopt(file.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
        setsockopt(file.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        setsockopt(file.get(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
        setsockopt(file.get(), SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
        const notrack::SocketAddress own = notrack::anyAddress(family, notrack::Port{port});
        if (bind(file.get(), own.get(), own.length) == 0 && (type == SOCK_DGRAM || listen(file.get(), 500) == 0))
            m_sockets.push_back({std::move(file), port, type == SOCK_STREAM});
    }

    void serve()
    {
        std::vector<pollfd> waiting;
        for (const Opened& one : m_sockets)
            waiting.push_back({one.file.get(), POLLIN, 0});
        poll(waiting.data(), waiting.size(), 5);
        for (std::size_t i = 0; i < waiting.size(); ++i)
            while ((waiting[i].revents & POLLIN) != 0 && (m_sockets[i].stream ? acceptOne(m_sockets[i]) : receiveOne(m_sockets[i])))
                ;
        while (!m_delayed.empty() && m_delayed.front().due <= std::chrono::steady_clock::now()) {
            send(m_delayed.front().file, m_delayed.front().client, m_delayed.front().message);
            m_delayed.pop_front();
        }
    }

    static void send(int file, const notrack::SocketAddress& client, const std::vector<std::uint8_t>& message)
    {
        sendto(file, message.data(), message.size(), 0, client.get(), client.length);
    }

    static std::vector<std::uint8_t> answerTo(std::vector<std::uint8_t> query)
    {
        query[2] = 0x81;
        query[3] = 0x83;
        return query;
    }

    struct Opened
    {
        notrack::FileDescriptor file;
        std::uint16_t port;
        bool stream;
    };

    bool acceptOne(const Opened& one)
    {
        const notrack::FileDescriptor peer(accept4(one.file.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!peer.valid())
            return false;
        std::array<std::uint8_t, 1024> bytes{};
        const ssize_t length = recv(peer.get(), bytes.data(), bytes.size(), 0);
        if (length <= 2 || one.port == closes)
            return true;
        const std::vector<std::uint8_t> message = answerTo({bytes.begin() + 2, bytes.begin() + length});
        std::vector<std::uint8_t> whole{bytes[0], bytes[1]};
        whole.insert(whole.end(), message.begin(), message.end());
        ::send(peer.get(), whole.data(), 5, MSG_NOSIGNAL); // in two parts, as a stream may come
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        ::send(peer.get(), whole.data() + 5, whole.size() - 5, MSG_NOSIGNAL);
        recv(peer.get(), bytes.data(), bytes.size(), 0); // until the client goes
        return true;
    }

    bool receiveOne(const Opened& one)
    {
        std::vector<std::uint8_t> query(1024);
        std::array<char, 256> control{};
        notrack::SocketAddress client;
        iovec part{query.data(), query.size()};
        msghdr envelope{};
        envelope.msg_name = client.get();
        envelope.msg_namelen = client.length;
        envelope.msg_iov = &part;
        envelope.msg_iovlen = 1;
        envelope.msg_control = control.data();
        envelope.msg_controllen = control.size();
        const ssize_t length = recvmsg(one.file.get(), &envelope, 0);
        if (length < 12)
            return false;
        client.length = envelope.msg_namelen;
        query.resize(static_cast<std::size_t>(length));
        remember(one.port, envelope);
        behave(one, client, answerTo(query));
        return true;
    }

    void remember(std::uint16_t port, msghdr& envelope)
    {
        timespec time{};
        for (cmsghdr* one = CMSG_FIRSTHDR(&envelope); one != nullptr; one = CMSG_NXTHDR(&envelope, one))
            if (one->cmsg_level == SOL_SOCKET && one->cmsg_type == SCM_TIMESTAMPNS)
                std::memcpy(&time, CMSG_DATA(one), sizeof time);
        const std::lock_guard lock(m_mutex);
        m_times[port].push_back(static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9);
    }

    void behave(const Opened& one, const notrack::SocketAddress& client, std::vector<std::uint8_t> answer)
    {
        switch (one.port) {
        case silent:
            return;
        case wrongId:
            answer[1] ^= 1U;
            break;
        case wrongQuestion:
            answer[13] ^= 1U;
            break;
        case third: {
            const std::string from(reinterpret_cast<const char*>(&client.storage), client.length);
            if (++m_seen[from] % 3 != 0)
                return;
            break;
        }
        case late:
            m_delayed.push_back({std::chrono::steady_clock::now() + delay, one.file.get(), client, answer});
            return;
        default:
            break;
        }
        send(one.file.get(), client, answer);
    }

    std::vector<Opened> m_sockets;
    std::deque<Delayed> m_delayed;
    std::map<std::string, int> m_seen;
    std::mutex m_mutex;
    std::map<std::uint16_t, std::vector<double>> m_times;
    std::atomic<bool> m_stop = false;
    std::thread m_thread;
};
