#pragma once

#include "core/base/error.h"

#include <cstddef>
#include <optional>
#include <string>

namespace notrack
{

/// The text of one profile file; `name` is what errors call it, mostly its path.
struct ProfileSource
{
    std::string name;
    std::string text;
};

/// No profile file may be larger, in bytes.
inline constexpr std::size_t longestProfile = 1U << 20U;

/// A place in a source, for messages. The source must live as long as the spot.
struct Spot
{
    const ProfileSource* source = nullptr;
    std::size_t line = 1;   ///< from 1
    std::size_t column = 1; ///< from 1, in characters
};

/// "file:line:column".
std::string toText(const Spot& spot);

/// An ErrorKind::BadProfile: where it is, `sentence`, and below it the line in question with a caret under the column. Control
/// characters of the line are shown as escapes, and of a long line the part around the caret.
Error problemAt(const Spot& spot, const std::string& sentence);

/// Puts a mistake behind those that are known already, so that a person sees all of them at once; at most some 8 KiB of them.
void addProblem(std::optional<Error>& problems, const std::optional<Error>& more);

} // namespace notrack
