#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

/// A document of what a run remembers. The same type as the report's, so that the program has the library's code once.
using StateJson = nlohmann::ordered_json;

/// The text of a document, ASCII only; bytes that are no UTF-8 become U+FFFD.
std::string writeStateJson(const StateJson& json);

/// Throws StateJson::exception for text that is no JSON.
StateJson readStateJson(std::string_view text);

/// These take one value from an object, and throw StateJson::exception where it is not there or of another kind.
const StateJson& valueAt(const StateJson& object, std::string_view name);
std::string textAt(const StateJson& object, std::string_view name);
std::vector<std::string> textsAt(const StateJson& object, std::string_view name);
std::uint32_t countAt(const StateJson& object, std::string_view name);

/// The one of `words` whose text the JSON holds, or nothing. Throws StateJson::exception for what is no text.
template <typename Words>
auto readWord(const StateJson& json, const Words& words) -> std::optional<typename Words::value_type>
{
    for (const auto word : words) {
        if (json.get_ref<const std::string&>() == toText(word))
            return word;
    }
    return std::nullopt;
}

} // namespace notrack
