#pragma once

#include "core/findings/node_facts.h"
#include "core/linux/nftables/nf_tables.h"
#include "core/linux/node/node_files.h"
#include "core/net/nft_rules.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

/// Runs a program and gives what it printed, as runCommand does.
using CommandRunner = std::function<Result<std::string>(const std::vector<std::string>&)>;

/// Reads the rules of these tables; a table that was not read in whole is left out.
using NativeRulesReader = std::function<Result<std::vector<nf_tables::Table>>(const std::vector<NftablesTable>&)>;

/// The node's own rules of these tables, over netlink.
Result<std::vector<nf_tables::Table>> readNativeRules(const std::vector<NftablesTable>& tables);

/// The program that lists a table whose rules hold what core/net/nft_listing.h has no words for.
std::vector<std::string> listCommand(const NftablesTable& table);

/// The node's nftables tables that findings are judged from: those that iptables-nft makes, and others with filters. The rest,
/// however large, is never listed. Loads no module: where nf_tables is not loaded, there are none.
Result<std::vector<NftablesTable>> nftablesTablesToRead();

/// The tables in what iptables-save printed.
std::vector<SavedTable> readSaveOutput(std::string_view text, Backend backend, Family family);

/// All chains, sets and maps of what `nft list table` printed, if a base chain filters or translates; else nothing.
NativeTable readNativeTable(std::string_view text, const std::string& name);

/// The legacy tables with the counters of their rules, but only tables that are there; what cannot be read is left out.
std::vector<SavedTable> readLegacyCounters(const NodeFiles& files, const CommandRunner& run);

/// Saves nat, filter and raw of both backends and families, but only tables that are there, so that looking creates none. What
/// cannot be read goes into `facts.unreadRules`. Tables of nft's own are read as data, and listed by nft only where that does not do.
struct FirewallSources
{
    const NodeFiles& files;
    const CommandRunner& run;
    const NativeRulesReader& nativeRules;
};
void readFirewall(const FirewallSources& sources, const Result<std::vector<NftablesTable>>& nftTables, NodeFacts& facts);

} // namespace notrack
