#pragma once

#include "core/run/damping.h"
#include "core/run/judged.h"
#include "core/run/pending.h"
#include "core/run/run_memory.h"
#include "core/run/trial_memory.h"
#include "core/run/verdict.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace notrack
{

/// What tells whether another run changed the node meanwhile.
struct ChangesRemembered
{
    std::optional<std::string> pending; ///< as it was written
    std::optional<std::string> verdict;
    std::optional<std::string> retired; ///< since when, as Memory::retired() has it

    bool operator==(const ChangesRemembered&) const = default;
};

/// What the last censuses counted.
struct CensusesKept
{
    std::optional<EntriesCounted> before; ///< without rules of ours
    std::optional<EntriesCounted> since;  ///< with them
};

/// What runs remember, decoded. Text that this version does not understand counts as nothing.
class Memory
{
public:
    explicit Memory(RunMemory& files) : m_files(files) {}

    std::chrono::seconds sinceBoot() const { return m_files.sinceBoot(); }

    /// Whether a run holds the run lock.
    bool isLocked() const { return m_files.isLocked(); }
    ChangesRemembered stateOfChanges() const;
    std::optional<Pending> pending() const;
    std::optional<Verdict> verdict() const;
    Damping damping() const;
    TrialMemory trial() const;
    std::optional<Judged> judged() const;
    /// Chain prefixes under which earlier applies wrote.
    std::vector<std::string> prefixes() const;
    /// Whether a profile with this digest got a verdict on this node, in this boot or before.
    bool hasApplied(const std::string& digest) const;
    /// Since when unattended runs leave this node alone; nothing where they do not.
    std::optional<std::string> retired() const;

    /// What connection tracking had lost in this boot when our rules came, and in a time before that.
    std::optional<LossesOver> lossesAtStart() const;
    std::optional<LossesOver> lossesBefore() const;

    /// What it had lost at the last unattended runs that kept a sample, 20 at most, the latest last.
    std::vector<LossesOver> samples() const;

    CensusesKept censuses() const;

    Result<void> write(const Pending& pending);
    /// A failure costs the telling of what the rules changed, nothing else.
    void writeLossesAtStart(const LossesOver& losses);
    void writeLossesBefore(const LossesOver& losses);
    void addSample(const LossesOver& sample);
    void write(const CensusesKept& censuses);
    /// What trials leave to later ones; a failure costs a repetition, nothing else.
    void write(const TrialMemory& trial);
    /// What an unattended run judged; a failure costs judging again, nothing else.
    void write(const Judged& judged);
    /// The end of a pending change; its profile is no new one any more.
    Result<void> write(const Verdict& verdict);
    /// The end of a pending change without a verdict.
    void erasePending();
    /// Nothing of ours stands any more.
    void forgetChanges();
    /// Writes the damping that `next` makes of the present one, where it differs. A failure costs a pause, nothing else.
    void update(const std::function<Damping(const Damping&)>& next);
    /// Before the first write under a prefix.
    Result<void> addPrefix(const std::string& prefix);
    /// After everything of the other prefixes is gone.
    void keepPrefixOnly(const std::string& prefix);
    /// After everything of all prefixes is gone, in both backends.
    void forgetPrefixes();
    /// `since` is RFC 3339, UTC.
    Result<void> retire(const std::string& since);
    void endRetirement();

private:
    std::optional<LossesOver> losses(Remembered what) const;
    void addDigest(const std::string& digest);

    RunMemory& m_files;
};

} // namespace notrack
