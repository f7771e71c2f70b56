#pragma once

#include "gui/remote/link_state.h"

#include "core/report/report.h"

#include <QString>

#include <array>

namespace notrack::gui
{

/// The one word for a node in the fleet table: its own state where that is known, else what keeps it from being known.
enum class RowState { InSync, Drifted, Absent, Unsafe, Error, Unreachable, NeedsPerson, Connecting, Paused, Stale };

inline constexpr std::array allRowStates{
    RowState::InSync,      RowState::Drifted,     RowState::Absent,     RowState::Unsafe, RowState::Error,
    RowState::Unreachable, RowState::NeedsPerson, RowState::Connecting, RowState::Paused, RowState::Stale,
};

/// For people, in their language.
QString displayText(RowState state);
/// "1 drifted", "12 need you": for people.
QString countText(RowState state, int count);
/// For files: stable and English.
QString stableName(RowState state);
/// How bad it is, from 0; states that say nothing about the node count as 0.
int badness(RowState state);

/// Whether what is known of a node may pass for what is so now.
enum class Freshness {
    None, ///< nothing is known
    Fresh,
    Stale,    ///< reports should have come since, or cannot come
    Captured, ///< it is what a capture says, and nobody asks the node
};

/// The state that the report tells.
RowState reportedState(const Report& report);
/// `report` may be null.
RowState rowState(const LinkState& link, const Report* report, Freshness freshness);

} // namespace notrack::gui
