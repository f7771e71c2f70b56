#include "headless/losses.h"

#include "core/linux/dns/dns_prober.h"
#include "core/linux/node/conntrack_dump.h"
#include "core/linux/node/loss_figures.h"
#include "core/linux/node/node_inspector.h"
#include "core/linux/node/routes.h"
#include "core/linux/system/text_file.h"
#include "core/report/causes.h"
#include "core/report/census.h"
#include "core/report/report_codec.h"

#include <utility>

namespace notrack
{

namespace
{

std::uint64_t lostToConntrack()
{
    const ConntrackFigures figures = makeNodeInspector()->readFigures().conntrack.value_or(ConntrackFigures{});
    return figures.insertFailed + figures.drop;
}

} // namespace

AskedDns askDns(const Profile& profile)
{
    if (!profile.safety.probe)
        return {};
    const std::uint64_t before = lostToConntrack();
    ProbeReport probe{DnsProber().series(profile, *profile.safety.probe, ProbeSeries{}), {}};
    return {std::move(probe), lostToConntrack() - before};
}

Result<void> takeCensus(const Profile& profile, Report& report)
{
    std::vector<Prefix> local = readLocalPrefixes4(readOptionalTextFile("/proc/net/fib_trie").value_or(""));
    const std::vector<Prefix> local6 = readLocalPrefixes6(readOptionalTextFile("/proc/net/ipv6_route").value_or(""));
    local.insert(local.end(), local6.begin(), local6.end());
    CensusTaker taker(profile, std::move(local));
    const Result<void> counted = forEachFlow([&](const Flow& flow) { taker.count(flow); });
    if (counted)
        report.census = taker.take();
    return counted;
}

void tellLosses(const Profile& profile, AskedDns asked, Report& report)
{
    if (report.error)
        return;
    std::vector<Address> servers;
    for (const VirtualService& service : report.virtualServices)
        for (const RealServer& server : service.realServers)
            servers.push_back(server.address);
    report.losses = readLossFigures(profile.podCidrs, servers);
    report.losses->whileAsking = asked.lostMeanwhile;
    report.probe = std::move(asked.probe);
    report.causes = rankCauses(report);
}

void recallLosses(const std::string& capturedReport, Report& report)
{
    Result<Report> captured = readReport(capturedReport);
    if (report.error || !captured)
        return;
    report.losses = std::move(captured->losses);
    report.probe = std::move(captured->probe);
    report.causes = rankCauses(report);
}

} // namespace notrack
