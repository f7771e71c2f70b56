#pragma once

#include "core/base/error.h"

#include <string>

namespace notrack
{

/// The whole text of a file of at most 16 MiB; those of /proc have no size beforehand. NotPermitted where it may not be read.
Result<std::string> readTextFile(const std::string& path);

/// The same for a file that may be missing: empty text then.
Result<std::string> readOptionalTextFile(const std::string& path);

} // namespace notrack
