#pragma once

#include "core/base/error.h"

#include <string>

namespace notrack
{

/// What a failed system call means for a caller: NotPermitted for EPERM and EACCES, else Failed.
ErrorKind kindOfErrno(int number);

/// "WHAT: the system's words for the number".
tl::unexpected<Error> systemError(int number, const std::string& what, const std::string& where);

} // namespace notrack
