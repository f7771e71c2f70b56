#include "core/linux/captured_node.h"

#include "core/base/stopwatch.h"
#include "core/base/version.h"
#include "core/linux/dns/witness_places.h"
#include "core/linux/iptables/libiptc.h"
#include "core/linux/nftables/rules_reader.h"
#include "core/linux/node/node_clues.h"
#include "core/linux/node/pod_namespaces.h"
#include "core/profile/profile_reader.h"
#include "core/run/change.h"
#include "core/run/observe.h"
#include "core/run/remembered.h"

#include <utility>

namespace notrack
{

namespace
{

/// Finds the places of a node that nobody can ask from.
class AbsentPods : public Interrogator
{
public:
    explicit AbsentPods(const Capture& capture) : m_findPods(replaying(capture.witnesses)), m_files(replaying(capture).files) {}

    Witnesses find(const Profile& profile) override { return findWitnesses(m_findPods, m_files, profile); }

    std::optional<PortRange> findPorts(std::span<const Witness> /*witnesses*/, const PortsWanted& /*wanted*/) override
    {
        return std::nullopt;
    }

    std::vector<Reply> ask(std::span<const Witness> /*witnesses*/, std::span<const Question> questions, const std::string& /*name*/,
                           std::chrono::milliseconds /*timeout*/) override
    {
        return std::vector<Reply>(questions.size());
    }

    std::optional<bool> isTracked(const Witness& /*witness*/, const Question& /*question*/) override { return std::nullopt; }

private:
    NamespaceFinder m_findPods;
    NodeFiles m_files;
};

Backend otherThan(Backend backend)
{
    return backend == Backend::Iptables ? Backend::Nftables : Backend::Iptables;
}

Backend chosenFrom(const Capture& capture, BackendChoice choice)
{
    if (choice == BackendChoice::Auto)
        return capture.backend;
    return choice == BackendChoice::Nftables ? Backend::Nftables : Backend::Iptables;
}

/// All that judging reads, by reading it: whatever the profile, and what another one might ask for.
void recordFacts(const CaptureRequest& request, Capture& capture)
{
    Result<nf_tables::Rules> rules = nf_tables::readRules();
    if (rules)
        capture.nftables.rules = std::move(*rules);
    else
        capture.nftables.error = rules.error();
    const FactSources live = liveSources();
    const FactSources sources = recording(live, capture);
    LinuxNodeInspector(sources).inspect(request.profile.value_or(Profile{}));
    readNodeClues(sources, request.node);
    for (const std::string& interface : live.files.namesIn("/sys/class/net"))
        sources.files.exists("/sys/class/net/" + interface + "/bridge");
    const NamespaceFinder findAll = [](const std::vector<Prefix>& networks, std::vector<std::string>& unread) {
        return findPodNamespaces(allNamespaces(), networks, unread);
    };
    std::vector<std::string> ignored;
    recording(findAll, capture.witnesses)({}, ignored);
}

} // namespace

Capture takeCapture(const CaptureRequest& request, ChosenBackend& backend, RunMemory& memory)
{
    Capture capture;
    capture.node = request.node;
    capture.time = currentTime();
    capture.version = programVersion;
    capture.backend = backend.store->backend();
    capture.backendReason = backend.reason;
    for (const ProfileSource& source : request.sources)
        capture.profile.push_back({source.name, source.text, {}});
    for (TableStore* store : {backend.store.get(), backend.other.get()}) {
        capture.backends.push_back(captureTables(*store));
        if (const Result<void> library = checkLibiptc(); !library && store->backend() == Backend::Iptables)
            capture.backends.back().error = library.error();
    }
    capture.memory = captureMemory(memory);
    recordFacts(request, capture);
    return capture;
}

Result<Profile> capturedProfile(const Capture& capture)
{
    std::vector<ProfileSource> sources;
    for (const CapturedFile& file : capture.profile)
        sources.push_back({file.path, file.text});
    if (sources.empty())
        return makeError(ErrorKind::BadProfile, "this capture holds no profile: name one with --profile", "profile");
    return readProfile(sources, capture.node);
}

Result<std::unique_ptr<CapturedNode>> CapturedNode::open(const Capture& capture, BackendChoice choice,
                                                         const std::optional<std::string>& chainPrefix)
{
    const Backend backend = chosenFrom(capture, choice);
    if (backend != capture.backend && !hasTables(capture, backend))
        return makeError(ErrorKind::BadProfile,
                         "the profile asks for " + std::string(toText(backend)) + ", and the capture has no tables of it", "backend");
    return std::unique_ptr<CapturedNode>(new CapturedNode(capture, choice, chainPrefix));
}

CapturedNode::CapturedNode(const Capture& capture, BackendChoice choice, const std::optional<std::string>& chainPrefix)
    : m_capture(capture), m_reason(choice == BackendChoice::Auto ? capture.backendReason : "the profile asks for it"),
      m_store(capture, chosenFrom(capture, choice), chainPrefix), m_other(capture, otherThan(m_store.backend()), std::nullopt),
      m_memory(capture.memory), m_inspector([&capture] { return replaying(capture); }),
      m_interrogator(std::make_unique<AbsentPods>(capture)), m_node{capture.node,        m_store, &m_other, m_inspector, m_prober, m_memory,
                                                                    m_interrogator.get()}
{
}

Report CapturedNode::run(const Request& request)
{
    Report report = notrack::run(request, m_node);
    report.time = m_capture.time;
    report.backendReason = m_reason;
    report.timings.clear();
    return report;
}

std::optional<std::string> CapturedNode::fingerprint(const Profile& profile)
{
    const std::vector<std::string> prefixes = Memory(m_memory).prefixes();
    const Change change(m_node, wantedParts(profile, prefixes, unavailableFamilies(profile, m_store)), nothingOfOurs(&profile, prefixes),
                        {});
    Report ignored;
    Result<Differences> differences = observeTables(change, m_node, ignored, DiffText::LeftOut);
    if (!differences)
        return std::nullopt;
    Facts facts;
    judgeNode(profile, m_node, std::move(*differences), ignored, facts);
    return facts.fingerprint;
}

NodeClues capturedClues(const Capture& capture)
{
    return readNodeClues(replaying(capture), capture.node);
}

} // namespace notrack
