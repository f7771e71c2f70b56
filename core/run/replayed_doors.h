#pragma once

#include "core/report/capture.h"
#include "core/run/probe.h"
#include "core/run/run_memory.h"
#include "core/run/table_store.h"

#include <optional>
#include <string>

namespace notrack
{

/// The doors to a node that is not here: what its capture holds, and nothing can be changed. The capture must live as long.

/// The raw tables of one backend. `chainPrefix` as makeNftablesStore() has it: a table of somebody else with its name is in the way.
class ReplayedStore : public TableStore
{
public:
    ReplayedStore(const Capture& capture, Backend backend, const std::optional<std::string>& chainPrefix);

    Backend backend() const override { return m_backend; }
    Result<Table> snapshot(Family family) override;
    std::optional<std::string> unavailable(Family family) override;
    Result<std::unique_ptr<LockedTables>> lock(std::chrono::milliseconds wait) override;

private:
    const CapturedTable* find(Family family) const;

    const Capture& m_capture;
    Backend m_backend;
    std::optional<std::string> m_ownTable; ///< of nftables
};

/// Whether the capture has tables of the backend at all.
bool hasTables(const Capture& capture, Backend backend);

class ReplayedMemory : public RunMemory
{
public:
    explicit ReplayedMemory(const CapturedMemory& memory) : m_memory(memory) {}

    Result<std::unique_ptr<RunLock>> lock(std::chrono::milliseconds wait) override;
    bool isLocked() override { return m_memory.locked; }
    std::optional<std::string> read(Remembered what) override;
    Result<void> write(Remembered what, std::string_view text) override;
    void erase(Remembered /*what*/) override {}
    std::chrono::seconds sinceBoot() override;

private:
    const CapturedMemory& m_memory;
};

/// Nobody can be asked there.
class SilentProber : public Prober
{
public:
    std::vector<ProbeResult> probe(const Profile& /*profile*/, const ProbeSettings& /*settings*/) override { return {}; }
};

/// Reads the tables of a store for a capture, and why a family cannot be held.
CapturedBackend captureTables(TableStore& store);

/// Reads what runs remember for a capture.
CapturedMemory captureMemory(RunMemory& memory);

} // namespace notrack
