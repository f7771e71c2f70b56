#pragma once

#include "headless/arguments.h"

#include <array>
#include <span>
#include <string_view>

namespace notrack
{

/// How often an option may stand in a command line, and how many words it takes there.
enum class Takes { Nothing, One, OneEach, Many };

/// An option of a command, or a word that a command takes by itself. All of them are constants, so that a start builds nothing.
struct Option
{
    std::string_view name;  ///< "--wait"; without dashes for what stands by itself, which is then required
    std::string_view value; ///< what the help calls its value
    std::string_view help;
    Takes takes;
    /// Puts a value into the arguments. Returns what is wrong with it, as the end of a sentence that begins with the option's name; empty for nothing.
    std::string (*take)(Arguments& arguments, std::string_view value);
    std::string_view environment{};             ///< the variable that stands in for it
    std::array<std::string_view, 2> excludes{}; ///< options that cannot stand beside it
    std::string_view needs{};                   ///< one that has to
};

struct Command
{
    CommandName name;
    std::string_view word;
    std::string_view summary;
    std::span<const Option> options;
};

/// Reads what follows the command's word; a Usage error says what is wrong.
Result<std::variant<Arguments, Help>> readCommand(const Command& command, std::span<const char* const> words);

/// What `dns-notrack --help` prints.
std::string helpOf(std::span<const Command> commands);

} // namespace notrack
