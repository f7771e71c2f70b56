#include "core/base/error.h"

namespace notrack
{

std::string_view toText(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::Failed:
        return "failed";
    case ErrorKind::Usage:
        return "usage";
    case ErrorKind::BadProfile:
        return "bad-profile";
    case ErrorKind::NoBackend:
        return "no-backend";
    case ErrorKind::Busy:
        return "busy";
    case ErrorKind::Conflict:
        return "conflict";
    case ErrorKind::NotPermitted:
        return "not-permitted";
    }
    return {};
}

std::string toText(const Error& error)
{
    if (error.where.empty())
        return error.message;
    return error.where + ": " + error.message;
}

} // namespace notrack
