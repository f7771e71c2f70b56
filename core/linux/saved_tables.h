#pragma once

#include "core/linux/nft_tables.h"
#include "core/node_facts.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

/// Runs a program and gives what it printed, as runCommand does.
using CommandRunner = std::function<Result<std::string>(const std::vector<std::string>&)>;

/// The tables in what iptables-save printed.
std::vector<SavedTable> readSaveOutput(std::string_view text, const std::string& backend, Family family);

/// The base chains at input, forward and output of what `nft list table` printed.
NativeTable readNativeTable(std::string_view text, const std::string& name);

/// Saves nat, filter and raw of both backends and families, but only tables that are there, so that looking creates none. What
/// cannot be read goes into `facts.unread`.
void readFirewall(const std::string& root, const CommandRunner& run, const Result<std::vector<NftTable>>& nftTables, NodeFacts& facts);

} // namespace notrack
