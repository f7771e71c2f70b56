#pragma once

#include "core/base/error.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace notrack
{

/// What runs on one node write down for those that follow. Prefixes, Digests, Before, Census and Retired survive boots; the others are
/// of this boot and this network namespace only.
enum class Remembered {
    Pending,  ///< a change that has no verdict yet
    Verdict,  ///< who showed that DNS works with the rules that stand
    Damping,  ///< what an unattended run shall not try again yet
    Trial,    ///< the last trial, and the ports that it used
    Judged,   ///< what the last unattended run judged, and from what
    Prefixes, ///< chain prefixes under which an apply wrote, a line each: names to look for, nothing else
    Digests,  ///< of profiles that got a verdict on this node, a line each, the latest last
    Start,    ///< what connection tracking had lost in this boot when our rules came
    Before,   ///< what it lost in a time before that
    Samples,  ///< what it had lost at some of this boot's unattended runs, a line each, the latest last
    Census,   ///< what the last censuses counted, without our rules and with them
    Retired,  ///< since when unattended runs leave this node alone
};

/// "pending", "verdict", "damping", "trial", "judged", "prefixes", "digests", "start", "before", "samples", "census", "retired": the names of the files.
std::string_view toText(Remembered what);

/// While it lives no other run on this node may write.
class RunLock
{
public:
    RunLock() = default;
    RunLock(const RunLock&) = delete;
    RunLock& operator=(const RunLock&) = delete;
    virtual ~RunLock() = default;
};

/// The door to what runs remember. Tests keep it in memory.
class RunMemory
{
public:
    RunMemory() = default;
    RunMemory(const RunMemory&) = delete;
    RunMemory& operator=(const RunMemory&) = delete;
    virtual ~RunMemory() = default;

    /// One run that may write at a time, from its first look to its verdict. Busy when `wait` is over. It is no lock of the tables,
    /// and runs that only read never take it.
    virtual Result<std::unique_ptr<RunLock>> lock(std::chrono::milliseconds wait) = 0;

    /// Whether a run holds that lock at this moment. Asking takes no lock and keeps nobody from it.
    virtual bool isLocked() = 0;

    /// What was written last; nothing where there is nothing, or nothing of this boot and network namespace. It may be any text.
    virtual std::optional<std::string> read(Remembered what) = 0;

    /// Replaces it; a reader sees the old text or the new one, also when this process is ended meanwhile.
    virtual Result<void> write(Remembered what, std::string_view text) = 0;

    /// Nothing is there afterwards.
    virtual void erase(Remembered what) = 0;

    /// Time since boot, with the time that the machine was suspended: a clock that nobody sets.
    virtual std::chrono::seconds sinceBoot() = 0;
};

} // namespace notrack
