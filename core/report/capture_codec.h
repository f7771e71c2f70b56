#pragma once

#include "core/report/capture.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace notrack
{

/// No capture may be larger, in bytes; longer input is refused unread.
inline constexpr std::size_t longestCapture = std::size_t{64} << 20U;

/// The capture as JSON on several lines, ASCII only. Bytes that are no UTF-8 become characters of a private plane, which the reader turns back.
std::string writeCapture(const Capture& capture);

/// Reads what writeCapture wrote, from whoever sent it: any bytes give a Capture or an Error. Unknown fields are passed over, missing ones keep
/// their defaults; size, depth and counts are bounded.
Result<Capture> readCapture(std::string_view json);

} // namespace notrack
