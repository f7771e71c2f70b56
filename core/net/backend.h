#pragma once

#include <string_view>

namespace notrack
{

/// The kernel interface that holds rules: legacy iptables tables, or nf_tables (which iptables-nft uses as well).
enum class Backend { Iptables, Nftables };

/// "iptables" or "nftables".
constexpr std::string_view toText(Backend backend)
{
    return backend == Backend::Iptables ? "iptables" : "nftables";
}

} // namespace notrack
