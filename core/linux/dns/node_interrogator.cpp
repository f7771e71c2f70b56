#include "core/linux/dns/node_interrogator.h"

#include <utility>

namespace notrack
{

namespace
{

constexpr std::uint32_t mostPacketsAtOnce = 10; // what a sender that was held up for 10 ms may catch up with

} // namespace

NodeInterrogator::NodeInterrogator(WitnessSources sources, std::uint32_t seed)
    : m_sources(std::move(sources)), m_chance(seed), m_pace(mostTrialPacketsPerSecond, mostPacketsAtOnce)
{
}

Witnesses NodeInterrogator::find(const Profile& profile)
{
    Witnesses found = findWitnesses(m_sources, profile);
    const Result<void> ran = runInThread([&] { m_portSettings = readPortSettings(m_sources, found.all); });
    if (!ran)
        found.unread.push_back(toText(ran.error()));
    return found;
}

std::optional<PortRange> NodeInterrogator::findPorts(std::span<const Witness> witnesses, std::uint16_t count,
                                                     std::span<const PortRange> used, PortsOf whose)
{
    std::optional<PortRange> found;
    const Result<void> ran =
        runInThread([&] { found = findFreePorts(m_sources, witnesses, m_portSettings, count, used, whose, m_chance); });
    return ran ? found : std::nullopt;
}

std::vector<Reply> NodeInterrogator::ask(std::span<const Witness> witnesses, std::span<const Question> questions, const std::string& name,
                                         std::chrono::milliseconds timeout)
{
    // An answer that no rule names is tracked: with the entry that an earlier round left it would pass as the answer of that one.
    std::vector<QueryTuple> earlier;
    for (const Question& question : questions) {
        if (question.witness >= witnesses.size())
            continue;
        if (const std::optional<QueryTuple> tuple = tupleOf(witnesses[question.witness], question))
            earlier.push_back(*tuple);
    }
    m_conntrack.forget(earlier);
    std::vector<Reply> replies;
    const Result<void> ran = runInThread([&] { replies = askQuestions(m_sources, witnesses, questions, name, timeout, m_pace, m_from); });
    if (!ran)
        replies.assign(questions.size(), Reply{false, false, {}, toText(ran.error())});
    return replies;
}

std::optional<bool> NodeInterrogator::isTracked(const Witness& witness, const Question& question)
{
    const std::optional<QueryTuple> tuple = tupleOf(witness, question);
    return tuple ? m_conntrack.has(*tuple) : std::nullopt;
}

std::optional<QueryTuple> NodeInterrogator::tupleOf(const Witness& witness, const Question& question) const
{
    const auto source = m_from.find({witness.role, witness.name, question.service});
    if (source == m_from.end())
        return std::nullopt;
    return QueryTuple{source->second, question.clientPort, question.service, question.port, question.protocol};
}

std::unique_ptr<Interrogator> makeInterrogator()
{
    return std::make_unique<NodeInterrogator>(WitnessSources(), std::random_device()());
}

} // namespace notrack
