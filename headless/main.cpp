#include "headless/arguments.h"
#include "headless/commands.h"
#include "headless/results.h"

#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>

namespace
{

/// Tables are read several times in a run. Keeping freed memory saves the page faults that would take most of the time with
/// large tables of others.
void keepFreedMemory()
{
    constexpr int plenty = 32 << 20;            // the most that glibc takes for M_MMAP_THRESHOLD (HEAP_MAX_SIZE / 2)
    if (mallopt(M_MMAP_THRESHOLD, plenty) == 1) // else M_TRIM_THRESHOLD would only switch glibc's own adjusting off
        mallopt(M_TRIM_THRESHOLD, plenty);
}

} // namespace

/// Reads the command line and hands over to the command; every failure ends as one sentence on stderr and an exit code.
int main(int count, char** words)
{
    using namespace notrack;
    keepFreedMemory();
    try {
        const auto arguments = readArguments({words + std::min(count, 1), words + count});
        if (!arguments) {
            printProblem(toText(arguments.error()));
            return static_cast<int>(exitCodeOf(arguments.error()));
        }
        if (const auto* help = std::get_if<Help>(&*arguments)) {
            print(help->text);
            return outputIsWritten() ? EXIT_SUCCESS : EXIT_FAILURE;
        }
        const ExitCode code = runCommand(std::get<Arguments>(*arguments));
        const bool readerMayLeave = std::get<Arguments>(*arguments).watch.has_value();
        if (!outputIsWritten() && !readerMayLeave) {
            printProblem("the result cannot be written to standard output");
            return static_cast<int>(ExitCode::Failed);
        }
        return static_cast<int>(code);
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "dns-notrack: %s\n", problem.what()); // memory may be what is missing
        return static_cast<int>(ExitCode::Failed);
    }
}
