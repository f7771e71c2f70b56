#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace notrack
{

/// The two questions that resolvers ask at once, and so the probe does.
enum class RecordType : std::uint16_t { A = 1, Aaaa = 28 };

/// More than a server sends by UDP, at most 512 bytes (RFC 1035), since we announce no EDNS. A longer one by TCP is none of ours.
inline constexpr std::size_t longestMessage = 4096;

/// A DNS message that asks one question, recursion desired; empty for a name that DNS does not allow.
std::vector<std::uint8_t> buildQuery(const std::string& name, RecordType type, std::uint16_t id);

/// The id of a response, and its code ("NOERROR", "NXDOMAIN", …). Any code proves that query and answer found their way.
struct DnsAnswer
{
    std::uint16_t id = 0;
    RecordType type = RecordType::A;
    std::string code;

    bool operator==(const DnsAnswer&) const = default;
};

/// Reads any bytes: gives an answer only for a well-formed response to a question for `name`.
std::optional<DnsAnswer> readAnswer(std::span<const std::uint8_t> message, const std::string& name);

} // namespace notrack
