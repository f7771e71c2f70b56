#include "core/run/trial_memory.h"

#include "core/report/report_codec.h"
#include "core/run/state_json.h"

#include <algorithm>

namespace notrack
{

namespace
{

using Json = StateJson;

constexpr std::chrono::seconds ipvsTimeout{300};
constexpr std::size_t mostUsed = 100;

} // namespace

std::vector<PortRange> portsInUse(const TrialMemory& memory, std::chrono::seconds now)
{
    std::vector<PortRange> inUse;
    for (const UsedPorts& used : memory.used) {
        if (now - used.at < ipvsTimeout)
            inUse.push_back(used.ports);
    }
    return inUse;
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
              {"used", std::move(used)}};
    if (memory.last) { // in the report's own words, by the report's own codec
        Report report;
        report.trial = memory.last;
        json["last"] = writeReport(report);
    }
    return writeStateJson(json);
}

TrialMemory readTrialMemory(std::string_view text)
{
    try {
        const Json json = readStateJson(text);
        TrialMemory memory{.digest = textAt(json, "digest"),
                           .at = std::chrono::seconds(valueAt(json, "at").get<std::int64_t>()),
                           .nextPair = countAt(json, "next_pair"),
                           .hadPod = valueAt(json, "had_pod").get<bool>(),
                           .used = {},
                           .last = {}};
        for (const Json& one : valueAt(json, "used"))
            memory.used.push_back({{Port{one.at(0).get<std::uint16_t>()}, Port{one.at(1).get<std::uint16_t>()}},
                                   std::chrono::seconds(one.at(2).get<std::int64_t>())});
        if (const auto last = json.find("last"); last != json.end()) {
            if (Result<Report> report = readReport(last->get<std::string>()))
                memory.last = std::move(report->trial);
        }
        return memory;
    } catch (const Json::exception&) {
        return {};
    }
}

} // namespace notrack
