#pragma once

#include <QString>
#include <QStringList>

#include <vector>

namespace notrack::gui
{

/// What stands before a row: shown as an icon, and said in words by one of the cells.
enum class RowMark { None, Ok, Missing, Unexpected, Misplaced, Info, Warning, Fatal, Waived, Stale };

/// A row of a page about a node. `key` tells it from its siblings across refreshes.
struct TreeRow
{
    QString key;
    QStringList cells;
    RowMark mark = RowMark::None;
    std::vector<float> trend = {}; ///< for a sparkline; negative is a gap
    std::vector<TreeRow> children = {};
};

} // namespace notrack::gui
