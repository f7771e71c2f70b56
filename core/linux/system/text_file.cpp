#include "core/linux/system/text_file.h"

#include "core/linux/system/file_descriptor.h"

#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>

namespace notrack
{

namespace
{

constexpr std::size_t longestText = std::size_t{16} << 20U; // /proc/net/ip_vs of 10,000 services takes about 6 MiB

Result<std::string> failure(const std::string& path)
{
    const ErrorKind kind = errno == EACCES || errno == EPERM ? ErrorKind::NotPermitted : ErrorKind::Failed;
    return makeError(kind, std::string("cannot be read: ") + std::strerror(errno), path);
}

} // namespace

Result<std::string> readTextFile(const std::string& path)
{
    const FileDescriptor descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!descriptor.valid())
        return failure(path);
    struct stat status = {};
    if (fstat(descriptor.get(), &status) != 0)
        return failure(path);
    if (!S_ISREG(status.st_mode))
        return makeError(ErrorKind::Failed, "is no regular file", path);
    std::string text;
    std::array<char, 65536> buffer{};
    while (true) {
        const ssize_t length = read(descriptor.get(), buffer.data(), buffer.size());
        if (length < 0 && errno == EINTR)
            continue;
        if (length < 0)
            return failure(path);
        if (length == 0)
            return text;
        text.append(buffer.data(), static_cast<std::size_t>(length));
        if (text.size() > longestText)
            return makeError(ErrorKind::Failed, "is longer than 16 MiB", path);
    }
}

Result<std::string> readOptionalTextFile(const std::string& path)
{
    if (access(path.c_str(), F_OK) != 0 && errno == ENOENT)
        return std::string();
    return readTextFile(path);
}

} // namespace notrack
