#include "core/linux/node/node_files.h"

#include "core/linux/system/text_file.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace notrack
{

namespace
{

std::vector<std::string> namesBelow(const std::string& folder)
{
    std::vector<std::string> names;
    std::error_code problem;
    for (std::filesystem::directory_iterator entry(folder, problem), end; !problem && entry != end && names.size() < mostFilesInFolder;
         entry.increment(problem))
        names.push_back(entry->path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

} // namespace

NodeFiles filesBelow(const std::string& root)
{
    return {.read = [root](const std::string& path) { return readOptionalTextFile(root + path); },
            .readLines = [root](const std::string& path,
                                const std::function<void(std::string_view)>& take) { return notrack::readLines(root + path, take); },
            .exists =
                [root](const std::string& path) {
                    std::error_code ignored;
                    return std::filesystem::exists(root + path, ignored);
                },
            .namesIn = [root](const std::string& folder) { return namesBelow(root + folder); }};
}

} // namespace notrack
