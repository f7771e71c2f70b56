#pragma once

#include <functional>

namespace notrack
{

/// Makes a call into a C library that ends the process by abort() where it knows no better, as libiptc does when a descriptor cannot be made
/// close-on-exec. False where it did: what the library had in hand is lost and must not be used again. The call must own nothing that a
/// destructor would have to free, since the way out is a long jump.
bool survivesAbort(const std::function<void()>& call);

} // namespace notrack
