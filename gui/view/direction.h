#pragma once

namespace notrack::gui
{

/// Which way a search goes.
enum class Direction { Forward, Backward };

} // namespace notrack::gui
