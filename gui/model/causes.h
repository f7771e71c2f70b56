#pragma once

#include "gui/model/odd_ones.h"
#include "gui/model/tree_row.h"

#include <vector>

namespace notrack::gui
{

/// What nodes can be put together by.
enum class Grouping { Cause, Finding, Digest, Version, Backend, Clock, Group };

inline constexpr std::array allGroupings{Grouping::Cause,   Grouping::Finding, Grouping::Digest, Grouping::Version,
                                         Grouping::Backend, Grouping::Clock,   Grouping::Group};

/// For people, in their language.
QString displayText(Grouping grouping);

/// What nodes have in common, with the nodes below it: "What they have in common | Nodes" and "Node | State". The worst or the most frequent first;
/// what differs from most nodes is marked. A node may stand at several findings and groups.
std::vector<TreeRow> buildCauseRows(const std::vector<const NodeRecord*>& nodes, Grouping grouping);
QStringList causeTitles();

} // namespace notrack::gui
