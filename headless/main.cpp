#include "headless/arguments.h"
#include "headless/commands.h"

#include <cstdlib>
#include <exception>
#include <iostream>

/// Reads the command line and hands over to the command; every failure ends as one sentence on stderr and an exit code.
int main(int count, char** words)
{
    using namespace notrack;
    try {
        std::ios::sync_with_stdio(false);
        const auto arguments = readArguments(count, words);
        if (!arguments) {
            std::cerr << "dns-notrack: " << toText(arguments.error()) << '\n';
            return static_cast<int>(exitCodeOf(arguments.error().kind));
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
