#include "core/net/chain_names.h"

namespace notrack
{

namespace
{

/// What stands between prefix and hook.
struct Infix
{
    ChainKind kind;
    std::string_view text;
};

/// In the order in which a name is held against them: "_" fits all names that the others fit.
constexpr std::array infixes{Infix{ChainKind::Rules, "_NOT_DNS_"}, Infix{ChainKind::Tunnels, "_NOT_TUN_"},
                             Infix{ChainKind::Trial, "_TRIAL_"}, Infix{ChainKind::Base, "_"}};

} // namespace

std::string_view builtInChain(Hook hook)
{
    return hook == Hook::Prerouting ? "PREROUTING" : "OUTPUT";
}

std::optional<Hook> hookOfBuiltIn(std::string_view chain)
{
    for (const Hook hook : allHooks) {
        if (chain == builtInChain(hook))
            return hook;
    }
    return std::nullopt;
}

std::string toText(const ChainName& name)
{
    for (const Infix& infix : infixes) {
        if (infix.kind == name.kind)
            return std::string(name.prefix).append(infix.text).append(builtInChain(name.hook));
    }
    return {};
}

std::string baseChain(std::string_view prefix, Hook hook)
{
    return toText({std::string(prefix), hook, ChainKind::Base});
}

std::string ruleChain(std::string_view prefix, Hook hook)
{
    return toText({std::string(prefix), hook, ChainKind::Rules});
}

std::string tunnelChain(std::string_view prefix, Hook hook)
{
    return toText({std::string(prefix), hook, ChainKind::Tunnels});
}

std::string trialChain(std::string_view prefix, Hook hook)
{
    return toText({std::string(prefix), hook, ChainKind::Trial});
}

std::optional<ChainName> readChainName(std::string_view name)
{
    for (const Hook hook : allHooks) {
        if (!name.ends_with(builtInChain(hook)))
            continue;
        const std::string_view front = name.substr(0, name.size() - builtInChain(hook).size());
        for (const Infix& infix : infixes) {
            if (front.size() > infix.text.size() && front.ends_with(infix.text))
                return ChainName{std::string(front.substr(0, front.size() - infix.text.size())), hook, infix.kind};
        }
    }
    return std::nullopt;
}

} // namespace notrack
