#include "core/run/verdict.h"

#include "core/run/json_word.h"

namespace notrack
{

namespace
{

using Json = nlohmann::json;

} // namespace

std::string writeVerdict(const Verdict& verdict)
{
    const Json json{{"digest", verdict.digest},
                    {"backend", std::string(toText(verdict.backend))},
                    {"by", std::string(toText(verdict.verified.by))},
                    {"at", verdict.verified.at},
                    {"places", verdict.verified.places}};
    return json.dump(1, ' ', true, Json::error_handler_t::replace) + "\n";
}

std::optional<Verdict> readVerdict(std::string_view text)
{
    try {
        const Json json = Json::parse(text);
        const auto backend = readWord(json.at("backend"), allBackends);
        const auto by = readWord(json.at("by"), allProofs);
        if (!backend || !by)
            return std::nullopt;
        return Verdict{.digest = json.at("digest").get<std::string>(),
                       .backend = *backend,
                       .verified = {.by = *by, .at = json.at("at").get<std::string>(), .places = json.at("places").get<std::uint32_t>()}};
    } catch (const Json::exception&) {
        return std::nullopt;
    }
}

} // namespace notrack
