#include "core/run/trial_tables.h"

#include "core/rules/trial_rules.h"

#include <algorithm>
#include <utility>

namespace notrack
{

namespace
{

bool holdsRules(const std::vector<OwnedPart>& parts)
{
    return std::any_of(parts.begin(), parts.end(), [](const OwnedPart& part) {
        return std::any_of(part.chains.begin(), part.chains.end(), [](const OwnedChain& chain) { return !chain.entries.empty(); });
    });
}

Result<std::vector<OwnedPart>> readStanding(TableStore& store, const std::vector<OwnedPart>& wanted)
{
    const auto compared = compareTables(store, wanted);
    if (!compared)
        return tl::unexpected(compared.error());
    std::vector<OwnedPart> parts;
    for (std::size_t i = 0; i < wanted.size(); ++i)
        parts.push_back(withoutTrial(presentPart(compared->at(i).table, wanted[i])));
    return parts;
}

/// What both backends hold of ours; of the other one only where it holds rules.
Result<Former> readStanding(const Node& node, const TrialStep& step)
{
    Result<std::vector<OwnedPart>> store = readStanding(node.store, step.wanted);
    if (!store)
        return tl::unexpected(store.error());
    Former standing{.store = std::move(*store), .other = {}};
    if (node.other == nullptr)
        return standing;
    Result<std::vector<OwnedPart>> other = readStanding(*node.other, step.wantedOfOther);
    if (!other)
        return tl::unexpected(other.error());
    if (holdsRules(*other))
        standing.other = std::move(*other);
    return standing;
}

/// The same with these ports kept out of it.
std::vector<OwnedPart> withRoom(std::vector<OwnedPart> standing, const TrialStep& step, PortRange ports)
{
    for (OwnedPart& part : standing) {
        if (step.profile.scope == Scope::Any) { // masquerading takes other ports than an exception names
            for (OwnedChain& chain : part.chains)
                chain.entries.clear();
            continue;
        }
        for (const OwnedPart& wanted : step.wanted) {
            if (wanted.ruleset.family == part.ruleset.family)
                part = withExceptions(part, wanted.ruleset, ports);
        }
    }
    return standing;
}

} // namespace

Result<void> NarrowedRules::prepare()
{
    Result<Former> standing = readStanding(m_run.node, m_step);
    if (!standing)
        return tl::unexpected(standing.error());
    m_before = std::move(*standing);
    Former room{.store = withRoom(m_before.store, m_step, m_ports), .other = withRoom(m_before.other, m_step, m_ports)};
    std::vector<OwnedPart> narrowed;
    for (std::size_t i = 0; i < room.store.size(); ++i) {
        const Ruleset& wanted = m_step.wanted[i].ruleset;
        narrowed.push_back(!wanted.has(ChainKind::Rules) ? room.store[i] : withNarrowed(room.store[i], wanted, m_ports));
    }
    m_narrowed = std::make_unique<Change>(m_run.node, std::move(narrowed), std::vector<OwnedPart>{}, m_run.wait);
    if (!holdsRules(m_before.store) && m_before.other.empty())
        return {};
    m_room = std::make_unique<Change>(m_run.node, room.store, room.other, m_run.wait);
    m_tracked = std::move(room);
    const Result<bool> written = m_room->write({});
    return written ? Result<void>() : tl::unexpected(written.error());
}

Result<void> NarrowedRules::untrack()
{
    const Result<bool> written = m_narrowed->write({});
    if (!written)
        return tl::unexpected(written.error());
    m_stands = true;
    if (!m_tracked.store.empty())
        m_narrowed->setFormer({.store = m_tracked.store, .other = {}}); // with the exceptions, which are the trial's as well
    return {};
}

Result<void> NarrowedRules::track()
{
    Result<void> undone = m_narrowed->undo();
    m_stands = m_stands && !undone;
    return undone;
}

std::uint64_t NarrowedRules::counted() const
{
    const auto compared = m_narrowed->compare();
    if (!compared)
        return 1;
    std::uint64_t packets = 0;
    for (const Comparison& comparison : *compared) {
        for (const Hook hook : allHooks) {
            const Chain* chain = findChain(comparison.table, trialChain(m_step.profile.chainPrefix, hook));
            for (std::size_t i = 0; chain != nullptr && i < chain->entries.size(); ++i)
                packets += chain->entries[i].counters.packets;
        }
    }
    return packets;
}

Result<void> NarrowedRules::takeOut()
{
    if (m_stands) {
        if (Result<void> undone = track(); !undone)
            return undone;
    }
    return m_room ? m_room->undo() : Result<void>();
}

Result<void> StandingRules::prepare()
{
    const Result<Former> standing = readStanding(m_run.node, m_step);
    if (!standing)
        return tl::unexpected(standing.error());
    std::vector<OwnedPart> tracked = withRoom(standing->store, m_step, m_ports);
    for (OwnedPart& part : tracked)
        part = withoutTunnels(std::move(part)); // what is lost in a tunnel is lost by the rules, too
    m_room = std::make_unique<Change>(m_run.node, std::move(tracked), std::vector<OwnedPart>{}, m_run.wait);
    return {};
}

Result<void> StandingRules::track()
{
    const Result<bool> written = m_room->write({});
    if (!written)
        return tl::unexpected(written.error());
    m_tracked = true;
    return {};
}

Result<void> StandingRules::untrack()
{
    Result<void> undone = m_room->undo();
    m_tracked = m_tracked && !undone;
    return undone;
}

} // namespace notrack
