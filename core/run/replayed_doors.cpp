#include "core/run/replayed_doors.h"

#include "core/base/spelling.h"

#include <algorithm>
#include <array>
#include <limits>

namespace notrack
{

namespace
{

constexpr std::array everythingRemembered{Remembered::Pending,  Remembered::Verdict, Remembered::Damping, Remembered::Trial,
                                          Remembered::Prefixes, Remembered::Digests, Remembered::Start,   Remembered::Before,
                                          Remembered::Census,   Remembered::Retired};

tl::unexpected<Error> nothingChanges()
{
    return makeError(ErrorKind::NotPermitted, "a capture is judged, never changed", "capture");
}

std::string_view nftablesFamily(Family family)
{
    return family == Family::Ipv4 ? "ip" : "ip6";
}

/// Whether nftables has a table of that name in the family that is not one of ours.
bool isForeign(const CapturedNftables& nftables, const Table& own, const std::string& name)
{
    const std::string_view family = nftablesFamily(own.family);
    if (!nftables.rules)
        return false;
    const std::vector<nf_tables::Table>& all = nftables.rules->tables;
    const bool there =
        std::any_of(all.begin(), all.end(), [&](const nf_tables::Table& table) { return table.name == name && table.family == family; });
    const std::string full = std::string(family) + " " + name;
    return there && std::find(own.nftablesTables.begin(), own.nftablesTables.end(), full) == own.nftablesTables.end();
}

} // namespace

ReplayedStore::ReplayedStore(const Capture& capture, Backend backend, const std::optional<std::string>& chainPrefix)
    : m_capture(capture), m_backend(backend)
{
    if (backend == Backend::Nftables && chainPrefix)
        m_ownTable = lowerCase(*chainPrefix);
}

const CapturedTable* ReplayedStore::find(Family family) const
{
    for (const CapturedBackend& backend : m_capture.backends) {
        if (backend.backend != m_backend)
            continue;
        for (const CapturedTable& table : backend.tables) {
            if (table.family == family)
                return &table;
        }
    }
    return nullptr;
}

Result<Table> ReplayedStore::snapshot(Family family)
{
    const CapturedTable* found = find(family);
    if (found == nullptr || (!found->table && !found->error))
        return makeError(ErrorKind::Failed, "is not in this capture",
                         std::string(toText(family)) + " raw table of " + std::string(toText(m_backend)));
    if (found->error)
        return tl::unexpected(*found->error);
    if (m_ownTable && isForeign(m_capture.nftables, *found->table, *m_ownTable))
        return makeError(ErrorKind::Failed,
                         "somebody else made the table " + *m_ownTable + "; delete or rename it, or choose another chainPrefix",
                         "nftables family " + std::string(nftablesFamily(family)));
    Table table = *found->table;
    table.family = family;
    return table;
}

std::optional<std::string> ReplayedStore::unavailable(Family family)
{
    const CapturedTable* found = find(family);
    return found == nullptr ? std::nullopt : found->unavailable;
}

Result<std::unique_ptr<LockedTables>> ReplayedStore::lock(std::chrono::milliseconds /*wait*/)
{
    return nothingChanges();
}

bool hasTables(const Capture& capture, Backend backend)
{
    return std::any_of(capture.backends.begin(), capture.backends.end(), [&](const CapturedBackend& each) {
        const bool any =
            std::any_of(each.tables.begin(), each.tables.end(), [](const CapturedTable& table) { return table.table.has_value(); });
        return each.backend == backend && !each.error && any;
    });
}

Result<std::unique_ptr<RunLock>> ReplayedMemory::lock(std::chrono::milliseconds /*wait*/)
{
    return nothingChanges();
}

std::optional<std::string> ReplayedMemory::read(Remembered what)
{
    for (const CapturedFile& text : m_memory.texts) {
        if (text.path == toText(what))
            return text.text;
    }
    return std::nullopt;
}

Result<void> ReplayedMemory::write(Remembered /*what*/, std::string_view /*text*/)
{
    return nothingChanges();
}

std::chrono::seconds ReplayedMemory::sinceBoot()
{
    constexpr std::uint64_t century = 100ULL * 366 * 24 * 3600; // any number may stand there
    return std::chrono::seconds(std::min(m_memory.sinceBoot, century));
}

CapturedBackend captureTables(TableStore& store)
{
    CapturedBackend captured{.backend = store.backend(), .error = {}, .tables = {}};
    for (const Family family : allFamilies) {
        CapturedTable& one = captured.tables.emplace_back(CapturedTable{.family = family, .table = {}, .error = {}, .unavailable = {}});
        Result<Table> table = store.snapshot(family);
        if (table)
            one.table = std::move(*table);
        else
            one.error = table.error();
        one.unavailable = store.unavailable(family);
    }
    return captured;
}

CapturedMemory captureMemory(RunMemory& memory)
{
    CapturedMemory captured;
    for (const Remembered what : everythingRemembered) {
        if (std::optional<std::string> text = memory.read(what))
            captured.texts.push_back({std::string(toText(what)), std::move(*text), {}});
    }
    captured.locked = memory.isLocked();
    captured.sinceBoot = static_cast<std::uint64_t>(memory.sinceBoot().count());
    return captured;
}

} // namespace notrack
