#pragma once

#include "core/run/node.h"
#include "core/run/transaction.h"

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace notrack
{

/// What both families shall hold by a profile; `earlierPrefixes` name chains that are ours as well and have to go.
/// Of families that the node cannot hold, nothing is wanted.
std::vector<OwnedPart> wantedParts(const Profile& profile, const std::vector<std::string>& earlierPrefixes,
                                   const std::map<Family, std::string>& unavailable = {});

/// Nothing of ours in either family: under the profile's prefix, where there is a profile, and the earlier ones; under the default one where there
/// is neither.
std::vector<OwnedPart> nothingOfOurs(const Profile* profile, const std::vector<std::string>& earlierPrefixes);

/// What a change found, for a run that has to judge it later.
struct Former
{
    std::vector<OwnedPart> store;
    std::vector<OwnedPart> other;
};

/// One change of a node's tables: what it wants of the two stores, and the way back.
class Change
{
public:
    /// Called once, under the lock of the first store and before anything is written; a failure ends the change there.
    using Announce = std::function<Result<void>(const Former& former)>;

    Change(Node& node, std::vector<OwnedPart> wanted, std::vector<OwnedPart> wantedOfOther, std::chrono::milliseconds wait);

    /// What it wants of both families.
    const std::vector<OwnedPart>& wanted() const { return m_wanted; }
    /// What it wants of the backend that is not in use.
    const std::vector<OwnedPart>& wantedOfOther() const { return m_wantedOfOther; }
    /// What the tables hold against what is wanted, read without a lock.
    Result<std::vector<Comparison>> compare() const;
    /// The same for the backend that is not in use, where only something of ours is a difference.
    Result<std::vector<Comparison>> compareOther() const;

    /// The new rules first, then those that the other backend still holds: at no moment is there none. Gives whether anything was written.
    /// What failed half way was taken back, or the error has the code rollbackFailed.
    Result<bool> write(const Announce& announce);

    /// Puts back what the first write found. A lock that somebody holds is waited for as long as this process lives; any other failure is
    /// tried again for some seconds, and then it has the code rollbackFailed.
    Result<void> undo();

    /// Writes again what undo() took out.
    Result<void> redo();

    /// For a write after a trial, which moved what stands: what stood before it is what an undo puts back, and what counters start from.
    void startFrom(Former before);

    /// For a write before which nobody is asked anything: what was just read of both stores, without a lock.
    void startFrom(Observed store, Observed other);

    /// As if a write had found this.
    void setFormer(Former former) { m_former = std::move(former); }
    /// What the last write read back of the first store, once; nothing where there was none, or something was taken back since.
    std::optional<std::vector<Comparison>> takeReadBack() { return std::exchange(m_after, std::nullopt); }
    /// Why a commit could not be read back, or nothing.
    const std::optional<Error>& unread() const { return m_unread; }
    /// Whether rules of others changed while this wrote, by somebody who does not hold the lock.
    bool othersChanged() const { return m_othersChanged; }

private:
    Result<bool> writeStores(const std::vector<OwnedPart>& parts, const std::vector<OwnedPart>& otherParts, const BeforeCommit& before);
    Result<void> undoOnce();

    Node& m_node;
    std::vector<OwnedPart> m_wanted;
    std::vector<OwnedPart> m_wantedOfOther;
    std::chrono::milliseconds m_wait;
    Former m_former;
    Observed m_observed;
    std::optional<Observed> m_observedOther;
    bool m_started = false; ///< startFrom() was told what stood
    bool m_otherWritten = false;
    std::optional<Error> m_unread;
    std::optional<std::vector<Comparison>> m_after;
    bool m_othersChanged = false;
};

} // namespace notrack
