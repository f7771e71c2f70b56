#include "core/run/trial.h"

#include "core/base/stopwatch.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace notrack
{

namespace
{

constexpr std::uint32_t mostPackets = 5000;
constexpr std::uint32_t mostSendingsOfAPort = 8;
constexpr std::uint16_t fewestPorts = 2;
constexpr std::uint16_t mostPorts = 8;
/// With 30 % of the packets lost in each direction, two of eight sound ports look lost in all four in 3 of 1,000,000 places.
constexpr int mostSandwiches = 4;
/// A port without an answer tracked, either, is asked so often before it is left out; the same network takes one of 3,000 for dead.
constexpr int mostTrackedRounds = 4;
/// TCP connects from fresh ports: the tracked arm's follow those of the untracked one, a window for each round.
constexpr std::uint16_t tcpWindows = 2 * mostSandwiches + 1;

/// A place and a service that it asks.
struct Pair
{
    std::size_t witness = 0;
    Address service;
    Port port;
    Protocol protocol = Protocol::Udp;
};

bool isAsked(const Witness& witness)
{
    return witness.role == Role::Pod || witness.role == Role::Node;
}

bool reaches(const Witness& witness, const Address& service)
{
    return witness.role == Role::Node || witness.addresses.empty() ||
           std::any_of(witness.addresses.begin(), witness.addresses.end(),
                       [&](const Address& own) { return own.family() == service.family(); });
}

std::vector<Pair> pairsOf(const Profile& profile, const std::vector<Witness>& witnesses)
{
    std::vector<Pair> pairs;
    for (std::size_t i = 0; i < witnesses.size(); ++i) {
        if (!isAsked(witnesses[i]))
            continue;
        for (const Address& service : profile.services) {
            if (!reaches(witnesses[i], service))
                continue;
            for (const Port port : profile.ports) {
                for (const Protocol protocol : profile.protocols)
                    pairs.push_back({i, service, port, protocol});
            }
        }
    }
    return pairs;
}

bool usesTcp(const Profile& profile)
{
    return std::find(profile.protocols.begin(), profile.protocols.end(), Protocol::Tcp) != profile.protocols.end();
}

/// One trial on its way.
class Asking
{
public:
    Asking(Interrogator& interrogator, const Profile& profile, const std::vector<Witness>& witnesses, const TrialSettings& settings,
           const ArmSwitch& arms)
        : m_interrogator(interrogator), m_profile(profile), m_settings(settings), m_arms(arms)
    {
        m_run.arm = settings.start;
        m_evidence.witnesses = witnesses;
        m_evidence.scope = profile.scope;
        m_evidence.passedBy = settings.passedBy;
        choosePorts();
    }

    TrialRun go()
    {
        bool confirmed = false;
        if (!m_evidence.ports.empty() && askFirst())
            confirmed = askAgain();
        if (m_run.error) {
            m_run.report.outcome = TrialOutcome::Failed;
            m_run.report.why = toText(*m_run.error);
        } else {
            m_run.report = judgeTrial(m_evidence, confirmed);
            m_run.gain = m_run.report.outcome == TrialOutcome::Passed ? gainOf(m_evidence) : "";
        }
        m_run.report.at = currentTime();
        m_run.report.left = m_settings.size.left;
        m_run.report.packets = m_packets;
        m_run.passedBy = std::move(m_evidence.passedBy);
        return std::move(m_run);
    }

private:
    void choosePorts()
    {
        std::vector<Pair> pairs = pairsOf(m_profile, m_evidence.witnesses);
        if (!pairs.empty())
            std::rotate(pairs.begin(), pairs.begin() + m_settings.firstPair % static_cast<std::uint32_t>(pairs.size()), pairs.end());
        pairs.resize(std::min<std::size_t>(pairs.size(), m_settings.size.pairs));
        for (const Pair& pair : pairs) {
            for (std::uint16_t i = 0; i < m_settings.size.portsEach; ++i) {
                const Port clientPort{static_cast<std::uint16_t>(m_settings.ports.first.value + i)};
                m_evidence.ports.push_back({{pair.witness, pair.service, pair.port, pair.protocol, clientPort}, {}});
            }
        }
    }

    std::vector<std::size_t> everyPort() const
    {
        std::vector<std::size_t> all;
        for (std::size_t i = 0; i < m_evidence.ports.size(); ++i)
            all.push_back(i);
        return all;
    }

    /// Asks these ports in the arm in which they are.
    void ask(const std::vector<std::size_t>& ports)
    {
        std::vector<Question> questions;
        for (const std::size_t port : ports) {
            Question question = m_evidence.ports.at(port).question;
            if (question.protocol == Protocol::Tcp && m_run.arm == Arm::Tracked)
                question.clientPort.value +=
                    static_cast<std::uint16_t>(m_settings.size.portsEach * (1 + m_trackedRounds % (tcpWindows - 1)));
            questions.push_back(question);
        }
        m_trackedRounds += m_run.arm == Arm::Tracked ? 1U : 0U;
        const std::vector<Reply> replies =
            m_interrogator.ask(m_evidence.witnesses, questions, m_profile.safety.probe->name, m_profile.safety.probe->timeout);
        for (std::size_t i = 0; i < ports.size() && i < replies.size(); ++i) {
            m_evidence.ports.at(ports[i]).rounds.push_back({m_run.arm, replies[i]});
            m_packets += replies[i].sent ? 1U : 0U;
        }
    }

    bool change(Arm arm)
    {
        const Result<void> done = arm == Arm::Tracked ? m_arms.track() : m_arms.untrack();
        if (!done) {
            m_run.error = done.error();
            return false;
        }
        m_run.arm = arm;
        return true;
    }

    /// Both arms once, or the untracked one alone where it is the one that stands and the tracked one has nothing to prove.
    bool askFirst()
    {
        ask(everyPort());
        if (m_settings.start == Arm::Untracked) {
            if (m_settings.witnessesKnown || !m_settings.entriesExpected)
                return true;
            if (!change(Arm::Tracked))
                return false;
            ask(everyPort());
            lookForEntries();
            return true;
        }
        lookForEntries();
        if (!change(Arm::Untracked))
            return false;
        ask(everyPort());
        m_evidence.counted = !m_arms.counted || m_arms.counted() > 0;
        return true;
    }

    /// One look a place: an answered tracked query left an entry in this node's conntrack, or it went another way.
    void lookForEntries()
    {
        if (!m_settings.entriesExpected)
            return;
        std::vector<bool> looked(m_evidence.witnesses.size());
        for (const AskedPort& port : m_evidence.ports) {
            const std::size_t place = port.question.witness;
            if (looked.at(place) || m_evidence.witnesses.at(place).role != Role::Pod || port.question.protocol != Protocol::Udp ||
                port.rounds.empty() || !port.rounds.back().reply.answered)
                continue;
            looked.at(place) = true;
            const std::optional<bool> tracked = m_interrogator.isTracked(m_evidence.witnesses.at(place), port.question);
            if (tracked && !*tracked)
                m_evidence.passedBy[place] = true;
        }
    }

    /// Asks those of these ports again, tracked, that got no answer yet: until they do, or as often as a port is asked.
    void askSilent(std::vector<std::size_t> ports)
    {
        for (int round = 1; round < mostTrackedRounds; ++round) {
            const std::vector<std::size_t> lost = lostPorts(m_evidence);
            ports.erase(std::remove_if(ports.begin(), ports.end(),
                                       [&](std::size_t port) { return std::binary_search(lost.begin(), lost.end(), port); }),
                        ports.end());
            if (ports.empty())
                return;
            ask(ports);
        }
    }

    /// Of these ports, those to be asked again: what is not lost in one sandwich is not asked about in the next.
    std::vector<std::size_t> silentOf(const std::vector<std::size_t>& ports) const
    {
        const std::vector<std::size_t> silent = silentPorts(m_evidence);
        std::vector<std::size_t> both;
        std::set_intersection(ports.begin(), ports.end(), silent.begin(), silent.end(), std::back_inserter(both));
        return both;
    }

    /// Gives whether what was lost stayed lost.
    bool askAgain()
    {
        std::vector<std::size_t> asked = everyPort();
        for (int sandwich = 1;; ++sandwich) {
            const std::vector<std::size_t> silent = silentOf(asked);
            if (!wouldBeNo(m_evidence, silent))
                return false;
            if (m_run.arm == Arm::Untracked) {
                if (!change(Arm::Tracked))
                    return false;
                ask(silent);
            }
            askSilent(silent);
            asked = lostPorts(m_evidence);
            if (!wouldBeNo(m_evidence, asked))
                return false;
            if (isBeyondChance(m_evidence, asked) || sandwich == mostSandwiches)
                return true;
            if (!change(Arm::Untracked))
                return false;
            ask(asked);
        }
    }

    Interrogator& m_interrogator;
    const Profile& m_profile;
    const TrialSettings& m_settings;
    const ArmSwitch& m_arms;
    TrialRun m_run;
    Evidence m_evidence;
    std::uint32_t m_trackedRounds = 0;
    std::uint32_t m_packets = 0;
};

} // namespace

TrialSize sizeOf(const Profile& profile, const std::vector<Witness>& witnesses)
{
    const auto pairs = static_cast<std::uint32_t>(pairsOf(profile, witnesses).size());
    TrialSize size;
    size.pairs = std::min(pairs, mostPackets / (mostSendingsOfAPort * fewestPorts));
    size.left = pairs - size.pairs;
    if (pairs > 0)
        size.portsEach =
            static_cast<std::uint16_t>(std::clamp<std::uint32_t>(mostPackets / (size.pairs * mostSendingsOfAPort), fewestPorts, mostPorts));
    size.ports = static_cast<std::uint16_t>(size.portsEach * (usesTcp(profile) ? tcpWindows : 1));
    return size;
}

std::vector<Question> questionsFrom(const PortRange& ports, const Profile& profile, const std::vector<Witness>& witnesses)
{
    std::vector<Question> questions;
    for (const Pair& pair : pairsOf(profile, witnesses)) {
        for (std::uint32_t port = ports.first.value; port <= ports.last.value; ++port)
            questions.push_back({pair.witness, pair.service, pair.port, pair.protocol, Port{static_cast<std::uint16_t>(port)}});
    }
    return questions;
}

PortRange untrackedPorts(const PortRange& ports, const TrialSize& size)
{
    return {ports.first, Port{static_cast<std::uint16_t>(ports.first.value + size.portsEach - 1)}};
}

TrialRun askBothArms(Interrogator& interrogator, const Profile& profile, const std::vector<Witness>& witnesses,
                     const TrialSettings& settings, const ArmSwitch& arms)
{
    return Asking(interrogator, profile, witnesses, settings, arms).go();
}

} // namespace notrack
