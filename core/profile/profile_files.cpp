#include "core/profile/profile_files.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <system_error>

namespace notrack
{

namespace
{

namespace files = std::filesystem;

constexpr std::size_t mostFiles = 256;

tl::unexpected<Error> refuse(const files::path& path, std::string message)
{
    return makeError(ErrorKind::BadProfile, std::move(message), path.string());
}

Result<ProfileSource> loadFile(const files::path& path)
{
    std::error_code problem;
    const files::file_status status = files::status(path, problem);
    if (status.type() == files::file_type::not_found)
        return refuse(path, "there is no such file");
    if (problem)
        return refuse(path, "cannot be read: " + problem.message());
    // Opening a pipe or a device could wait for ever.
    if (!files::is_regular_file(status))
        return refuse(path, "is no regular file");
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream(std::fopen(path.c_str(), "rbe"), std::fclose);
    if (!stream)
        return refuse(path, "cannot be read: " + std::generic_category().message(errno));
    const std::uintmax_t size = files::file_size(path, problem);
    if (problem || size > longestProfile)
        return refuse(path, problem ? "cannot be read: " + problem.message() : "is larger than 1 MiB");
    ProfileSource source{path.string(), std::string(static_cast<std::size_t>(size), '\0')};
    std::size_t length = 0;
    for (bool again = true; again;) {
        length += std::fread(source.text.data() + length, 1, source.text.size() - length, stream.get());
        again = std::ferror(stream.get()) != 0 && errno == EINTR;
        if (!again && std::ferror(stream.get()) != 0)
            return refuse(path, "cannot be read");
        std::clearerr(stream.get());
    }
    source.text.resize(length);
    return source;
}

Result<std::vector<files::path>> listDirectory(const files::path& directory)
{
    std::error_code problem;
    std::vector<files::path> paths;
    for (files::directory_iterator entry(directory, problem), end; !problem && entry != end; entry.increment(problem)) {
        const std::string name = entry->path().filename().string();
        if (!name.starts_with('.') && name.ends_with(".yaml"))
            paths.push_back(entry->path());
    }
    if (problem)
        return refuse(directory, "cannot be read: " + problem.message());
    if (paths.empty())
        return refuse(directory, "has no *.yaml files");
    if (paths.size() > mostFiles)
        return refuse(directory, "has more than " + std::to_string(mostFiles) + " *.yaml files");
    std::sort(paths.begin(), paths.end());
    return paths;
}

} // namespace

Result<std::vector<ProfileSource>> loadProfileSources(std::span<const files::path> paths)
{
    std::vector<ProfileSource> sources;
    for (const files::path& path : paths) {
        std::error_code ignored;
        const bool isDirectory = files::is_directory(path, ignored);
        const Result<std::vector<files::path>> chosen = isDirectory ? listDirectory(path) : std::vector<files::path>{path};
        if (!chosen)
            return tl::unexpected(chosen.error());
        for (const files::path& file : *chosen) {
            Result<ProfileSource> source = loadFile(file);
            if (!source)
                return tl::unexpected(source.error());
            sources.push_back(std::move(*source));
        }
    }
    return sources;
}

} // namespace notrack
