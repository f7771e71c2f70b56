#include "core/run/sandwich.h"

#include "core/base/percentile.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>

namespace notrack
{

namespace
{

constexpr std::uint32_t portsOfANo = 2;
constexpr std::size_t placesOfANo = 3;
constexpr std::uint32_t portsBeyondChance = 7;
constexpr std::uint32_t sandwichesBeyondChance = 2;

/// How one arm of a port went, over all its rounds.
struct ArmOfPort
{
    bool asked = false;
    bool answered = false;
    std::optional<double> milliseconds;
};

ArmOfPort armOf(const AskedPort& port, Arm arm)
{
    ArmOfPort result;
    for (const Round& round : port.rounds) {
        if (round.arm != arm)
            continue;
        result.asked = result.asked || round.reply.sent;
        result.answered = result.answered || round.reply.answered;
        if (!result.milliseconds)
            result.milliseconds = round.reply.milliseconds;
    }
    return result;
}

/// How often an untracked round was followed by a tracked answer, and whether the last one was.
struct Sandwiches
{
    std::uint32_t closed = 0;
    bool open = false; ///< the last untracked round still waits for its tracked answer
};

Sandwiches sandwichesOf(const AskedPort& port)
{
    Sandwiches result;
    for (const Round& round : port.rounds) {
        if (round.arm == Arm::Untracked) {
            result.open = result.open || round.reply.sent;
        } else if (result.open && round.reply.answered) {
            ++result.closed;
            result.open = false;
        }
    }
    return result;
}

bool votes(const Evidence& evidence, std::size_t place)
{
    const Role role = evidence.witnesses.at(place).role;
    if (evidence.passedBy.contains(place))
        return false;
    return role == Role::Pod || (role == Role::Node && evidence.scope == Scope::Any);
}

std::map<std::size_t, std::uint32_t> byPlace(const Evidence& evidence, const std::vector<std::size_t>& ports)
{
    std::map<std::size_t, std::uint32_t> counts;
    for (const std::size_t port : ports) {
        const std::size_t place = evidence.ports.at(port).question.witness;
        if (votes(evidence, place))
            ++counts[place];
    }
    return counts;
}

std::string noteOf(const Evidence& evidence, std::size_t place)
{
    switch (evidence.witnesses.at(place).role) {
    case Role::RealServer:
        return "a real server of the service, which is not asked";
    case Role::Ignored:
        return "the profile ignores it";
    case Role::Node:
        if (evidence.scope == Scope::Pods)
            return "no vote: no rule meets the node's own queries";
        break;
    case Role::Pod:
        break;
    }
    return evidence.passedBy.contains(place) ? "no vote: its queries do not pass through these tables" : std::string();
}

/// The ports of one place and service on their way to a row.
struct Gathered
{
    TrialRow row;
    std::vector<double> tracked;
    std::vector<double> untracked;
};

void add(TrialArm& arm, std::vector<double>& times, const ArmOfPort& port)
{
    arm.asked += port.asked ? 1U : 0U;
    arm.answered += port.answered ? 1U : 0U;
    if (port.milliseconds)
        times.push_back(*port.milliseconds);
}

std::vector<TrialRow> rowsOf(const Evidence& evidence)
{
    const std::vector<std::size_t> lost = lostPorts(evidence);
    std::map<std::tuple<std::size_t, Address, Port, Protocol>, Gathered> gathered;
    for (std::size_t i = 0; i < evidence.ports.size(); ++i) {
        const AskedPort& port = evidence.ports[i];
        const Question& question = port.question;
        Gathered& one = gathered[{question.witness, question.service, question.port, question.protocol}];
        one.row.from = evidence.witnesses.at(question.witness).name;
        one.row.service = endpointText(question.service, question.port, question.protocol);
        if (one.row.note.empty())
            one.row.note = noteOf(evidence, question.witness);
        add(one.row.tracked, one.tracked, armOf(port, Arm::Tracked));
        add(one.row.untracked, one.untracked, armOf(port, Arm::Untracked));
        one.row.lost += std::binary_search(lost.begin(), lost.end(), i) ? 1U : 0U;
        for (const Round& round : port.rounds) {
            if (one.row.note.empty() && !round.reply.answered)
                one.row.note = round.reply.problem;
        }
    }
    std::vector<TrialRow> rows;
    for (auto& [key, one] : gathered) {
        one.row.tracked.p50 = percentile(one.tracked, 0.5);
        one.row.tracked.p99 = percentile(one.tracked, 0.99);
        one.row.untracked.p50 = percentile(one.untracked, 0.5);
        one.row.untracked.p99 = percentile(one.untracked, 0.99);
        rows.push_back(std::move(one.row));
    }
    for (std::size_t place = 0; place < evidence.witnesses.size(); ++place) {
        const Witness& witness = evidence.witnesses[place];
        if (witness.role == Role::RealServer || witness.role == Role::Ignored)
            rows.push_back(
                {.from = witness.name, .service = "", .tracked = {}, .untracked = {}, .lost = 0, .note = noteOf(evidence, place)});
    }
    return rows;
}

std::string explainLoss(const std::vector<TrialRow>& rows)
{
    const auto worst =
        std::max_element(rows.begin(), rows.end(), [](const TrialRow& one, const TrialRow& other) { return one.lost < other.lost; });
    const auto places = std::count_if(rows.begin(), rows.end(), [](const TrialRow& row) { return row.lost > 0; });
    return toText(*worst) + (places > 1 ? ", and " + std::to_string(places - 1) + " more" : "");
}

} // namespace

std::vector<std::size_t> silentPorts(const Evidence& evidence)
{
    std::set<std::size_t> heard; // places
    for (const AskedPort& port : evidence.ports) {
        if (std::any_of(port.rounds.begin(), port.rounds.end(), [](const Round& round) { return round.reply.answered; }))
            heard.insert(port.question.witness);
    }
    std::vector<std::size_t> silent;
    for (std::size_t i = 0; i < evidence.ports.size(); ++i) {
        const AskedPort& port = evidence.ports[i];
        const ArmOfPort untracked = armOf(port, Arm::Untracked);
        if (untracked.asked && !untracked.answered && (heard.contains(port.question.witness) || !armOf(port, Arm::Tracked).asked))
            silent.push_back(i);
    }
    return silent;
}

std::vector<std::size_t> lostPorts(const Evidence& evidence)
{
    std::vector<std::size_t> lost;
    for (std::size_t i = 0; i < evidence.ports.size(); ++i) {
        const Sandwiches sandwiches = sandwichesOf(evidence.ports[i]);
        if (sandwiches.closed > 0 && !sandwiches.open && !armOf(evidence.ports[i], Arm::Untracked).answered)
            lost.push_back(i);
    }
    return lost;
}

bool wouldBeNo(const Evidence& evidence, const std::vector<std::size_t>& ports)
{
    const auto places = byPlace(evidence, ports);
    return places.size() >= placesOfANo ||
           std::any_of(places.begin(), places.end(), [](const auto& place) { return place.second >= portsOfANo; });
}

bool isBeyondChance(const Evidence& evidence, const std::vector<std::size_t>& lost)
{
    std::vector<std::size_t> twice;
    std::copy_if(lost.begin(), lost.end(), std::back_inserter(twice),
                 [&](std::size_t port) { return sandwichesOf(evidence.ports.at(port)).closed >= sandwichesBeyondChance; });
    const auto places = byPlace(evidence, twice);
    return std::any_of(places.begin(), places.end(), [](const auto& place) { return place.second >= portsBeyondChance; });
}

std::string gainOf(const Evidence& evidence)
{
    TrialArm tracked;
    TrialArm untracked;
    for (const AskedPort& port : evidence.ports) {
        std::vector<double> ignored;
        if (votes(evidence, port.question.witness)) {
            add(tracked, ignored, armOf(port, Arm::Tracked));
            add(untracked, ignored, armOf(port, Arm::Untracked));
        }
    }
    if (2 * tracked.answered >= tracked.asked || untracked.answered <= tracked.answered)
        return {};
    return "tracked queries got " + std::to_string(tracked.answered) + " of " + std::to_string(tracked.asked) +
           " answers, untracked ones " + std::to_string(untracked.answered) + " of " + std::to_string(untracked.asked) +
           ": the rules help here, see whether conntrack's table is full";
}

TrialReport judgeTrial(const Evidence& evidence, bool confirmed)
{
    TrialReport report;
    report.rows = rowsOf(evidence);
    std::set<std::size_t> asked;    // places that sent an untracked query
    std::set<std::size_t> passedBy; // of those, places without a vote for what their queries showed
    std::set<std::size_t> heard;
    bool anyAnswer = false;
    for (const AskedPort& port : evidence.ports) {
        const std::size_t place = port.question.witness;
        const Role role = evidence.witnesses.at(place).role;
        if (role == Role::Node && evidence.scope == Scope::Pods)
            continue;
        if (!armOf(port, Arm::Untracked).asked)
            continue;
        asked.insert(place);
        if (evidence.passedBy.contains(place))
            passedBy.insert(place);
        anyAnswer = anyAnswer || armOf(port, Arm::Untracked).answered || armOf(port, Arm::Tracked).answered;
        if (votes(evidence, place) && armOf(port, Arm::Untracked).answered)
            heard.insert(place);
    }
    report.places = static_cast<std::uint32_t>(heard.size());
    if (confirmed && wouldBeNo(evidence, lostPorts(evidence))) {
        report.outcome = TrialOutcome::Lost;
        report.why = explainLoss(report.rows);
    } else if (asked.empty()) {
        report.outcome = TrialOutcome::NoWitness;
        report.why = evidence.scope == Scope::Pods ? "no pod of this node could ask" : "no place on this node could ask";
    } else if (!evidence.counted || passedBy.size() == asked.size()) {
        report.outcome = TrialOutcome::NoEffect;
        report.why = "the queries of " + std::to_string(asked.size()) + (asked.size() == 1 ? " place" : " places") +
                     " did not meet the rules on their way";
    } else if (!anyAnswer) {
        report.outcome = TrialOutcome::Silent;
        report.why = "DNS answers neither tracked nor untracked queries";
    } else {
        report.outcome = heard.empty() ? TrialOutcome::Silent : TrialOutcome::Passed;
        report.why = heard.empty() ? "DNS stopped answering while it was asked, tracked and untracked alike" : "";
    }
    return report;
}

} // namespace notrack
