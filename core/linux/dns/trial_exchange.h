#pragma once

#include "core/linux/dns/pace.h"
#include "core/linux/system/file_descriptor.h"
#include "core/run/witnesses.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace notrack
{

/// Whether another question of the trial has the same client port at the same place.
enum class PortUse { Alone, Shared };

/// How often a UDP query goes out at most; a TCP one is sent again by the kernel alone.
inline constexpr std::uint32_t mostSendings = sendingTimes.size();

/// One question under way, in a socket of its own, which is made in the network namespace of the calling thread and bound to the client port.
class Exchange
{
public:
    using Clock = std::chrono::steady_clock;

    Exchange() = default;
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;
    virtual ~Exchange() = default;

    /// Opens the socket and sends the query, or begins to connect. What went wrong is in the reply.
    virtual void begin() = 0;
    /// Sends it once more.
    virtual void sendAgain() = 0;
    /// Takes in what has come; anything but an answer to our question is passed over.
    virtual void receive() = 0;

    int descriptor() const { return m_file.get(); }
    /// Nothing is left to wait for.
    bool done() const { return m_done; }
    /// What came of it so far.
    const Reply& reply() const { return m_reply; }

protected:
    Exchange(const Question& question, std::string name, PortUse use);

    /// A socket that is bound to the client port and on its way to the service; the reply says why there is none.
    bool open(int type);
    bool isAnswer(std::span<const std::uint8_t> message) const;
    void finish(const std::string& problem);
    void answered();

    Question m_question;
    std::string m_name;
    PortUse m_use;
    FileDescriptor m_file;
    std::uint16_t m_id = 0;
    std::vector<std::uint8_t> m_query;
    Clock::time_point m_begun;
    bool m_done = false;
    Reply m_reply;
};

/// The exchange for the question's protocol.
std::unique_ptr<Exchange> makeExchange(const Question& question, const std::string& name, PortUse use);

} // namespace notrack
