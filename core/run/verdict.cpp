#include "core/run/verdict.h"

#include "core/run/state_json.h"

namespace notrack
{

namespace
{

using Json = StateJson;

} // namespace

std::string writeVerdict(const Verdict& verdict)
{
    const Json json{{"digest", verdict.digest},
                    {"backend", std::string(toText(verdict.backend))},
                    {"by", std::string(toText(verdict.verified.by))},
                    {"at", verdict.verified.at},
                    {"places", verdict.verified.places},
                    {"fingerprint", verdict.fingerprint},
                    {"overruled", verdict.overruled},
                    {"delivery", verdict.delivery}};
    return writeStateJson(json);
}

std::optional<Verdict> readVerdict(std::string_view text)
{
    try {
        const Json json = readStateJson(text);
        const auto backend = readWord(valueAt(json, "backend"), allBackends);
        const auto by = readWord(valueAt(json, "by"), allProofs);
        if (!backend || !by)
            return std::nullopt;
        return Verdict{.digest = textAt(json, "digest"),
                       .backend = *backend,
                       .verified = {.by = *by, .at = textAt(json, "at"), .places = countAt(json, "places")},
                       .fingerprint = textAt(json, "fingerprint"),
                       .overruled = textsAt(json, "overruled"),
                       .delivery = json.contains("delivery") ? textAt(json, "delivery") : std::string(hostDelivery)};
    } catch (const Json::exception&) {
        return std::nullopt;
    }
}

} // namespace notrack
