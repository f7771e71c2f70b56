#include "core/linux/system/replaced_file.h"

#include "core/linux/system/file_descriptor.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace notrack
{

namespace
{

constexpr mode_t readableByAll = 0644;

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

} // namespace

Result<void> replaceFile(const std::string& path, std::string_view text)
{
    std::string beside = path + ".XXXXXX";                         // collectors of *.prom files pass it over
    const FileDescriptor file(mkostemp(beside.data(), O_CLOEXEC)); // O_EXCL: never somebody else's file or link
    const auto failed = [&](const char* what) {
        const int cause = errno;
        if (file.valid())
            unlink(beside.c_str());
        return makeError(cause == EACCES || cause == EPERM ? ErrorKind::NotPermitted : ErrorKind::Failed,
                         std::string(what) + ": " + std::strerror(cause), path);
    };
    if (!file.valid())
        return failed("cannot create a file beside it");
    if (!writeAll(file.get(), text) || fchmod(file.get(), readableByAll) != 0 || fsync(file.get()) != 0)
        return failed("cannot write");
    if (std::rename(beside.c_str(), path.c_str()) != 0)
        return failed("cannot replace");
    return {};
}

} // namespace notrack
