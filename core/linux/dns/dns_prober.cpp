#include "core/linux/dns/dns_prober.h"

#include "core/linux/dns/dns_asking.h"
#include "core/linux/node/pod_namespaces.h"

#include <algorithm>
#include <future>
#include <utility>

namespace notrack
{

namespace
{

constexpr std::size_t mostPods = 3;

bool wants(const ProbeSettings& settings, ProbeOrigin origin)
{
    return std::find(settings.from.begin(), settings.from.end(), origin) != settings.from.end();
}

/// A place that could not be asked from: nothing was asked there.
ProbeResult notAsked(std::string from, std::string problem)
{
    ProbeResult result;
    result.from = std::move(from);
    result.problem = std::move(problem);
    return result;
}

} // namespace

DnsProber::DnsProber(WitnessSources sources) : m_sources(std::move(sources)) {}

std::vector<std::string> DnsProber::podPlaces(const Profile& profile, std::vector<ProbeResult>& results) const
{
    const Witnesses witnesses = findWitnesses(m_sources, profile);
    std::vector<std::string> places;
    for (const Witness& witness : witnesses.all)
        if (witness.role == Role::Pod && places.size() < mostPods)
            places.push_back(witness.name);
    if (places.empty() && !witnesses.unread.empty())
        results.push_back(notAsked("pods", witnesses.unread.front()));
    return places;
}

/// All places at once, each in a thread, so that the whole takes no longer than one of them.
template <typename Asking>
std::vector<ProbeResult> DnsProber::fromEverywhere(const Profile& profile, const ProbeSettings& settings, const Asking& asking) const
{
    std::vector<ProbeResult> results;
    if (profile.services.empty() || profile.ports.empty())
        return results;
    std::vector<std::string> places;
    std::vector<ProbeResult> problems;
    if (wants(settings, ProbeOrigin::Pods))
        places = podPlaces(profile, problems);
    std::vector<std::future<std::vector<ProbeResult>>> askings;
    if (wants(settings, ProbeOrigin::Node))
        askings.push_back(std::async(std::launch::async, [&] { return asking("node"); }));
    for (const std::string& place : places)
        askings.push_back(std::async(std::launch::async, [&, place] {
            std::vector<ProbeResult> own;
            const Result<void> done = runInNamespace(m_sources.namespaces, place, [&] { own = asking(place); });
            return done ? own : std::vector<ProbeResult>{notAsked(place, toText(done.error()))};
        }));
    for (auto& one : askings) {
        const std::vector<ProbeResult> own = one.get();
        results.insert(results.end(), own.begin(), own.end());
    }
    results.insert(results.end(), problems.begin(), problems.end());
    return results;
}

std::vector<ProbeResult> DnsProber::probe(const Profile& profile, const ProbeSettings& settings)
{
    return fromEverywhere(profile, settings, [&](const std::string& from) { return askOften(from, profile, settings); });
}

std::vector<ProbeResult> DnsProber::series(const Profile& profile, const ProbeSettings& settings, const ProbeSeries& series)
{
    return fromEverywhere(profile, settings, [&](const std::string& from) { return askInSeries(from, profile, settings, series); });
}

std::unique_ptr<Prober> makeDnsProber()
{
    return std::make_unique<DnsProber>();
}

} // namespace notrack
