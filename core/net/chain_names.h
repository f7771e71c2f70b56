#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace notrack
{

/// Where in the raw table a packet meets our rules: on arrival, or when the node itself sends it.
enum class Hook { Prerouting, Output };

inline constexpr std::array allHooks{Hook::Prerouting, Hook::Output};

/// The built-in chain of the hook: "PREROUTING" or "OUTPUT".
std::string_view builtInChain(Hook hook);

/// The hook whose built-in chain has that name, or nothing.
std::optional<Hook> hookOfBuiltIn(std::string_view chain);

/// What a chain of ours is for. The first two names are network-node-manager's.
enum class ChainKind {
    Base,    ///< PREFIX_HOOK: jumped to from the built-in chain; may also hold rules of others
    Rules,   ///< PREFIX_NOT_DNS_HOOK: everything in it is ours
    Tunnels, ///< PREFIX_NOT_TUN_HOOK: the rules of overlays' outer packets
    Trial,   ///< PREFIX_TRIAL_HOOK: the rules of a trial, gone when it ends
};

inline constexpr std::array allChainKinds{ChainKind::Base, ChainKind::Rules, ChainKind::Tunnels, ChainKind::Trial};

/// The parts of the name of a chain of ours.
struct ChainName
{
    std::string prefix;
    Hook hook = Hook::Prerouting;
    ChainKind kind = ChainKind::Base;

    bool operator==(const ChainName&) const = default;
};

/// "NMANAGER_NOT_DNS_PREROUTING" for the prefix NMANAGER.
std::string toText(const ChainName& name);

/// "NMANAGER_PREROUTING" for the prefix NMANAGER.
std::string baseChain(std::string_view prefix, Hook hook);

/// "NMANAGER_NOT_DNS_PREROUTING" for the prefix NMANAGER.
std::string ruleChain(std::string_view prefix, Hook hook);

/// "NMANAGER_NOT_TUN_PREROUTING" for the prefix NMANAGER.
std::string tunnelChain(std::string_view prefix, Hook hook);

/// "NMANAGER_TRIAL_PREROUTING" for the prefix NMANAGER.
std::string trialChain(std::string_view prefix, Hook hook);

/// Takes a name apart; nothing for one that no prefix gives. A name tells whose a chain may be, not whose it is.
std::optional<ChainName> readChainName(std::string_view name);

} // namespace notrack
