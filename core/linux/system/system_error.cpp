#include "core/linux/system/system_error.h"

#include <cerrno>
#include <cstring>

namespace notrack
{

ErrorKind kindOfErrno(int number)
{
    return number == EPERM || number == EACCES ? ErrorKind::NotPermitted : ErrorKind::Failed;
}

tl::unexpected<Error> systemError(int number, const std::string& what, const std::string& where)
{
    return makeError(kindOfErrno(number), what + ": " + std::strerror(number), where);
}

} // namespace notrack
