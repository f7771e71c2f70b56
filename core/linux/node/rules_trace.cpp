#include "core/linux/node/rules_trace.h"

#include "core/linux/iptables/legacy_table.h"
#include "core/linux/nftables/nf_tables.h"
#include "core/linux/nftables/rules_hash.h"
#include "core/linux/system/kernel_modules.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace notrack
{

namespace
{

constexpr std::array tracedTables{"nat", "filter", "mangle"};

std::optional<std::string> traceLegacy()
{
    std::string text;
    TableBytes memory;
    for (const Family family : allFamilies) {
        const Result<std::vector<std::string>> names = readLegacyTables(family);
        if (!names)
            return std::nullopt;
        for (const char* name : tracedTables) {
            if (std::find(names->begin(), names->end(), name) == names->end()) {
                text += "- ";
                continue;
            }
            Result<LegacyTable> table = LegacyTable::read(family, name, std::move(memory));
            if (!table)
                return std::nullopt;
            text += std::to_string(table->hashOfPlaces()) + " ";
            memory = std::move(*table).takeMemory();
        }
    }
    return text;
}

} // namespace

std::optional<NodeTrace> traceRules(const NodeTrace* before)
{
    std::optional<std::string> legacy = traceLegacy();
    if (!legacy)
        return std::nullopt;
    NodeTrace trace{.facts = std::move(*legacy), .nftables = {}};
    if (!isKernelPartActive("nf_tables"))
        return trace;
    const Result<std::uint32_t> generation = readNftablesGeneration();
    if (generation && before != nullptr && !before->nftables.empty() && before->generation == *generation) {
        trace.nftables = before->nftables;
        trace.generation = *generation;
        return trace;
    }
    const Result<nf_tables::RulesHash> rules = nf_tables::hashRules();
    if (!generation || !rules)
        return std::nullopt;
    trace.nftables = std::to_string(rules->hash);
    trace.generation = rules->generation;
    return trace;
}

} // namespace notrack
