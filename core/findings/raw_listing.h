#pragma once

#include "core/findings/node_facts.h"
#include "core/rules/table.h"

#include <string>

namespace notrack
{

/// A raw table that a store has read, in the form in which the findings are judged from saved tables. Rules of others that the
/// store did not decode, since they neither go to a chain nor use the CT target, are left out.
SavedTable listRawTable(const Table& table);

} // namespace notrack
