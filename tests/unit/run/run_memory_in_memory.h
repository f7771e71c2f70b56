#pragma once

#include "core/run/run_memory.h"

#include <functional>
#include <map>
#include <string>
#include <utility>

namespace notrack
{

/// What runs remember, in memory; a boot forgets all but the prefixes.
class MemoryOfRuns : public RunMemory
{
public:
    Result<std::unique_ptr<RunLock>> lock(std::chrono::milliseconds /*wait*/) override
    {
        if (busy)
            return makeError(ErrorKind::Busy, "another run is under way");
        if (whileWaiting)
            std::exchange(whileWaiting, nullptr)();
        return std::make_unique<RunLock>();
    }

    bool isLocked() override
    {
        if (whileLooking)
            std::exchange(whileLooking, nullptr)();
        return busy;
    }

    std::optional<std::string> read(Remembered what) override
    {
        const auto found = texts.find(what);
        return found == texts.end() ? std::nullopt : std::optional(found->second);
    }

    Result<void> write(Remembered what, std::string_view text) override
    {
        if (readOnly)
            return makeError(ErrorKind::Failed, "no room");
        texts[what] = text;
        return {};
    }

    void erase(Remembered what) override { texts.erase(what); }
    std::chrono::seconds sinceBoot() override { return now; }

    std::map<Remembered, std::string> texts;
    std::chrono::seconds now{1000};
    bool busy = false;
    bool readOnly = false;
    std::function<void()> whileWaiting; ///< runs once, before the run lock is given
    std::function<void()> whileLooking; ///< runs once, before somebody learns who holds it
};

} // namespace notrack
