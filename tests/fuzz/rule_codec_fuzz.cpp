#include "core/linux/iptables/legacy_table.h"
#include "core/linux/iptables/rule_codec.h"

#include <cstdint>
#include <cstdlib>

using namespace notrack;

/// Any bytes as a rule of either family, and as a table: decoding must be harmless, and what is our own form must survive the way back.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto bytes = std::as_bytes(std::span(data, size));
    for (const Family family : allFamilies) {
        TableBytes copy{std::make_unique<std::byte[]>(size), size};
        std::copy(bytes.begin(), bytes.end(), copy.bytes.get());
        if (const auto table = LegacyTable::from(
                family, {0U, std::nullopt, std::nullopt, static_cast<std::uint32_t>(size / 2), std::nullopt}, std::move(copy)))
            table->decode();
        for (const char* target : {"CT", "NMANAGER_PREROUTING", "ACCEPT", "RETURN", ""}) {
            const Entry entry{decodeRule(family, bytes, target), decodeCounters(family, bytes)};
            const auto encoded = encodeRule(family, entry);
            if (!encoded || std::holds_alternative<ForeignRule>(entry.body))
                continue;
            const std::string_view name = std::holds_alternative<Jump>(entry.body) ? targetOf(entry.body) : "CT";
            const auto* rule = std::get_if<NotrackRule>(&entry.body);
            if (rule != nullptr && rule->target == RuleTarget::Notrack && decodeRule(family, *encoded, name) != entry.body)
                std::abort();
        }
    }
    return 0;
}
