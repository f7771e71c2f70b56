#include "core/run/change.h"

#include "core/rules/trial_rules.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace notrack
{

namespace
{

using namespace std::chrono_literals;

/// Between two tries of a roll-back.
constexpr auto pauseBetweenTries = 100ms;
/// A kernel that refuses to take a change back is asked this often; a lock is waited for without end.
constexpr int mostRefusals = 20;
constexpr auto lockWaitOfRollBack = 60s;

/// What a trial brought in is not put back: it has had its time.
std::vector<OwnedPart> withoutTrials(std::vector<OwnedPart> parts)
{
    for (OwnedPart& part : parts)
        part = withoutTrial(std::move(part));
    return parts;
}

bool passes(const Error& error)
{
    return error.kind == ErrorKind::Busy || error.kind == ErrorKind::Conflict;
}

} // namespace

std::vector<OwnedPart> wantedParts(const Profile& profile, const std::vector<std::string>& earlierPrefixes,
                                   const std::map<Family, std::string>& unavailable)
{
    std::vector<OwnedPart> parts;
    for (const Family family : allFamilies) {
        Ruleset ruleset = buildRuleset(profile, family);
        if (unavailable.contains(family))
            ruleset = {.family = family, .chainPrefix = profile.chainPrefix, .prerouting = {}, .output = {}};
        parts.push_back(wantedPart(ruleset, earlierPrefixes));
    }
    return parts;
}

std::vector<OwnedPart> nothingOfOurs(const Profile* profile, const std::vector<std::string>& earlierPrefixes)
{
    std::vector<std::string> prefixes = earlierPrefixes;
    if (profile != nullptr || prefixes.empty())
        prefixes.insert(prefixes.begin(), profile != nullptr ? profile->chainPrefix : Profile().chainPrefix);
    std::vector<OwnedPart> parts;
    parts.reserve(allFamilies.size());
    for (const Family family : allFamilies)
        parts.push_back(wantedPart(Ruleset{.family = family, .chainPrefix = prefixes.front(), .prerouting = {}, .output = {}}, prefixes));
    return parts;
}

Change::Change(Node& node, std::vector<OwnedPart> wanted, std::vector<OwnedPart> wantedOfOther, std::chrono::milliseconds wait)
    : m_node(node), m_wanted(std::move(wanted)), m_wantedOfOther(std::move(wantedOfOther)), m_wait(wait)
{
}

Result<std::vector<Comparison>> Change::compare() const
{
    return compareTables(m_node.store, m_wanted);
}

Result<std::vector<Comparison>> Change::compareOther() const
{
    if (m_node.other == nullptr)
        return std::vector<Comparison>{};
    return compareTables(*m_node.other, m_wantedOfOther);
}

void Change::startFrom(Former before)
{
    m_former = std::move(before);
    m_otherWritten = !m_former.other.empty();
    m_started = true;
    for (OwnedPart& wanted : m_wanted) {
        for (const OwnedPart& former : m_former.store) {
            if (former.ruleset.family == wanted.ruleset.family)
                wanted = withCounters(std::move(wanted), former);
        }
    }
}

void Change::startFrom(Observed store, Observed other)
{
    m_observed = std::move(store);
    m_observedOther = std::move(other);
}

Result<bool> Change::write(const Announce& announce)
{
    const auto others = m_observedOther ? Result<std::vector<Comparison>>(std::move(*m_observedOther)) : compareOther();
    m_observedOther.reset();
    if (!m_started)
        m_former.other.clear();
    for (std::size_t i = 0; others && !m_started && i < others->size(); ++i)
        m_former.other.push_back(withoutTrial(presentPart(others->at(i).table, m_wantedOfOther.at(i))));
    const auto told = [&](const std::vector<OwnedPart>& before) -> Result<void> {
        if (!m_started)
            m_former.store = withoutTrials(before);
        return announce ? announce(m_former) : Result<void>();
    };
    const bool otherInSync = others && allInSync(*others);
    return writeStores(m_wanted, otherInSync ? std::vector<OwnedPart>{} : m_wantedOfOther, told);
}

Result<bool> Change::writeStores(const std::vector<OwnedPart>& parts, const std::vector<OwnedPart>& otherParts, const BeforeCommit& before)
{
    Result<Transaction> done = writeTables(m_node.store, parts, m_wait, before, std::exchange(m_observed, {}));
    if (!done)
        return tl::unexpected(done.error());
    if (m_former.store.empty())
        m_former.store = withoutTrials(std::move(done->before));
    m_unread = done->unread;
    m_after = std::move(done->after);
    m_othersChanged = done->othersChanged;
    if (m_node.other == nullptr || otherParts.empty())
        return done->changed;
    m_otherWritten = true;
    Result<Transaction> cleared = writeTables(*m_node.other, otherParts, m_wait);
    if (!cleared) {
        if (const Result<void> undone = undo(); !undone)
            return tl::unexpected(undone.error());
        return tl::unexpected(cleared.error());
    }
    return done->changed || cleared->changed;
}

Result<void> Change::undoOnce()
{
    m_after.reset();
    const std::chrono::milliseconds wait = lockWaitOfRollBack;
    if (m_node.other != nullptr && m_otherWritten && !m_former.other.empty()) {
        if (const auto done = writeTables(*m_node.other, m_former.other, wait); !done)
            return tl::unexpected(done.error());
    }
    if (m_former.store.empty())
        return {};
    const auto done = writeTables(m_node.store, m_former.store, wait);
    return done ? Result<void>() : tl::unexpected(done.error());
}

Result<void> Change::undo()
{
    for (int refusals = 0;;) {
        Result<void> done = undoOnce();
        if (done)
            return done;
        if (!passes(done.error()) && ++refusals >= mostRefusals) {
            Error error = done.error();
            error.message = "the change could not be taken back, DNS may be down: " + error.message;
            error.code = rollbackFailed;
            return tl::unexpected(std::move(error));
        }
        std::this_thread::sleep_for(pauseBetweenTries);
    }
}

Result<void> Change::redo()
{
    const Result<bool> done = writeStores(m_wanted, m_otherWritten ? m_wantedOfOther : std::vector<OwnedPart>{}, {});
    return done ? Result<void>() : tl::unexpected(done.error());
}

} // namespace notrack
