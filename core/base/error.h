#pragma once

#include <tl/expected.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace notrack
{

/// What went wrong, as far as a caller may act on it: it alone decides the exit code and whether a retry makes sense.
enum class ErrorKind {
    Failed,       ///< anything without a kind of its own
    Usage,        ///< the command line is wrong
    BadProfile,   ///< a profile cannot be read or asks for the impossible
    NoBackend,    ///< the kernel offers no table that this program could write
    Busy,         ///< somebody else holds the lock, or the table kept changing; worth another try later
    Conflict,     ///< the table changed between read and commit; worth another try at once
    NotPermitted, ///< the caller lacks a privilege
};

/// "failed", "usage", "bad-profile", "no-backend", "busy", "conflict", "not-permitted".
std::string_view toText(ErrorKind kind);

/// Error::code of a change that could not be taken back: what stands in the kernel has no verdict, and DNS may be down.
inline constexpr const char* rollbackFailed = "rollback-failed";

/// A failure as one sentence: what is wrong and what would be right; `where` names the file, table or call, and may be empty.
struct Error
{
    ErrorKind kind = ErrorKind::Failed;
    std::string message;
    std::string where;
    std::string code; ///< a stable word for what programs tell apart beyond the kind; empty mostly

    bool operator==(const Error&) const = default;
};

/// "where: message", or the message alone.
std::string toText(const Error& error);

/// Either a value or the Error that kept it from being made.
template <typename T>
using Result = tl::expected<T, Error>;

/// Shorthand for returning an error from a function that gives a Result.
inline tl::unexpected<Error> makeError(ErrorKind kind, std::string message, std::string where = {})
{
    return tl::unexpected<Error>(Error{kind, std::move(message), std::move(where), {}});
}

} // namespace notrack
