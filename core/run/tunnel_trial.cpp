#include "core/run/tunnel_trial.h"

#include "core/net/chain_names.h"
#include "core/rules/trial_rules.h"
#include "core/run/run_findings.h"
#include "core/run/tunnel_echo.h"

#include <algorithm>
#include <optional>
#include <string>
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

enum class FarEndSays {
    Answers, ///< also while its rules stand
    Lost,    ///< it answers, and does not while they stand
    NotTried,
    Failed, ///< the report says why
};

struct TunnelTrial
{
    FarEndSays says = FarEndSays::NotTried;
    std::optional<FarEnd> end; ///< nothing where none was tried
    std::string why;           ///< it was not
};

TunnelTrial tryFarEnd(RunContext& run, const Profile& profile, const Change& change)
{
    if (run.node.tunnels == nullptr || !profile.safety.probe)
        return {.why = "nobody can ask beyond them"};
    const auto found = change.compare();
    const bool come = found && std::any_of(found->begin(), found->end(), [](const Comparison& comparison) {
                          return std::any_of(comparison.chains.begin(), comparison.chains.end(), bringsTunnels);
                      });
    if (!come)
        return {.why = "their rules stand already"};
    const std::optional<FarEnd> end = chooseEnd(run.node, profile);
    if (!end)
        return {.why = "no far end of them is known that answers an ICMP echo"};
    Change narrowed(run.node, withRulesFor(*end, run, *found, change), {}, run.wait);
    if (run.before)
        narrowed.startFrom(*run.before);
    const Result<bool> written = narrowed.write({});
    const bool answers = written && !run.node.tunnels->answering({end->inside}).empty();
    if (const Result<void> undone = narrowed.undo(); !undone || !written) {
        run.fail(undone ? written.error() : undone.error());
        return {.says = FarEndSays::Failed};
    }
    run.watch.lap("trial of the tunnel");
    if (answers)
        return {.says = FarEndSays::Answers, .end = end};
    if (run.node.tunnels->answering({end->inside}).empty())
        return {.why = toText(end->inside) + ", which answered an ICMP echo before, answers none any more"};
    return {.says = FarEndSays::Lost, .end = end};
}

/// Whether the profile waives it.
bool tellLoss(RunContext& run, const Profile& profile, const FarEnd& end)
{
    Finding finding = lostBeyond(end);
    finding.waived = isWaived(profile, finding.id);
    const bool waived = finding.waived;
    run.report.findings.insert(run.report.findings.begin(), std::move(finding));
    return waived;
}

} // namespace

bool tryTunnel(RunContext& run, const Profile& profile, const Change& change)
{
    if (profile.tunnels.empty())
        return true;
    const TunnelTrial tried = tryFarEnd(run, profile, change);
    if (tried.says != FarEndSays::Lost)
        return tried.says != FarEndSays::Failed;
    if (tellLoss(run, profile, *tried.end))
        return true;
    run.report.state = NodeState::Unsafe;
    const auto now = run.memory.sinceBoot();
    run.memory.update([&](const Damping& damping) { return afterRollBack(damping, digestOf(profile), now); });
    if (run.unattended)
        run.report.waitsFor = reasonsAgainst(run.report.findings);
    return false;
}

void tellTunnel(RunContext& run, const Profile& profile, const Change& change)
{
    if (profile.tunnels.empty() || run.report.error)
        return;
    const TunnelTrial tried = tryFarEnd(run, profile, change);
    switch (tried.says) {
    case FarEndSays::Answers:
        run.report.notes.push_back(toText(tried.end->inside) + ", beyond the tunnel to " + toText(*tried.end->peer) +
                                   ", answers an ICMP echo with and without rules for that node alone");
        return;
    case FarEndSays::Lost:
        if (!tellLoss(run, profile, *tried.end) && run.report.trial) {
            run.report.trial->outcome = TrialOutcome::Lost;
            run.report.trial->why = run.report.findings.front().evidence.front();
        }
        return;
    case FarEndSays::NotTried:
        run.report.notes.push_back("the tunnels were not tried: " + tried.why);
        return;
    case FarEndSays::Failed:
        return;
    }
}

} // namespace notrack
