#pragma once

#include "core/base/error.h"

#include <functional>
#include <string>
#include <string_view>

namespace notrack
{

/// The whole text of a file of at most 16 MiB; those of /proc have no size beforehand. NotPermitted where it may not be read.
Result<std::string> readTextFile(const std::string& path);

/// The same for a file that may be missing: empty text then.
Result<std::string> readOptionalTextFile(const std::string& path);

/// Gives the lines of a file one by one, without their ends, however many there are; a file that is not there has none. A line that is longer
/// than 64 KiB makes it Failed.
Result<void> readLines(const std::string& path, const std::function<void(std::string_view)>& take);

} // namespace notrack
