#pragma once

#include <concepts>
#include <type_traits>

namespace notrack
{

/// A value that is visited, to be read or to be written.
template <typename Seen, typename Value>
concept Visited = std::same_as<std::remove_const_t<Seen>, Value>;

} // namespace notrack
