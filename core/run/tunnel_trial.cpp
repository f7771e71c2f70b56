#include "core/run/tunnel_trial.h"

#include "core/net/chain_names.h"
#include "core/rules/trial_rules.h"
#include "core/run/run_findings.h"
#include "core/run/tunnel_echo.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace notrack
{

namespace
{

bool bringsTunnels(const ChainComparison& chain)
{
    const std::optional<ChainName> name = readChainName(chain.name);
    return name && name->kind == ChainKind::Tunnels && chain.wanted && !chain.inSync();
}

/// One that answers and whose outer addresses are known; the networks of the profile's peers hold them.
std::optional<FarEnd> chooseEnd(const Node& node, const Profile& profile)
{
    for (const FarEnd& end : node.tunnels->farEnds(profile.tunnels)) {
        const auto among = [&](const std::optional<Address>& address) {
            return std::any_of(profile.tunnels.begin(), profile.tunnels.end(), [&](const Tunnel& tunnel) {
                return address && tunnel.port == end.port &&
                       std::any_of(tunnel.peers.begin(), tunnel.peers.end(),
                                   [&](const Prefix& network) { return network.contains(*address); });
            });
        };
        if (among(end.own) && among(end.peer))
            return node.tunnels->answering({end.inside}).empty() ? std::nullopt : std::optional(end);
    }
    return std::nullopt;
}

Ruleset rulesFor(const FarEnd& end, const std::string& chainPrefix)
{
    NotrackRule sent;
    sent.source = Prefix(*end.own);
    sent.destination = Prefix(*end.peer);
    sent.destinationPort = PortRange::of(end.port);
    NotrackRule received = sent;
    std::swap(received.source, received.destination);
    Ruleset ruleset{.family = end.own->family(), .chainPrefix = chainPrefix, .prerouting = {}, .output = {}};
    ruleset.trial = {{sent, received}, {sent, received}};
    return ruleset;
}

/// What stands, and in front of it the rules of one far end.
std::vector<OwnedPart> withRulesFor(const FarEnd& end, const RunContext& run, const std::vector<Comparison>& found, const Change& change)
{
    std::vector<OwnedPart> parts;
    for (std::size_t i = 0; i < found.size(); ++i) {
        const OwnedPart& wanted = change.wanted().at(i);
        OwnedPart part = run.before ? run.before->store.at(i) : withoutTrial(presentPart(found[i].table, wanted));
        const bool ofFamily = wanted.ruleset.family == end.own->family();
        parts.push_back(ofFamily ? withTrialRules(std::move(part), rulesFor(end, wanted.ruleset.chainPrefix)) : std::move(part));
    }
    return parts;
}

Finding lostBeyond(const FarEnd& end)
{
    Finding finding{.id = "trial", .severity = Severity::Fatal};
    finding.summary = "Packets of the tunnel are lost untracked: pods would lose those of other nodes.";
    finding.evidence = {toText(end.inside) + ", beyond the tunnel to " + toText(*end.peer) +
                        ", answers an ICMP echo, and none while rules for that node alone stand"};
    finding.advice = {"see which rule drops them: `dns-notrack doctor` on both nodes, and firewalls between them; or take `tunnels` out"};
    return finding;
}

} // namespace

bool tryTunnel(RunContext& run, const Profile& profile, const Change& change)
{
    if (run.node.tunnels == nullptr || profile.tunnels.empty() || !profile.safety.probe)
        return true;
    const auto found = change.compare();
    const bool come = found && std::any_of(found->begin(), found->end(), [](const Comparison& comparison) {
                          return std::any_of(comparison.chains.begin(), comparison.chains.end(), bringsTunnels);
                      });
    const std::optional<FarEnd> end = come ? chooseEnd(run.node, profile) : std::nullopt;
    if (!end)
        return true;
    Change narrowed(run.node, withRulesFor(*end, run, *found, change), {}, run.wait);
    if (run.before)
        narrowed.startFrom(*run.before);
    const Result<bool> written = narrowed.write({});
    const bool answers = written && !run.node.tunnels->answering({end->inside}).empty();
    if (const Result<void> undone = narrowed.undo(); !undone || !written) {
        run.fail(undone ? written.error() : undone.error());
        return false;
    }
    run.watch.lap("trial of the tunnel");
    if (answers || run.node.tunnels->answering({end->inside}).empty())
        return true;
    Finding finding = lostBeyond(*end);
    finding.waived = isWaived(profile, finding.id);
    const bool goesOn = finding.waived;
    run.report.findings.insert(run.report.findings.begin(), std::move(finding));
    if (goesOn)
        return true;
    run.report.state = NodeState::Unsafe;
    const auto now = run.memory.sinceBoot();
    run.memory.update([&](const Damping& damping) { return afterRollBack(damping, digestOf(profile), now); });
    if (run.unattended)
        run.report.waitsFor = reasonsAgainst(run.report.findings);
    return false;
}

} // namespace notrack
