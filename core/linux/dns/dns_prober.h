#pragma once

#include "core/linux/dns/witness_places.h"
#include "core/run/probe.h"

#include <memory>
#include <string>
#include <vector>

namespace notrack
{

/// Asks DNS over real sockets, from the node and from inside at most three pods' network namespaces. Pods that are DNS servers
/// themselves are left out: a server that asks the service and is balanced to itself is a case of its own.
class DnsProber : public Prober
{
public:
    explicit DnsProber(WitnessSources sources = {});

    std::vector<ProbeResult> probe(const Profile& profile, const ProbeSettings& settings) override;

    /// Sends pairs at the series' rate and none of them again, waiting at most the settings' timeout for the last. `problem`
    /// tells apart queries lost beside an answered twin, which is what the race does, and pairs that timed out whole.
    std::vector<ProbeResult> series(const Profile& profile, const ProbeSettings& settings, const ProbeSeries& series);

private:
    std::vector<std::string> podPlaces(const Profile& profile, std::vector<ProbeResult>& results) const;
    template <typename Asking>
    std::vector<ProbeResult> fromEverywhere(const Profile& profile, const ProbeSettings& settings, const Asking& asking) const;

    WitnessSources m_sources;
};

std::unique_ptr<Prober> makeDnsProber();

} // namespace notrack
