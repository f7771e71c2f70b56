#include "core/error.h"

namespace notrack
{

std::string toText(const Error& error)
{
    if (error.where.empty())
        return error.message;
    return error.where + ": " + error.message;
}

} // namespace notrack
