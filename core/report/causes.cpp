#include "core/report/causes.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace notrack
{

namespace
{

constexpr std::uint64_t roomyBuffer = std::uint64_t{8} * 212'992; // of net.core.rmem_default, as the kernel sets it

struct Ranked
{
    Cause cause;
    bool now = false; ///< it loses while the report is made
};

Cure cureOf(const Report& report)
{
    switch (report.state) {
    case NodeState::InSync:
        return Cure::InPlace;
    case NodeState::Absent:
    case NodeState::Drifted:
        return Cure::Profile;
    case NodeState::Unsafe:
        return Cure::Refused;
    case NodeState::Error:
        break;
    }
    return Cure::Other;
}

void append(std::vector<std::string>& lines, std::initializer_list<std::string> more)
{
    lines.insert(lines.end(), more);
}

/// How Kubernetes' own documents set it up where kube-proxy is in IPVS mode.
void appendNodeLocalDns(const Report& report, std::vector<std::string>& advice)
{
    const auto& services = report.virtualServices;
    const auto dns = std::find_if(services.begin(), services.end(), [](const VirtualService& one) { return one.port == dnsPort; });
    const std::string service = dns == services.end() ? "SERVICE" : toText(dns->address);
    append(advice, {"NodeLocal DNSCache answers on the node itself: curl -LO "
                    "https://raw.githubusercontent.com/kubernetes/kubernetes/master/cluster/addons/dns/nodelocaldns/nodelocaldns.yaml",
                    "sed -i 's/__PILLAR__LOCAL__DNS__/169.254.20.10/g; s/__PILLAR__DNS__DOMAIN__/cluster.local/g; "
                    "s/,__PILLAR__DNS__SERVER__//g; s/__PILLAR__CLUSTER__DNS__/" +
                        service + "/g' nodelocaldns.yaml && kubectl apply -f nodelocaldns.yaml",
                    "then clusterDNS: [169.254.20.10] in the kubelet's configuration"});
}

std::uint64_t sumOf(const std::vector<PlaceCounter>& counters)
{
    std::uint64_t sum = 0;
    for (const PlaceCounter& counter : counters)
        sum += counter.count;
    return sum;
}

std::vector<std::string> quote(const std::vector<PlaceCounter>& counters)
{
    std::vector<std::string> lines;
    lines.reserve(counters.size());
    for (const PlaceCounter& counter : counters)
        lines.push_back(counter.place + ": " + counter.counter + " " + std::to_string(counter.count));
    return lines;
}

/// Packets that found no room. Kernels of today count the loser of a race among the dropped, too (nf_ct_resolve_clash; measured on 6.18).
std::uint64_t droppedForRoom(const ConntrackFigures& figures)
{
    return figures.drop - std::min(figures.drop, figures.insertFailed);
}

std::optional<Ranked> judgeTable(const Report& report)
{
    if (!report.conntrack)
        return std::nullopt;
    const ConntrackFigures& figures = *report.conntrack;
    const std::uint64_t percent = percentFull(figures);
    const std::uint64_t dropped = droppedForRoom(figures);
    if (dropped == 0 && figures.earlyDrop == 0 && percent < nearlyFullPercent)
        return std::nullopt;
    Cause cause{.id = "conntrack-full",
                .lost = dropped,
                .summary = dropped > 0 ? "The conntrack table was full: packets that needed an entry were dropped, queries among them."
                                       : "The conntrack table has no room: entries are evicted, and then packets are dropped.",
                .evidence = {},
                .cure = cureOf(report),
                .advice = {}};
    cause.evidence.push_back("the table is " + std::to_string(percent) + " % full: " + std::to_string(figures.entries) + " of " +
                             std::to_string(figures.max) + " entries");
    if (dropped > 0)
        cause.evidence.push_back(countText(dropped, "packet", "packets") + " dropped for want of an entry (drop)");
    if (figures.earlyDrop > 0)
        cause.evidence.push_back(countText(figures.earlyDrop, "entry", "entries") + " evicted to make room (early_drop)");
    if (cause.cure == Cure::Profile)
        cause.advice.emplace_back("dns-notrack apply");
    append(cause.advice, {"sysctl -w net.netfilter.nf_conntrack_max=" + std::to_string(2 * figures.max),
                          "sysctl -w net.netfilter.nf_conntrack_tcp_timeout_established=86400"});
    if (cause.cure == Cure::Refused || cause.cure == Cure::Other)
        cause.advice.emplace_back("sysctl -w net.netfilter.nf_conntrack_udp_timeout=10 net.netfilter.nf_conntrack_udp_timeout_stream=30");
    if (!report.census)
        cause.advice.emplace_back("dns-notrack doctor --census tells who fills it");
    return Ranked{std::move(cause), percent >= nearlyFullPercent};
}

std::optional<Ranked> judgeRace(const Report& report)
{
    if (!report.conntrack || report.conntrack->insertFailed == 0)
        return std::nullopt;
    const ConntrackFigures& figures = *report.conntrack;
    Cause cause{.id = "conntrack-race",
                .lost = figures.insertFailed,
                .summary = "Packets that raced for the same conntrack entry were lost, as A and AAAA from one socket do.",
                .evidence = {countText(figures.insertFailed, "entry", "entries") + " not inserted, each a lost packet (insert_failed)"},
                .cure = cureOf(report),
                .advice = {}};
    if (figures.clashResolved > 0)
        cause.evidence.push_back(countText(figures.clashResolved, "race", "races") + " that the kernel settled (clashres)");
    if (cause.cure == Cure::Profile)
        cause.advice.emplace_back("dns-notrack apply");
    if (cause.cure == Cure::Refused || cause.cure == Cure::Other)
        appendNodeLocalDns(report, cause.advice);
    return Ranked{std::move(cause), false};
}

std::optional<Ranked> judgeIpvs(const Report& report)
{
    if (!report.losses || !report.losses->ipvs)
        return std::nullopt;
    const IpvsLoad& load = *report.losses->ipvs;
    if (!load.dropsEntries && !load.dropsPackets)
        return std::nullopt;
    Cause cause{.id = "ipvs-table",
                .summary = "IPVS is dropping: its own table, which NOTRACK does not spare, holds more than it was told to keep.",
                .evidence = {countText(load.entries, "entry", "entries") + " in IPVS's table"},
                .advice = {"ipvsadm --set 0 0 30"}};
    if (load.dropsEntries) {
        cause.evidence.emplace_back("net.ipv4.vs.drop_entry is at work: it ends connections at random");
        cause.advice.emplace_back("sysctl -w net.ipv4.vs.drop_entry=0");
    }
    if (load.dropsPackets) {
        cause.evidence.emplace_back("net.ipv4.vs.drop_packet is at work: it drops packets of new connections");
        cause.advice.emplace_back("sysctl -w net.ipv4.vs.drop_packet=0");
    }
    appendNodeLocalDns(report, cause.advice);
    return Ranked{std::move(cause), true};
}

std::optional<Ranked> judgeBuffers(const Report& report)
{
    if (!report.losses || report.losses->fullBuffers.empty())
        return std::nullopt;
    Cause cause{.id = "socket-buffers",
                .lost = sumOf(report.losses->fullBuffers),
                .summary = "Datagrams reached a socket whose buffer was full: who reads it is too slow for the bursts.",
                .evidence = quote(report.losses->fullBuffers),
                .advice = {"sysctl -w net.core.rmem_default=" + std::to_string(roomyBuffer) + " net.core.rmem_max=" +
                           std::to_string(roomyBuffer) + ", then kubectl -n kube-system rollout restart deployment coredns"}};
    const auto& services = report.virtualServices;
    const auto dns = std::find_if(services.begin(), services.end(), [](const VirtualService& one) { return one.port == dnsPort; });
    if (dns != services.end())
        cause.advice.push_back("kubectl -n kube-system scale deployment coredns --replicas=" + std::to_string(dns->realServers.size() + 1));
    return Ranked{std::move(cause), false};
}

std::optional<Ranked> judgeFragments(const Report& report)
{
    if (!report.losses || report.losses->lostFragments.empty())
        return std::nullopt;
    return Ranked{
        {.id = "large-answers",
         .lost = sumOf(report.losses->lostFragments),
         .summary = "Datagrams came in fragments of which some never came: answers larger than a packet are lost so.",
         .evidence = quote(report.losses->lostFragments),
         .cure = Cure::Other,
         .advice = {"kubectl -n kube-system edit configmap coredns: add the line `bufsize 1232` to the server block, so that larger "
                    "answers go over TCP"}},
        false};
}

std::optional<Ranked> judgeCard(const Report& report)
{
    if (!report.losses || report.losses->allowances.empty())
        return std::nullopt;
    const auto& counters = report.losses->allowances;
    const auto has = [&](std::string_view name) {
        return std::any_of(counters.begin(), counters.end(), [&](const PlaceCounter& one) { return one.counter == name; });
    };
    Cause cause{.id = "card-allowance",
                .lost = sumOf(counters),
                .summary = "The cloud took packets away over an allowance of this instance, outside the node.",
                .evidence = quote(counters),
                .advice = {}};
    if (has("conntrack_allowance_exceeded"))
        cause.advice.emplace_back("let the security groups allow all traffic of the nodes in both directions, which the cloud does not "
                                  "track, or take a larger instance type");
    if (has("linklocal_allowance_exceeded"))
        cause.advice.emplace_back(
            "kubectl -n kube-system edit configmap coredns: `cache 300`, so that fewer queries go to the cloud's resolver");
    if (cause.advice.empty())
        cause.advice.emplace_back("take a larger instance type");
    return Ranked{std::move(cause), false};
}

/// What the probe lost.
struct ProbeLosses
{
    std::uint64_t halves = 0; ///< pairs of which one query was answered
    std::uint64_t silent = 0; ///< pairs of which none was
    std::vector<std::string> halfPlaces;
    std::vector<std::string> silentPlaces;
};

ProbeLosses lossesOf(const ProbeReport& probe)
{
    ProbeLosses losses;
    for (const ProbeResult& result : probe.before) {
        const std::uint64_t unanswered = result.asked - std::min(result.asked, result.answered);
        const std::uint64_t silent = std::min<std::uint64_t>(result.silent, unanswered / 2);
        const std::uint64_t halves = unanswered - 2 * silent;
        const std::string line = result.from + " asked " + result.service + ": " + std::to_string(result.answered) + " of " +
                                 std::to_string(result.asked) + " answered";
        if (halves > 0)
            losses.halfPlaces.push_back(line);
        if (silent > 0)
            losses.silentPlaces.push_back(line);
        losses.halves += halves;
        losses.silent += silent;
    }
    return losses;
}

void judgeProbe(const Report& report, std::vector<Ranked>& causes)
{
    const bool explained = (report.losses && report.losses->whileAsking > 0) ||
                           std::any_of(causes.begin(), causes.end(), [](const Ranked& one) { return one.cause.id == "ipvs-table"; });
    if (!report.probe || explained)
        return;
    ProbeLosses losses = lossesOf(*report.probe);
    if (losses.halves > 0) {
        const std::string name = "options single-request-reopen";
        causes.push_back({{.id = "half-pairs",
                           .lost = losses.halves,
                           .summary = "Of A and AAAA from one socket only one was answered, and conntrack lost none of them: a server or a "
                                      "firewall on the way leaves one out.",
                           .evidence = std::move(losses.halfPlaces),
                           .cure = Cure::Other,
                           .advice = {"`" + name + "` in the pods' dnsConfig, which asks for the second from another port",
                                      "kubectl -n kube-system logs -l k8s-app=kube-dns --tail=100"}},
                          true});
    }
    if (losses.silent > 0) {
        causes.push_back({{.id = "no-answer",
                           .lost = 2 * losses.silent,
                           .summary = "Queries got no answer, and no table of this node lost them: the servers, or the way to them.",
                           .evidence = std::move(losses.silentPlaces),
                           .cure = Cure::Other,
                           .advice = {"kubectl -n kube-system get pods -l k8s-app=kube-dns -o wide"}},
                          true});
    }
}

} // namespace

std::string_view toText(Cure cure)
{
    switch (cure) {
    case Cure::Profile:
        return "profile";
    case Cure::InPlace:
        return "in-place";
    case Cure::Refused:
        return "refused";
    case Cure::Other:
        return "other";
    }
    return {};
}

std::uint64_t percentFull(const ConntrackFigures& figures)
{
    return figures.max == 0 ? 0 : figures.entries * 100 / figures.max;
}

std::string countText(std::uint64_t count, const std::string& singular, const std::string& plural)
{
    return std::to_string(count) + " " + (count == 1 ? singular : plural);
}

std::vector<Cause> rankCauses(const Report& report)
{
    std::vector<Ranked> ranked;
    for (const auto judge : {judgeTable, judgeRace, judgeIpvs, judgeBuffers, judgeFragments, judgeCard})
        if (std::optional<Ranked> one = judge(report))
            ranked.push_back(std::move(*one));
    judgeProbe(report, ranked);
    std::stable_sort(ranked.begin(), ranked.end(), [](const Ranked& one, const Ranked& other) {
        return one.now != other.now ? one.now : one.cause.lost > other.cause.lost;
    });
    std::vector<Cause> causes;
    causes.reserve(ranked.size());
    for (Ranked& one : ranked)
        causes.push_back(std::move(one.cause));
    return causes;
}

} // namespace notrack
