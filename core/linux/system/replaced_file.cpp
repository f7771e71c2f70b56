#include "core/linux/system/replaced_file.h"

#include "core/linux/system/file_descriptor.h"
#include "core/linux/system/system_error.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace notrack
{

namespace
{

constexpr mode_t fileReadableByAll = 0644;
constexpr mode_t fileOfOwner = 0600;

bool writeAll(int file, std::string_view text)
{
    while (!text.empty()) {
        const ssize_t written = write(file, text.data(), text.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

/// The one name that a file has until it is whole: hidden, so that collectors of *.prom pass it over, and always the same, so that what a
/// killed run left is taken away by the next.
std::string nameBeside(const std::string& path)
{
    const std::size_t slash = path.rfind('/');
    const std::size_t start = slash == std::string::npos ? 0 : slash + 1;
    return path.substr(0, start) + "." + path.substr(start) + ".new";
}

bool isDeviceOrPipe(const std::string& path)
{
    struct stat status = {};
    return lstat(path.c_str(), &status) == 0 &&
           (S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode) || S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
}

} // namespace

Result<void> replaceFile(const std::string& path, std::string_view text, Readers readers)
{
    const mode_t mode = readers == Readers::Everybody ? fileReadableByAll : fileOfOwner;
    if (isDeviceOrPipe(path))
        return makeError(ErrorKind::Failed, "is there already and is no regular file; name another path", path);
    const std::string beside = nameBeside(path);
    unlink(beside.c_str());
    const FileDescriptor file(
        open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, fileOfOwner)); // never somebody else's
    const auto failed = [&](const char* what) {
        const int cause = errno;
        if (file.valid())
            unlink(beside.c_str());
        return systemError(cause, what, path);
    };
    if (!file.valid())
        return failed("cannot create a file beside it");
    if (!writeAll(file.get(), text) || fchmod(file.get(), mode) != 0 || fsync(file.get()) != 0)
        return failed("cannot write");
    if (std::rename(beside.c_str(), path.c_str()) != 0)
        return failed("cannot replace");
    return {};
}

} // namespace notrack
