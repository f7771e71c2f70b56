#pragma once

#include <array>
#include <string_view>

namespace notrack
{

/// The kernel interface that holds rules: legacy iptables tables, or nf_tables (which iptables-nft uses as well).
enum class Backend { Iptables, Nftables };

inline constexpr std::array allBackends{Backend::Iptables, Backend::Nftables};

/// "iptables" or "nftables".
constexpr std::string_view toText(Backend backend)
{
    return backend == Backend::Iptables ? "iptables" : "nftables";
}

} // namespace notrack
