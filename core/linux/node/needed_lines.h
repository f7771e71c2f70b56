#pragma once

#include <string>
#include <string_view>

namespace notrack
{

/// What a capture keeps of a file: of /proc, /sys and /run all, of configuration, which may hold tokens and passwords, only the values that judging
/// reads, written so that its readers find the same in it.
std::string neededOf(const std::string& path, std::string text);

} // namespace notrack
