#pragma once

#include "gui/model/row_state.h"
#include "gui/model/tree_row.h"

#include <QIcon>

namespace notrack::gui
{

/// Icons are bundled, since not every desktop has a theme; every one has a shape of its own, so that no colour has to be seen.
QIcon stateIcon(RowState state);
/// Null for RowMark::None.
QIcon markIcon(RowMark mark);
QIcon applicationIcon();
/// For data that is too old to pass for live.
QIcon oldDataIcon();

} // namespace notrack::gui
