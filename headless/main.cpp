#include "core/base/clean_text.h"
#include "headless/arguments.h"
#include "headless/commands.h"

#include <malloc.h>

#include <cstdlib>
#include <exception>
#include <iostream>

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
        std::ios::sync_with_stdio(false);
        const auto arguments = readArguments(count, words);
        if (!arguments) {
            std::cerr << cleanText("dns-notrack: " + toText(arguments.error()), Newlines::Keep) << '\n';
            return static_cast<int>(exitCodeOf(arguments.error()));
        }
        if (const auto* help = std::get_if<Help>(&*arguments)) {
            std::cout << help->text;
            return EXIT_SUCCESS;
        }
        const ExitCode code = runCommand(std::get<Arguments>(*arguments));
        const bool readerMayLeave = std::get<Arguments>(*arguments).watch.has_value();
        if (!std::cout.flush() && !readerMayLeave) {
            std::cerr << "dns-notrack: the result cannot be written to standard output\n";
            return static_cast<int>(ExitCode::Failed);
        }
        return static_cast<int>(code);
    } catch (const std::exception& problem) {
        std::cerr << "dns-notrack: " << problem.what() << '\n';
        return static_cast<int>(ExitCode::Failed);
    }
}
