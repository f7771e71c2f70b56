#include "headless/arguments.h"

#include "core/base/spelling.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <CLI/Validators.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <climits>
#include <map>
#include <string_view>

namespace notrack
{

namespace
{

constexpr const char* defaultProfile = "/etc/dns-notrack/profile.yaml";
constexpr double longestWait = 3600;
constexpr std::uint32_t mostTrials = 100;
constexpr std::uint32_t longestSpread = 24 * 3600;
constexpr double shortestWatch = 0.1;
constexpr double longestWatch = 3600;

std::string hostName()
{
    std::array<char, HOST_NAME_MAX + 1> name{};
    if (gethostname(name.data(), name.size() - 1) != 0)
        return "localhost";
    return name.data();
}

std::chrono::milliseconds fromSeconds(double seconds)
{
    return std::chrono::milliseconds(static_cast<std::chrono::milliseconds::rep>(seconds * 1000));
}

constexpr std::size_t longestDelivery = 64;

/// What can stand in one line of a report.
std::string refuseUnreadable(const std::string& name)
{
    const auto readable = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_' || c == '/'; };
    if (!name.empty() && name.size() <= longestDelivery && std::all_of(name.begin(), name.end(), readable))
        return {};
    return "a name of at most " + std::to_string(longestDelivery) + " letters, digits and -._/ is wanted";
}

/// Turns a word into the number of its value, which is what CLI11 reads an enum from.
template <typename Value>
CLI::Validator oneOf(const std::map<std::string, Value>& values)
{
    return CLI::Validator(
        [values](std::string& word) {
            std::string allowed;
            for (const auto& [name, value] : values) {
                if (name == word) {
                    word = std::to_string(static_cast<int>(value));
                    return std::string();
                }
                allowed += (allowed.empty() ? "" : " or ") + name;
            }
            return "must be " + allowed + ", not " + word;
        },
        "");
}

/// The command line as CLI11 sees it; every command lists just the options that mean something to it.
class CommandLine
{
public:
    /// `word` is the command's: only that one gets its options, which are most of the work.
    explicit CommandLine(std::string_view word)
    {
        m_app.require_subcommand(1);
        m_app.get_formatter()->column_width(30);
        m_app.footer("Exit codes: 0 done or in sync, 1 failed, 2 differs, 3 refused as unsafe, 4 rolled back, DNS was lost,\n"
                     "5 a roll-back could not be done and DNS may be down, 64 usage, 65 bad profile, 69 no usable backend, 75 busy, 77 not "
                     "permitted.");
        for (const Command& command : allCommands) {
            CLI::App* added = m_app.add_subcommand(std::string(command.word), std::string(command.summary));
            m_commands[added] = command.name;
            if (command.word == word)
                (this->*command.addOptions)(*added);
        }
        m_app.set_version_flag("--version", [this] {
            m_arguments.command = CommandName::Version;
            return std::string();
        });
    }

    Result<std::variant<Arguments, Help>> read(int count, const char* const* words)
    {
        try {
            m_app.parse(count, words);
        } catch (const CLI::CallForVersion&) {
            return Arguments{};
        } catch (const CLI::CallForHelp&) {
            return Help{chosen() == nullptr ? m_app.help() : chosen()->help("dns-notrack")};
        } catch (const CLI::ParseError& problem) {
            const std::string program = chosen() == nullptr ? "dns-notrack" : "dns-notrack " + chosen()->get_name();
            if (chosen() == nullptr)
                return makeError(ErrorKind::Usage, count > 1 ? unknownCommand(words[1]) : "name a command (see 'dns-notrack --help')");
            return makeError(ErrorKind::Usage, std::string(problem.what()) + " (see '" + program + " --help')");
        }
        m_arguments.command = m_commands.at(chosen());
        finish();
        return m_arguments;
    }

private:
    struct Command
    {
        CommandName name;
        std::string_view word;
        std::string_view summary;
        void (CommandLine::*addOptions)(CLI::App&);
    };

    std::string unknownCommand(const std::string& word) const
    {
        std::vector<std::string> names;
        for (const auto& [command, name] : m_commands)
            names.push_back(command->get_name());
        std::sort(names.begin(), names.end());
        const std::vector<std::string_view> known(names.begin(), names.end());
        return "there is no command '" + word + "'" + suggestion(word, known) + " (see 'dns-notrack --help')";
    }

    const CLI::App* chosen() const
    {
        const std::vector<CLI::App*> commands = m_app.get_subcommands();
        return commands.empty() ? nullptr : commands.front();
    }

    void addApply(CLI::App& command)
    {
        addProfile(command);
        addChange(command);
        addOutput(command);
        addTextFile(command);
        command
            .add_flag("--reconcile", m_arguments.reconcile,
                      "As the timer runs it: wait for what is not ready, withdraw rules that became unsafe")
            ->excludes("--check");
        command.add_option("--spread", m_spread, "With --reconcile: nodes take turns with a new profile over this time (default 0)")
            ->option_text("SECONDS")
            ->envname("DNS_NOTRACK_SPREAD")
            ->check(CLI::Range(0U, longestSpread));
        command
            .add_option("--delivery", m_arguments.delivery,
                        "Who runs this on the node: with --reconcile, one leaves alone what another keeps (default host)")
            ->option_text("NAME")
            ->envname("DNS_NOTRACK_DELIVERY")
            ->check(CLI::Validator(refuseUnreadable, {}));
        addCaptures(command)->needs("--check")->excludes("--textfile");
    }

    void addRemove(CLI::App& command)
    {
        addProfile(command);
        addChange(command);
        addOutput(command);
    }

    void addRetire(CLI::App& command)
    {
        addProfile(command);
        command.add_flag("--undo", m_arguments.undo, "End it: the timer applies the profile again");
        addWait(command);
        addOutput(command);
        addTextFile(command);
    }

    void addWatch(CLI::App& command)
    {
        addProfile(command);
        addWait(command);
        addTextFile(command);
    }

    void addStatus(CLI::App& command)
    {
        addProfile(command);
        addStatusOutput(command);
        addTextFile(command);
        command.add_flag("--diff", m_arguments.diff, "Show what apply would change");
        command.add_option("--watch", m_watch, "Report again every SECONDS until the reader goes away")
            ->option_text("SECONDS")
            ->check(CLI::Range(shortestWatch, longestWatch));
        addCaptures(command)->excludes("--watch")->excludes("--textfile");
    }

    void addDoctor(CLI::App& command)
    {
        addProfile(command);
        addOutput(command);
        addCaptures(command);
        command.add_flag("--census", m_arguments.census, "Count who fills the conntrack table, which reads all of it")
            ->excludes("--capture");
    }

    void addWhy(CLI::App& command)
    {
        command.add_option("POD", m_arguments.pod, "Address of a pod on this node")->required();
        addProfile(command);
        addOutput(command);
    }

    void addProbe(CLI::App& command)
    {
        addProfile(command);
        addOutput(command);
        command.add_option("--count", m_arguments.series.count, "Pairs of queries from each place (default 20)")
            ->option_text("PAIRS")
            ->check(CLI::Range(1U, mostPairs));
        command.add_option("--rate", m_arguments.series.rate, "Pairs a second (default 10)")
            ->option_text("PAIRS")
            ->check(CLI::Range(1U, mostPairsPerSecond));
    }

    void addTrial(CLI::App& command)
    {
        addProfile(command);
        addOutput(command);
        command.add_option("--count", m_arguments.trials, "How many trials, one after the other (default 1)")
            ->option_text("N")
            ->check(CLI::Range(1U, mostTrials));
        addWait(command);
    }

    void addDiscover(CLI::App& command)
    {
        addNode(command);
        addCaptures(command);
    }

    void addCapture(CLI::App& command)
    {
        addProfile(command);
        command.add_flag("--redact", m_arguments.redact, "Replace addresses, names and comments, so that it can be given away");
    }

    void addValidate(CLI::App& command)
    {
        command.add_option("FILE", m_arguments.profiles, "Profile files, or directories of *.yaml, read as one profile")->required();
        addNode(command);
        addOutput(command);
    }

    void addSchema(CLI::App& command)
    {
        command.add_option("KIND", m_arguments.schema, "Which schema")
            ->required()
            ->option_text("profile|report|capture")
            ->transform(
                oneOf<SchemaName>({{"profile", SchemaName::Profile}, {"report", SchemaName::Report}, {"capture", SchemaName::Capture}}));
    }

    void addNothing(CLI::App& /*command*/) {}

    CLI::Option* addCaptures(CLI::App& command)
    {
        return command.add_option("--capture", m_arguments.captures, "Judge the nodes of these captures instead of this one")
            ->option_text("FILE ...")
            ->take_all();
    }

    void addProfile(CLI::App& command)
    {
        command
            .add_option("--profile", m_arguments.profiles,
                        std::string("Profile file, or directory of *.yaml; may be repeated (default ") + defaultProfile + ")")
            ->option_text("PATH ...")
            ->expected(1)
            ->take_all();
        addNode(command);
    }

    void addNode(CLI::App& command)
    {
        command.add_option("--node", m_arguments.node, "Name to look up in the profile's 'nodes:' (default: the host name)")
            ->option_text("NAME");
    }

    void addChange(CLI::App& command)
    {
        command.add_flag("--check", m_arguments.check, "Write nothing; exit 2 if something would change");
        command.add_flag("--diff", m_arguments.diff, "Show what changes, as a unified diff");
        addWait(command);
        command.add_flag("--quiet", m_arguments.quiet, "Print nothing unless something fails");
    }

    void addWait(CLI::App& command)
    {
        command.add_option("--wait", m_wait, "How long to wait for the xtables lock (default 5)")
            ->option_text("SECONDS")
            ->check(CLI::Range(0.0, longestWait));
    }

    void addOutput(CLI::App& command)
    {
        command.add_option("--output", m_arguments.output, "text (default) or json")
            ->option_text("FORMAT")
            ->transform(oneOf<OutputFormat>({{"text", OutputFormat::Text}, {"json", OutputFormat::Json}}));
    }

    void addStatusOutput(CLI::App& command)
    {
        command.add_option("--output", m_arguments.output, "text (default), json or prometheus")
            ->option_text("FORMAT")
            ->transform(oneOf<OutputFormat>(
                {{"text", OutputFormat::Text}, {"json", OutputFormat::Json}, {"prometheus", OutputFormat::Prometheus}}));
    }

    void addTextFile(CLI::App& command)
    {
        command.add_option("--textfile", m_arguments.textFile, "Write metrics there as well, for the node exporter's textfile collector")
            ->option_text("PATH");
    }

    void finish()
    {
        m_arguments.profilesGiven = !m_arguments.profiles.empty();
        if (!m_arguments.profilesGiven)
            m_arguments.profiles.emplace_back(defaultProfile);
        if (m_arguments.node.empty() && m_arguments.captures.empty() && m_arguments.command != CommandName::Watch)
            m_arguments.node = hostName();
        if (m_wait)
            m_arguments.wait = fromSeconds(*m_wait);
        m_arguments.spread = std::chrono::seconds(m_spread);
        if (m_watch)
            m_arguments.watch = fromSeconds(*m_watch);
    }

    static constexpr std::array<Command, 14> allCommands{{
        {CommandName::Apply, "apply", "Make this node hold the profile's rules", &CommandLine::addApply},
        {CommandName::Remove, "remove", "Take all our chains, jumps and rules away", &CommandLine::addRemove},
        {CommandName::Status, "status", "Compare this node with the profile, with counters; changes nothing", &CommandLine::addStatus},
        {CommandName::Doctor, "doctor", "Say whether the rules are safe here, and whether this node needs them; changes nothing",
         &CommandLine::addDoctor},
        {CommandName::Why, "why", "Say what stands between one pod of this node and the DNS service; changes nothing",
         &CommandLine::addWhy},
        {CommandName::Probe, "probe", "Ask the DNS service for A and AAAA at once, from this node and from pods", &CommandLine::addProbe},
        {CommandName::Trial, "trial", "Try the rules with packets of our own, from every pod, and leave the node as it was",
         &CommandLine::addTrial},
        {CommandName::Retire, "retire", "Take our rules away before this node leaves IPVS, and keep the timer from applying them",
         &CommandLine::addRetire},
        {CommandName::Watch, "watch", "Reconcile this node whenever its links or addresses change, until it is ended",
         &CommandLine::addWatch},
        {CommandName::Discover, "discover", "Print a profile made from what this node knows of its cluster", &CommandLine::addDiscover},
        {CommandName::Capture, "capture", "Print all that judging this node reads as one JSON document; changes nothing",
         &CommandLine::addCapture},
        {CommandName::Validate, "validate", "Check profiles and print the rules they stand for; needs no privileges",
         &CommandLine::addValidate},
        {CommandName::Schema, "schema", "Print the JSON Schema of profiles, reports or captures", &CommandLine::addSchema},
        {CommandName::Version, "version", "Print the version", &CommandLine::addNothing},
    }};

    CLI::App m_app{"Applies profiles of NOTRACK rules for DNS to nodes whose DNS service is balanced by IPVS.", "dns-notrack"};
    std::map<const CLI::App*, CommandName> m_commands;
    Arguments m_arguments;
    std::optional<double> m_wait;
    std::optional<double> m_watch;
    std::uint32_t m_spread = 0;
};

} // namespace

Result<std::variant<Arguments, Help>> readArguments(int count, const char* const* words)
{
    const auto* const end = words + count;
    const auto* const word = std::find_if(words + std::min(count, 1), end, [](const char* each) { return *each != '-'; });
    CommandLine commandLine(word == end ? std::string_view() : std::string_view(*word));
    return commandLine.read(count, words);
}

} // namespace notrack
