#include "core/profile/profile_reader.h"
#include "core/rules/ruleset.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

using namespace notrack;

/// A profile of any bytes, alone and beside a good one, is read or refused; what is read can be built within the bounds.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    const std::vector<ProfileSource> sources{
        {"good.yaml", "version: 1\nservices: [10.96.0.10]\npodCIDRs: [10.244.0.0/16]\n"},
        {"any.yaml", std::string(bytes, bytes + size)},
    };
    for (const std::span<const ProfileSource> chosen : {std::span(sources).subspan(1), std::span(sources)}) {
        const Result<Profile> profile = readProfile(chosen, "node-a");
        if (!profile) {
            if (profile.error().kind != ErrorKind::BadProfile || profile.error().where.empty() || profile.error().message.empty())
                std::abort();
            continue;
        }
        for (const Family family : allFamilies) {
            const Ruleset ruleset = buildRuleset(*profile, family);
            if (ruleset.prerouting.size() > mostRulesInChain || ruleset.output.size() > mostRulesInChain)
                std::abort();
        }
    }
    return 0;
}
