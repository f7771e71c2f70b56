#pragma once

#include "core/run/table_store.h"

#include <memory>

namespace notrack
{

/// The legacy iptables raw tables, through libiptc.
std::unique_ptr<TableStore> makeIptablesStore();

} // namespace notrack
