#include "core/run/refresh.h"

#include "core/run/effect.h"
#include "core/run/trial.h"
#include "core/run/voters.h"

#include <map>
#include <tuple>
#include <vector>

namespace notrack
{

namespace
{

constexpr std::size_t mostPlaces = 3;
constexpr std::uint16_t queriesEach = 2;

/// The next of those that have a vote.
std::vector<Witness> whoseTurnItIs(const TrialStep& step, std::uint32_t first)
{
    std::vector<Witness> voters;
    for (const Witness& witness : step.witnesses.all) {
        if (hasVote(witness, step.profile.scope))
            voters.push_back(witness);
    }
    std::vector<Witness> chosen;
    for (std::size_t i = 0; i < voters.size() && i < mostPlaces; ++i)
        chosen.push_back(voters[(first + i) % voters.size()]);
    return chosen;
}

} // namespace

bool stillAnswers(RunContext& run, const std::function<std::optional<std::uint64_t>()>& counted)
{
    if (run.trial == nullptr || !run.trial->canAsk)
        return true;
    const Profile& profile = run.trial->profile;
    TrialMemory memory = run.memory.trial();
    const auto now = run.memory.sinceBoot();
    const std::vector<Witness> places = whoseTurnItIs(*run.trial, memory.nextVoter);
    const auto ports =
        run.node.interrogator->findPorts(places, {queriesEach, profile.protocols, portsInUse(memory, now), PortsOf::Everybody});
    if (!ports)
        return true;
    memory.refreshed = now;
    memory.nextVoter += static_cast<std::uint32_t>(places.size());
    memory.used.push_back({*ports, now});
    run.memory.write(memory);
    const std::uint64_t before = dnsPacketsOf(run.report);
    const std::vector<Question> questions = questionsFrom(*ports, profile, places);
    const std::vector<Reply> replies =
        run.node.interrogator->ask(places, questions, profile.safety.probe->name, profile.safety.probe->timeout);
    std::map<std::tuple<std::size_t, Address, Port, Protocol>, bool> answered; // by place and service, where a query was sent
    for (std::size_t i = 0; i < questions.size() && i < replies.size(); ++i) {
        const Question& question = questions[i];
        if (replies[i].sent) {
            bool& any = answered[{question.witness, question.service, question.port, question.protocol}];
            any = any || replies[i].answered;
        }
    }
    run.watch.lap("refresh");
    for (const auto& [pair, any] : answered) {
        if (!any)
            return false;
    }
    memory.passedBy = !answered.empty() && counted() == before;
    run.memory.write(memory);
    return true;
}

} // namespace notrack
