#include "core/findings/findings.h"

#include "core/findings/finding_checks.h"

#include <algorithm>
#include <array>

namespace notrack
{

namespace
{

struct Check
{
    std::string_view id;
    std::optional<Finding> (*judge)(const Circumstances&);
    bool trialDecides = false; ///< packets of a pod, or of the node under scope any, meet what it speaks of
};

/// In the order in which findings of the same weight are told.
constexpr std::array checks{
    Check{"not-ipvs", checkNotIpvs},
    Check{"service-dnat", checkServiceDnat, true},
    Check{"host-queries", checkHostQueries, true},
    Check{"host-port", checkHostPort},
    Check{"stateful-forward", checkStatefulForward, true},
    Check{"no-backends", checkNoBackends},
    Check{"backend-outside-pod-cidrs", checkBackendOutsidePodCidrs, true},
    Check{"per-node-cidr", checkPerNodeCidr, true},
    Check{"other-notrack", checkOtherNotrack, true},
    Check{"other-backend", checkOtherBackend},
    Check{"bridge-netfilter", checkBridgeNetfilter, true},
    Check{"unread-rules", checkUnreadRules, true},
    Check{"missing-modules", checkMissingModules},
    Check{"lost-snat", checkLostSnat, true},
    Check{"masqueraded-answer", checkMasqueradedAnswer, true},
    Check{"foreign-networks", checkForeignNetworks},
    Check{"early-raw", checkEarlyRaw},
    Check{"one-packet-scheduling", checkOnePacketScheduling},
    Check{"icmp-invalid", checkIcmpInvalid},
    Check{"stale-servers", checkStaleServers},
    Check{"foreign-objects", checkForeignObjects},
    Check{"stateful-tunnel", checkStatefulTunnel},
    Check{"translated-tunnel", checkTranslatedTunnel},
    Check{"other-tunnel-notrack", checkOtherTunnelNotrack},
};

} // namespace

std::vector<Finding> judge(const Profile& profile, const NodeFacts& facts, Backend backend)
{
    const Circumstances node(profile, facts, backend);
    std::vector<Finding> findings;
    for (const Check& check : checks) {
        std::optional<Finding> finding = check.judge(node);
        if (!finding)
            continue;
        finding->id = std::string(check.id);
        finding->trialDecides = check.trialDecides;
        finding->waived = isWaived(profile, check.id);
        shorten(finding->evidence, mostEvidence);
        findings.push_back(std::move(*finding));
    }
    std::stable_sort(findings.begin(), findings.end(),
                     [](const Finding& one, const Finding& other) { return one.severity > other.severity; });
    return findings;
}

bool forbidsApply(const std::vector<Finding>& findings)
{
    return std::any_of(findings.begin(), findings.end(),
                       [](const Finding& finding) { return finding.severity == Severity::Fatal && !finding.waived; });
}

} // namespace notrack
