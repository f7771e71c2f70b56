#include "core/linux/remembered_files.h"

#include "core/linux/system/lock_file.h"
#include "core/linux/system/replaced_file.h"
#include "core/linux/system/system_error.h"
#include "core/linux/system/text_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <utility>

namespace notrack
{

namespace
{

constexpr std::size_t mostRemembered = 4U << 20; ///< bytes of one file; 10,000 rules twice as text are 2 MiB
constexpr mode_t folderReadableByAll = 0755;

std::string folderFrom(const char* variable, const char* otherwise)
{
    const char* folder = std::getenv(variable);
    return folder == nullptr || *folder == '\0' ? otherwise : folder;
}

bool survivesBoots(Remembered what)
{
    return what == Remembered::Prefixes || what == Remembered::Digests || what == Remembered::Before || what == Remembered::Census ||
           what == Remembered::Retired;
}

/// The line that tells this boot and this network namespace from all others.
Result<std::string> readStamp()
{
    struct stat status = {};
    if (stat("/proc/self/ns/net", &status) != 0)
        return systemError(errno, "this network namespace cannot be told from others", "/proc/self/ns/net");
    Result<std::string> boot = readTextFile("/proc/sys/kernel/random/boot_id");
    if (!boot)
        return boot;
    return "boot " + boot->substr(0, boot->find('\n')) + " netns " + std::to_string(status.st_ino) + "\n";
}

class HeldRunLock : public RunLock
{
public:
    explicit HeldRunLock(LockFile lock) : m_lock(std::move(lock)) {}

private:
    LockFile m_lock;
};

class RememberedFiles : public RunMemory
{
public:
    explicit RememberedFiles(MemoryFolders folders) : m_folders(std::move(folders)) {}

    Result<std::unique_ptr<RunLock>> lock(std::chrono::milliseconds wait) override
    {
        if (Result<void> made = make(m_folders.runtime); !made)
            return tl::unexpected(made.error());
        auto lock = takeLockFile(lockPath(), "run lock of dns-notrack", wait);
        if (!lock)
            return tl::unexpected(lock.error());
        return std::make_unique<HeldRunLock>(std::move(*lock));
    }

    bool isLocked() override { return isLockFileHeld(lockPath()); }

    std::optional<std::string> read(Remembered what) override
    {
        Result<std::string> text = readTextFile(pathOf(what));
        if (!text || text->size() > mostRemembered)
            return std::nullopt;
        if (survivesBoots(what))
            return std::move(*text);
        const Result<std::string>& head = stamp();
        return head && text->starts_with(*head) ? std::optional(text->substr(head->size())) : std::nullopt;
    }

    Result<void> write(Remembered what, std::string_view text) override
    {
        if (Result<void> made = make(folderOf(what)); !made)
            return made;
        if (survivesBoots(what))
            return replaceFile(pathOf(what), text);
        const Result<std::string>& head = stamp();
        const Readers readers =
            what == Remembered::Judged ? Readers::Owner : Readers::Everybody; // it quotes rules, which only root may list
        return head ? replaceFile(pathOf(what), std::string(*head).append(text), readers) : tl::unexpected(head.error());
    }

    void erase(Remembered what) override
    {
        if (read(what)) // another namespace's stays
            unlink(pathOf(what).c_str());
    }

    std::chrono::seconds sinceBoot() override
    {
        timespec now = {};
        clock_gettime(CLOCK_BOOTTIME, &now);
        return std::chrono::seconds(now.tv_sec);
    }

private:
    std::string lockPath() const { return m_folders.runtime + "/run.lock"; }
    const std::string& folderOf(Remembered what) const { return survivesBoots(what) ? m_folders.state : m_folders.runtime; }
    std::string pathOf(Remembered what) const { return folderOf(what) + "/" + std::string(toText(what)); }

    /// Read once; what failed is tried again.
    const Result<std::string>& stamp()
    {
        if (!m_stamp)
            m_stamp = readStamp();
        return m_stamp;
    }

    static Result<void> make(const std::string& folder)
    {
        if (mkdir(folder.c_str(), folderReadableByAll) == 0 || errno == EEXIST)
            return {};
        return systemError(errno, "the folder cannot be made", folder);
    }

    MemoryFolders m_folders;
    Result<std::string> m_stamp = makeError(ErrorKind::Failed, "not read yet");
};

} // namespace

MemoryFolders MemoryFolders::ofThisProcess()
{
    return {folderFrom("RUNTIME_DIRECTORY", "/run/dns-notrack"), folderFrom("STATE_DIRECTORY", "/var/lib/dns-notrack")};
}

std::unique_ptr<RunMemory> makeRememberedFiles(MemoryFolders folders)
{
    return std::make_unique<RememberedFiles>(std::move(folders));
}

} // namespace notrack
