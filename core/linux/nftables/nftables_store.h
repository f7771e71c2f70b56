#pragma once

#include "core/run/table_store.h"

#include <memory>
#include <optional>
#include <string>

namespace notrack
{

/// Tables of our own in nftables, one a family, named after the chain prefix in lower case. Where
/// `chainPrefix` is given, a table of its name that somebody else made is an error; without it, as for the backend that is not
/// in use, such a table is just not ours. Tables of earlier prefixes are found by their mark.
std::unique_ptr<TableStore> makeNftablesStore(const std::optional<std::string>& chainPrefix);

} // namespace notrack
