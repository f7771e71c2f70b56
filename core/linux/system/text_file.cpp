#include "core/linux/system/text_file.h"

#include "core/linux/system/file_descriptor.h"
#include "core/linux/system/system_error.h"

#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace notrack
{

namespace
{

constexpr std::size_t longestLine = 65536;

/// Reads a regular file piece by piece. `take` says why it ends early, or nothing.
Result<void> readPieces(const std::string& path, const std::function<std::string(std::string_view)>& take)
{
    const FileDescriptor descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!descriptor.valid())
        return systemError(errno, "cannot be read", path);
    struct stat status = {};
    if (fstat(descriptor.get(), &status) != 0)
        return systemError(errno, "cannot be read", path);
    if (!S_ISREG(status.st_mode))
        return makeError(ErrorKind::Failed, "is no regular file", path);
    std::array<char, 8192> buffer{};
    while (true) {
        const ssize_t length = read(descriptor.get(), buffer.data(), buffer.size());
        if (length < 0 && errno == EINTR)
            continue;
        if (length < 0)
            return systemError(errno, "cannot be read", path);
        if (length == 0)
            return {};
        if (const std::string problem = take({buffer.data(), static_cast<std::size_t>(length)}); !problem.empty())
            return makeError(ErrorKind::Failed, problem, path);
    }
}

bool isMissing(const std::string& path)
{
    return access(path.c_str(), F_OK) != 0 && errno == ENOENT;
}

} // namespace

Result<std::string> readTextFile(const std::string& path, std::size_t longest)
{
    std::string text;
    const Result<void> done = readPieces(path, [&](std::string_view piece) {
        text += piece;
        return text.size() > longest ? "is longer than " + std::to_string(longest >> 20U) + " MiB" : std::string();
    });
    return done ? Result<std::string>(std::move(text)) : tl::unexpected(done.error());
}

Result<void> readLines(const std::string& path, const std::function<void(std::string_view)>& take)
{
    if (isMissing(path))
        return {};
    std::string rest;
    Result<void> done = readPieces(path, [&](std::string_view piece) {
        rest += piece;
        std::size_t start = 0;
        for (std::size_t end = rest.find('\n'); end != std::string::npos; end = rest.find('\n', start)) {
            take(std::string_view(rest).substr(start, end - start));
            start = end + 1;
        }
        rest.erase(0, start);
        return rest.size() > longestLine ? "has a line of more than 64 KiB" : "";
    });
    if (done && !rest.empty())
        take(rest);
    return done;
}

Result<std::string> readOptionalTextFile(const std::string& path)
{
    if (isMissing(path))
        return std::string();
    return readTextFile(path);
}

} // namespace notrack
