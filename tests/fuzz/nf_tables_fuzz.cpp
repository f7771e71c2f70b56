#include "core/linux/nftables/rules_reader.h"
#include "core/linux/system/netlink.h"
#include "core/net/nft_text.h"

#include <cstddef>
#include <cstdint>

using namespace notrack;

/// A datagram of netlink messages: each is taken for a table, chain, rule, set and element in turn.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    netlink::Outcome outcome;
    netlink::take(std::as_bytes(std::span(data, size)), outcome, [](const netlink::Answer& answer) {
        static_cast<void>(nf_tables::decodeChain(answer.attributes));
        static_cast<void>(toText(nf_tables::decodeRule(answer.attributes), {}));
        static_cast<void>(nf_tables::decodeSet(answer.attributes));
        static_cast<void>(nf_tables::decodeElement(answer.attributes));
    });
    return 0;
}
