#pragma once

#include "core/base/error.h"

#include <string>
#include <string_view>

namespace notrack
{

enum class Readers { Everybody, Owner };

/// Makes `path` hold `text`. It is written beside and renamed, so that a reader sees the old file or the
/// new one, whole; a symbolic link at `path` is replaced, not followed.
Result<void> replaceFile(const std::string& path, std::string_view text, Readers readers = Readers::Everybody);

} // namespace notrack
