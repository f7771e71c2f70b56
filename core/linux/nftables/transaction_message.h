#pragma once

#include "core/linux/system/netlink.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace notrack::netlink
{

/// What a transaction came to.
enum class Committed { Done, Restart };

/// One transaction of nf_tables, built message by message.
class Transaction
{
public:
    /// The kernel takes it only at that generation; 0 asks for none. There is room for so many messages of ordinary size, so that a large
    /// transaction is not copied while it grows.
    Transaction(std::uint32_t generation, std::size_t messages);

    /// NFT_MSG_* with NLM_F_* for NFPROTO_*.
    void add(std::uint16_t type, std::uint16_t flags, std::uint8_t family, const AttributeWriter& attributes);

    /// Carries everything out or nothing. Restart when the rule set is of another generation by now; else the first error that
    /// the kernel named, with its errno's words.
    Result<Committed> commit();

private:
    void message(std::uint16_t type, std::uint16_t flags, std::uint8_t family, std::uint16_t resource,
                 std::span<const std::byte> attributes);

    std::vector<std::byte> m_bytes;
    std::size_t m_last = 0; ///< where the last message begins, which asks for an answer
};

} // namespace notrack::netlink
