#pragma once

#include "core/base/error.h"

namespace notrack
{

/// NotPermitted, with what to do, unless this process may read and write the tables of its network namespace (CAP_NET_ADMIN and
/// CAP_NET_RAW).
Result<void> requireTableAccess();

} // namespace notrack
