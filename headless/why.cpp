#include "headless/why.h"

#include "core/findings/pod_facts.h"
#include "core/linux/dns/dns_prober.h"
#include "core/linux/node/conntrack_dump.h"
#include "core/linux/node/loss_figures.h"
#include "core/linux/node/node_inspector.h"
#include "core/linux/node/pod_namespaces.h"
#include "core/linux/remembered_files.h"
#include "core/report/pod_page.h"
#include "core/run/operation.h"

#include <algorithm>
#include <utility>

namespace notrack
{

namespace
{

constexpr std::size_t fewPods = 3;

/// This node, judged for one pod alone.
class PodInspector : public NodeInspector
{
public:
    PodInspector(NodeInspector& node, const Address& pod) : m_node(node), m_pod(pod) {}

    NodeFacts inspect(const Profile& profile) override { return narrowedTo(m_pod, profile, m_node.inspect(profile)); }
    NodeFacts readFigures() override { return m_node.readFigures(); }
    DropCounts countDrops() override { return m_node.countDrops(); }

private:
    NodeInspector& m_node;
    Address m_pod;
};

Result<PodView> findPod(const std::string& text, const Profile& profile)
{
    const Result<Address> address = readAddress(text);
    if (!address)
        return makeError(ErrorKind::Usage, "name a pod by its address, as in 10.244.1.5, not '" + text + "'");
    std::vector<std::string> unread;
    const std::vector<PodNamespace> pods = findPodNamespaces(allNamespaces(), profile.podCidrs, unread);
    std::string others;
    for (const PodNamespace& pod : pods) {
        if (std::find(pod.addresses.begin(), pod.addresses.end(), *address) != pod.addresses.end())
            return PodView{*address, pod.name, 0, {}};
        if (static_cast<std::size_t>(&pod - pods.data()) < fewPods && !pod.addresses.empty())
            others += (others.empty() ? "" : ", ") + toText(pod.addresses.front()) + " (" + pod.name + ")";
    }
    return makeError(ErrorKind::Failed,
                     "no pod of this node has the address " + text + "; " +
                         (others.empty() ? "no pod in the profile's podCIDRs can be seen here" : "pods that can be seen here: " + others));
}

/// What its node knows of it: entries that its queries hold, and what its sockets lost.
void count(const Profile& profile, PodView& pod)
{
    static_cast<void>(forEachFlow([&](const Flow& flow) {
        const auto& ports = profile.ports;
        if (flow.source == pod.address && std::find(ports.begin(), ports.end(), flow.destinationPort) != ports.end())
            ++pod.entries;
    }));
    const LossFigures figures = readLossFigures(profile.podCidrs, {pod.address});
    for (const auto* counters : {&figures.fullBuffers, &figures.lostFragments})
        for (const PlaceCounter& counter : *counters)
            if (counter.place == pod.name)
                pod.counters.push_back(counter);
}

} // namespace

Result<Report> examinePod(const Arguments& arguments, const Profile& profile, ChosenBackend backend)
{
    Result<PodView> pod = findPod(arguments.pod, profile);
    if (!pod)
        return tl::unexpected(pod.error());
    const auto inspector = makeNodeInspector();
    PodInspector podInspector(*inspector, pod->address);
    const auto memory = makeRememberedFiles(MemoryFolders::ofThisProcess());
    DnsProber prober; // which nobody asks
    const Request request{.intent = Intent::Status, .mode = Mode::Check, .profile = profile};
    Node node{arguments.node, *backend.store, backend.other.get(), *inspector, prober, *memory};
    Report report = run(request, node);
    report.command = "why";
    report.backendReason = backend.reason;
    if (report.error)
        return report;
    Node forPod{arguments.node, *backend.store, backend.other.get(), podInspector, prober, *memory};
    count(profile, *pod);
    narrowToPod(report, *pod, run(request, forPod).findings);
    return report;
}

} // namespace notrack
