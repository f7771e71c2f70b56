#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace notrack
{

/// The one of `words` whose text the JSON holds, or nothing. Throws what nlohmann-json throws for what is no text.
template <typename Words>
auto readWord(const nlohmann::json& json, const Words& words) -> std::optional<typename Words::value_type>
{
    for (const auto word : words) {
        if (json.get_ref<const std::string&>() == toText(word))
            return word;
    }
    return std::nullopt;
}

} // namespace notrack
