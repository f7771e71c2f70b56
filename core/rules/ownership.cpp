#include "core/rules/ownership.h"

#include "core/net/chain_names.h"

namespace notrack
{

std::set<std::string, std::less<>> ownedChains(std::string_view prefix, std::span<const std::string> earlierPrefixes)
{
    std::set<std::string, std::less<>> names;
    const auto add = [&](std::string_view one) {
        for (const Hook hook : allHooks) {
            for (const ChainKind kind : allChainKinds)
                names.insert(toText(ChainName{std::string(one), hook, kind}));
        }
    };
    add(prefix);
    for (const std::string& earlier : earlierPrefixes)
        add(earlier);
    return names;
}

} // namespace notrack
