#pragma once

#include <string>
#include <string_view>

namespace notrack
{

/// Any bytes as UTF-8: what is none becomes characters of a private plane, U+10FF00 and the byte. Text that is UTF-8 stays as it is.
std::string toUtf8(std::string_view bytes);

/// The bytes that toUtf8() made it from.
std::string fromUtf8(std::string text);

} // namespace notrack
