#pragma once

#include "core/findings/node_facts.h"
#include "core/linux/node/ip_sets.h"
#include "core/linux/node/node_files.h"
#include "core/linux/node/pod_namespaces.h"
#include "core/linux/node/rules_trace.h"
#include "core/linux/node/saved_tables.h"
#include "core/net/tunnel_link.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace notrack
{

/// Where the facts come from: nothing else is read. Tests lay out a tree and answer for the programs; a capture answers for all of them.
struct FactSources
{
    NodeFiles files;
    CommandRunner run;
    std::function<Result<std::vector<NftablesTable>>()> nftTables;
    std::function<bool(const std::string& module)> kernelHas = [](const std::string&) { return true; }; ///< loads nothing
    NativeRulesReader nativeRules = [](const auto&) { return std::vector<nf_tables::Table>(); };
    NamespaceFinder namespaces = [](const auto&, auto&) { return std::vector<PodNamespace>(); }; ///< those with a name
    RulesTracer traceRules = [](const auto*) { return std::nullopt; };
    std::function<std::vector<TunnelLink>()> tunnels = [] { return std::vector<TunnelLink>(); };
    IpSetsReader ipSets = [] { return std::vector<IpSet>(); };
};

/// The node's own files, programs and netlink. All programs that they start have childBudget together, from the first one on.
FactSources liveSources();

/// Reads the facts from its sources.
class LinuxNodeInspector : public NodeInspector
{
public:
    /// `sources` are made anew for every look.
    explicit LinuxNodeInspector(std::function<FactSources()> sources = liveSources);
    explicit LinuxNodeInspector(FactSources sources);

    NodeFacts inspect(const Profile& profile) override;
    std::optional<NodeTrace> trace(const Profile& profile, const NodeTrace* before) override;
    NodeFacts readFigures() override;
    DropCounts countDrops() override;

private:
    std::function<FactSources()> m_sources;
};

std::unique_ptr<NodeInspector> makeNodeInspector();

} // namespace notrack
