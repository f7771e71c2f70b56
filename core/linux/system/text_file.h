#pragma once

#include "core/base/error.h"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace notrack
{

/// As long as any text that judging reads whole: /proc/net/ip_vs of 10,000 services takes about 6 MiB.
inline constexpr std::size_t longestText = std::size_t{16} << 20U;

/// The whole text of a file of at most `longest` bytes; those of /proc have no size beforehand. NotPermitted where it may not be read.
Result<std::string> readTextFile(const std::string& path, std::size_t longest = longestText);

/// The same for a file that may be missing: empty text then.
Result<std::string> readOptionalTextFile(const std::string& path);

/// Gives the lines of a file one by one, without their ends, however many there are; a file that is not there has none. A line that is longer
/// than 64 KiB makes it Failed.
Result<void> readLines(const std::string& path, const std::function<void(std::string_view)>& take);

} // namespace notrack
