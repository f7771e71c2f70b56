#pragma once

#include "core/linux/dns/dns_message.h"
#include "core/linux/system/file_descriptor.h"
#include "core/net/ip.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace notrack
{

/// One fresh UDP socket that asks a service for A and AAAA at once, the way that lost queries to the conntrack race.
class ProbeSocket
{
public:
    using Clock = std::chrono::steady_clock;

    /// Connects; `problem()` says why that could not be.
    ProbeSocket(const Address& service, Port port, std::string name);

    /// Sends those of the two queries that nobody has answered yet.
    void send();
    /// Takes in whatever has come; anything but an answer to a question of ours is passed over.
    void receive();

    int descriptor() const { return m_descriptor.get(); }
    bool done() const { return answered() == 2; }
    /// Queries that left, or that the network refused; not those for which this host had no descriptor, memory or port.
    std::uint32_t asked() const;
    std::uint32_t answered() const;
    /// From the first sending of each query to its answer, in milliseconds.
    std::vector<double> times() const;
    /// "NXDOMAIN" and the like, empty when the answer was one, or nothing came.
    std::string code() const { return m_code; }
    /// An error of the socket: "Connection refused", "Network is unreachable".
    std::string problem() const { return m_problem; }

private:
    struct Query
    {
        std::uint16_t id = 0;
        RecordType type = RecordType::A;
        std::vector<std::uint8_t> message;
        bool tried = false; ///< the network had its say
        std::optional<Clock::time_point> sent;
        std::optional<Clock::time_point> answered;
    };

    void take(const DnsAnswer& answer);
    void noteError();

    FileDescriptor m_descriptor;
    std::string m_name;
    std::array<Query, 2> m_queries;
    std::string m_code;
    std::string m_problem;
};

} // namespace notrack
