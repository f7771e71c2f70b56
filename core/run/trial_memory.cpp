#include "core/run/trial_memory.h"

#include "core/report/report_codec.h"
#include "core/run/state_json.h"

#include <algorithm>
#include <array>

namespace notrack
{

namespace
{

using Json = StateJson;

constexpr std::string_view beforeLast = "\n\n"; // an empty line, which no JSON of ours has
constexpr std::chrono::seconds ipvsTimeout{300};
constexpr std::size_t mostUsed = 100;
constexpr std::array statesOfTables{NodeState::InSync, NodeState::Drifted, NodeState::Absent};

} // namespace

bool isRefreshDue(const TrialMemory& memory, std::chrono::seconds now)
{
    const std::chrono::seconds last = std::max(memory.at, memory.refreshed);
    return last == std::chrono::seconds(0) || now - last >= pauseBetweenTrials;
}

std::vector<PortRange> portsInUse(const TrialMemory& memory, std::chrono::seconds now)
{
    std::vector<PortRange> inUse;
    for (const UsedPorts& used : memory.used) {
        if (now - used.at < ipvsTimeout)
            inUse.push_back(used.ports);
    }
    return inUse;
}

std::optional<TrialReport> lastTrial(const TrialMemory& memory)
{
    const Result<Report> report = readReport(memory.last);
    return report ? report->trial : std::nullopt;
}

void setLastTrial(TrialMemory& memory, const TrialReport& trial)
{
    Report report;
    report.trial = trial;
    memory.last = writeReport(report);
}

std::string writeTrialMemory(const TrialMemory& memory)
{
    Json used = Json::array();
    for (std::size_t i = memory.used.size() - std::min(memory.used.size(), mostUsed); i < memory.used.size(); ++i)
        used.push_back({memory.used[i].ports.first.value, memory.used[i].ports.last.value, memory.used[i].at.count()});
    Json json{{"digest", memory.digest},
              {"at", memory.at.count()},
              {"next_pair", memory.nextPair},
              {"had_pod", memory.hadPod},
              {"refreshed", memory.refreshed.count()},
              {"next_voter", memory.nextVoter},
              {"passed_by", memory.passedBy},
              {"used", std::move(used)}};
    if (memory.stateBefore)
        json["state_before"] = toText(*memory.stateBefore);
    return writeStateJson(json) + '\n' + memory.last;
}

TrialMemory readTrialMemory(std::string_view text)
{
    try {
        const std::size_t end = std::min(text.find(beforeLast), text.size());
        const Json json = readStateJson(text.substr(0, end));
        TrialMemory memory{.digest = textAt(json, "digest"),
                           .at = std::chrono::seconds(valueAt(json, "at").get<std::int64_t>()),
                           .nextPair = countAt(json, "next_pair"),
                           .hadPod = valueAt(json, "had_pod").get<bool>(),
                           .used = {},
                           .last = std::string(text.substr(std::min(end + beforeLast.size(), text.size()))),
                           .refreshed = std::chrono::seconds(valueAt(json, "refreshed").get<std::int64_t>()),
                           .nextVoter = countAt(json, "next_voter"),
                           .passedBy = json.value("passed_by", false)};
        for (const Json& one : valueAt(json, "used"))
            memory.used.push_back({{Port{one.at(0).get<std::uint16_t>()}, Port{one.at(1).get<std::uint16_t>()}},
                                   std::chrono::seconds(one.at(2).get<std::int64_t>())});
        if (const auto state = json.find("state_before"); state != json.end())
            memory.stateBefore = readWord(*state, statesOfTables);
        return memory;
    } catch (const Json::exception&) {
        return {};
    }
}

} // namespace notrack
