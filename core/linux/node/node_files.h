#pragma once

#include "core/base/error.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

/// The files of one node. Paths are the node's own, as in "/proc/net/route".
struct NodeFiles
{
    /// The whole text; empty where there is no such file.
    std::function<Result<std::string>(const std::string& path)> read;
    /// Its lines one by one, however long it is; none where there is no such file.
    std::function<Result<void>(const std::string& path, const std::function<void(std::string_view)>& take)> readLines;
    std::function<bool(const std::string& path)> exists;
    /// The names in a folder, sorted, at most mostFilesInFolder; none where there is no such folder.
    std::function<std::vector<std::string>(const std::string& folder)> namesIn;
};

inline constexpr std::size_t mostFilesInFolder = 4096;

/// Files below `root`: empty for this node itself, else a directory that holds a node's /proc, /sys and /etc.
NodeFiles filesBelow(const std::string& root);

} // namespace notrack
