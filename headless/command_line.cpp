#include "headless/command_line.h"

#include "core/base/spelling.h"

#include <algorithm>
#include <cstdlib>

namespace notrack
{

namespace
{

constexpr std::size_t helpColumn = 30;
constexpr std::string_view footer =
    "\nExit codes: 0 done or in sync, 1 failed, 2 differs, 3 refused as unsafe, 4 rolled back, DNS was lost,\n"
    "5 a roll-back could not be done and DNS may be down, 64 usage, 65 bad profile, 69 no usable backend, 75 busy, 77 not permitted.\n";

bool isOption(std::string_view word)
{
    return word.starts_with("-") && word.size() > 1;
}

std::string helpLine(const std::string& name, std::string_view text)
{
    std::string line = "  " + name;
    if (line.size() >= helpColumn)
        line += "\n";
    line.append(helpColumn - (line.ends_with('\n') ? 0 : line.size()), ' ');
    return line.append(text) + "\n";
}

std::string helpOf(const Command& command)
{
    std::string positionals;
    std::string options = helpLine("-h,--help", "Print this help message and exit");
    std::string usage = std::string(command.summary) + "\nUsage: dns-notrack " + std::string(command.word) + " [OPTIONS]";
    for (const Option& option : command.options) {
        const std::string value = option.value.empty() ? "" : " " + std::string(option.value);
        if (isOption(option.name)) {
            options += helpLine(std::string(option.name) + value, option.help);
            continue;
        }
        usage += " " + std::string(option.name) + (option.takes == Takes::Many ? "..." : "");
        positionals += helpLine(std::string(option.name) + value, option.help);
    }
    return usage + "\n\n" + (positionals.empty() ? "" : "Words:\n" + positionals + "\n") + "Options:\n" + options + std::string(footer);
}

/// One command line on its way into the arguments.
class CommandLine
{
public:
    CommandLine(const Command& command, std::span<const char* const> words) : m_command(command), m_words(words)
    {
        m_arguments.command = command.name;
    }

    Result<std::variant<Arguments, Help>> read()
    {
        while (m_problem.empty() && m_next < m_words.size()) {
            const std::string_view word = m_words[m_next++];
            if (m_optionsEnded || !isOption(word)) {
                takePositional(word);
            } else if (word == "--") {
                m_optionsEnded = true;
            } else if (word == "-h" || word == "--help") {
                return Help{helpOf(m_command)};
            } else {
                takeOption(word);
            }
        }
        for (const Option& option : m_command.options)
            complete(option);
        if (!m_problem.empty())
            return makeError(ErrorKind::Usage, m_problem + " (see 'dns-notrack " + std::string(m_command.word) + " --help')");
        return m_arguments;
    }

private:
    void refuse(const std::string& sentence)
    {
        if (m_problem.empty())
            m_problem = sentence;
    }

    bool isGiven(std::string_view name) const { return std::find(m_given.begin(), m_given.end(), name) != m_given.end(); }

    void give(const Option& option, std::string_view value)
    {
        if ((option.takes == Takes::One) && isGiven(option.name))
            return refuse(std::string(option.name) + " is given twice");
        m_given.push_back(option.name);
        if (const std::string problem = option.take(m_arguments, value); !problem.empty())
            refuse(std::string(option.name) + " " + problem);
    }

    void takePositional(std::string_view word)
    {
        const auto option = std::find_if(m_command.options.begin(), m_command.options.end(), [&](const Option& each) {
            return !isOption(each.name) && (each.takes == Takes::Many || !isGiven(each.name));
        });
        if (option == m_command.options.end())
            return refuse("nothing is done with the word '" + std::string(word) + "'");
        give(*option, word);
    }

    void takeOption(std::string_view word)
    {
        const std::size_t equals = word.find('=');
        const std::string_view name = word.substr(0, equals);
        const auto option =
            std::find_if(m_command.options.begin(), m_command.options.end(), [&](const Option& each) { return each.name == name; });
        if (option == m_command.options.end())
            return refuse("there is no option '" + std::string(name) + "'" + similarOption(name));
        const bool joined = equals != std::string_view::npos;
        if (option->takes == Takes::Nothing)
            return joined ? refuse(std::string(name) + " takes no value") : give(*option, {});
        if (joined)
            return give(*option, word.substr(equals + 1));
        if (!isValueNext())
            return refuse(std::string(name) + " wants a value: " + std::string(option->value));
        do
            give(*option, m_words[m_next++]);
        while (option->takes == Takes::Many && isValueNext());
    }

    /// A number below zero is a value, too, if only a wrong one.
    bool isValueNext() const { return m_next < m_words.size() && !std::string_view(m_words[m_next]).starts_with("--"); }

    std::string similarOption(std::string_view name) const
    {
        std::vector<std::string_view> known;
        for (const Option& option : m_command.options)
            known.push_back(option.name);
        const std::string_view meant = similarWord(name, known);
        return meant.empty() ? "" : "; did you mean " + std::string(meant) + "?";
    }

    /// What can be said of an option only when all words are read.
    void complete(const Option& option)
    {
        const bool given = isGiven(option.name);
        if (!given && !isOption(option.name))
            return refuse(std::string(option.name) + " is missing");
        if (const char* value = option.environment.empty() || given ? nullptr : std::getenv(option.environment.data());
            value != nullptr && *value != '\0')
            return give(option, value);
        if (!given)
            return;
        for (const std::string_view other : option.excludes) {
            if (!other.empty() && isGiven(other))
                refuse(std::string(option.name) + " excludes " + std::string(other));
        }
        if (!option.needs.empty() && !isGiven(option.needs))
            refuse(std::string(option.name) + " needs " + std::string(option.needs));
    }

    const Command& m_command;
    std::span<const char* const> m_words;
    std::size_t m_next = 0;
    bool m_optionsEnded = false;
    std::vector<std::string_view> m_given;
    std::string m_problem;
    Arguments m_arguments;
};

} // namespace

Result<std::variant<Arguments, Help>> readCommand(const Command& command, std::span<const char* const> words)
{
    return CommandLine(command, words).read();
}

std::string helpOf(std::span<const Command> commands)
{
    std::string text = "Applies profiles of NOTRACK rules for DNS to nodes whose DNS service is balanced by IPVS.\nUsage: dns-notrack "
                       "[OPTIONS] COMMAND\n\n"
                       "Options:\n" +
                       helpLine("-h,--help", "Print this help message and exit") + helpLine("--version", "Print the version and exit") +
                       "\nCommands:\n";
    for (const Command& command : commands)
        text += helpLine(std::string(command.word), command.summary);
    return text.append(footer);
}

} // namespace notrack
