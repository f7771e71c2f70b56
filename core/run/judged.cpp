#include "core/run/judged.h"

#include "core/report/report_codec.h"
#include "core/run/state_json.h"

#include <utility>

namespace notrack
{

namespace
{

using Json = StateJson;

} // namespace

std::string writeJudged(const Judged& judged)
{
    Report told; // the findings in the report's own words, by its own codec
    told.findings = judged.findings;
    return writeStateJson({{"digest", judged.digest},
                           {"backend", std::string(toText(judged.backend))},
                           {"at", judged.at.count()},
                           {"trace", {judged.trace.facts, judged.trace.nftables, judged.trace.generation}},
                           {"fingerprint", judged.facts.fingerprint},
                           {"entries_expected", judged.facts.entriesExpected},
                           {"masqueraded", judged.facts.masqueraded},
                           {"findings", writeReport(told)}});
}

std::optional<Judged> readJudged(std::string_view text)
{
    try {
        const Json json = readStateJson(text);
        const auto backend = readWord(valueAt(json, "backend"), allBackends);
        Result<Report> told = readReport(textAt(json, "findings"));
        if (!backend || !told)
            return std::nullopt;
        const Json& trace = valueAt(json, "trace");
        return Judged{.digest = textAt(json, "digest"),
                      .backend = *backend,
                      .at = std::chrono::seconds(valueAt(json, "at").get<std::int64_t>()),
                      .trace = {.facts = trace.at(0).get<std::string>(),
                                .nftables = trace.at(1).get<std::string>(),
                                .generation = trace.at(2).get<std::uint32_t>()},
                      .facts = {.fingerprint = textAt(json, "fingerprint"),
                                .entriesExpected = valueAt(json, "entries_expected").get<bool>(),
                                .masqueraded = valueAt(json, "masqueraded").get<bool>()},
                      .findings = std::move(told->findings)};
    } catch (const Json::exception&) {
        return std::nullopt;
    }
}

} // namespace notrack
