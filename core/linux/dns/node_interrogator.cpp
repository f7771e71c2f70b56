#include "core/linux/dns/node_interrogator.h"

#include "core/linux/system/random_word.h"

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
    m_portSettings.clear();
    const Result<void> ran = runInThread([&] { readPortSettings(m_sources, found.all, m_portSettings); });
    if (!ran)
        found.unread.push_back(toText(ran.error()));
    return found;
}

std::optional<PortRange> NodeInterrogator::findPorts(std::span<const Witness> witnesses, const PortsWanted& wanted)
{
    std::optional<PortRange> found;
    const Result<void> ran = runInThread([&] { found = findFreePorts(m_sources, witnesses, m_portSettings, wanted, m_chance); });
    return ran ? found : std::nullopt;
}

std::vector<Reply> NodeInterrogator::ask(std::span<const Witness> witnesses, std::span<const Question> questions, const std::string& name,
                                         std::chrono::milliseconds timeout)
{
    m_entries.open();
    std::vector<Reply> replies;
    const Result<void> ran =
        runInThread([&] { replies = askQuestions(m_sources, witnesses, questions, name, timeout, m_pace, m_entries); });
    if (!ran)
        replies.assign(questions.size(), Reply{false, false, {}, toText(ran.error())});
    return replies;
}

std::optional<bool> NodeInterrogator::isTracked(const Witness& witness, const Question& question)
{
    return m_entries.has(witness, question);
}

std::unique_ptr<Interrogator> makeInterrogator()
{
    return std::make_unique<NodeInterrogator>(WitnessSources(), static_cast<std::uint32_t>(randomWord()));
}

} // namespace notrack
