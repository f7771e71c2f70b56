#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace notrack::nft
{

/// A rule's expressions in nft's own syntax, without the figures of its counter: for people, and to tell rules apart. What has
/// no short form here stays JSON.
std::string toNftSyntax(const nlohmann::json& expressions);

} // namespace notrack::nft
