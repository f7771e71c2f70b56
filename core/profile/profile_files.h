#pragma once

#include "core/profile/profile_source.h"

#include <filesystem>
#include <span>
#include <vector>

namespace notrack
{

/// Reads profile files: of a directory its *.yaml files in name order, without those that begin with a dot. Refused are what is no
/// regular file, a directory without such files, what is larger than longestProfile and what cannot be read (ErrorKind::BadProfile).
Result<std::vector<ProfileSource>> loadProfileSources(std::span<const std::filesystem::path> paths);

} // namespace notrack
