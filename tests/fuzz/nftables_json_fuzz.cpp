#include "core/linux/nftables/nftables_batch.h"
#include "core/linux/nftables/nftables_commands.h"
#include "core/linux/nftables/nftables_listing.h"
#include "core/linux/nftables/nftables_state.h"
#include "core/rules/comparison.h"
#include "core/rules/plan.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace notrack;

namespace
{

/// Whatever a listing says, it can be planned against and turned into commands; what cannot be said in JSON is an error.
void plan(const nft::State& state, const Ruleset& ruleset)
{
    const Table table = nft::toTable(state);
    const auto commands = nft::buildCommands(state, makePlan(compare(table, wantedPart(ruleset))));
    if (commands)
        static_cast<void>(nft::toJson(*commands));
}

/// Every rule that was read can be written.
void writeBack(const nft::ListedTable& table)
{
    for (const nft::ListedChain& chain : table.chains) {
        for (const nft::ListedRule& rule : chain.rules) {
            const nft::AddRule action{chain.name, nft::Placement::Last, 0, rule.entry};
            static_cast<void>(nft::toJson({nft::Command{Family::Ipv4, table.name, action}}));
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view json(reinterpret_cast<const char*>(data), size);
    const Result<nft::ListedTable> listed = nft::readListing(Family::Ipv4, "nmanager", json);
    if (!listed)
        return 0;
    writeBack(*listed);
    const nft::State state{Family::Ipv4, {*listed}, {}};
    if (!nft::sameButCounters(state, state))
        std::abort();
    Ruleset ruleset;
    plan(state, ruleset);
    NotrackRule rule;
    rule.destinationPort = Port{53};
    ruleset.prerouting = {rule};
    plan(state, ruleset);
    return 0;
}
