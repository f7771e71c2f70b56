#pragma once

#include <string_view>
#include <vector>

namespace notrack
{

/// The lines of a text, without their ends.
std::vector<std::string_view> splitLines(std::string_view text);
/// The words of a line: what stands between spaces and tabs.
std::vector<std::string_view> splitWords(std::string_view line);
/// Without spaces at both ends.
std::string_view trimmed(std::string_view text);

} // namespace notrack
