#include "headless/arguments.h"

#include "core/base/number_text.h"
#include "core/base/spelling.h"
#include "headless/command_line.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <climits>
#include <string_view>

namespace notrack
{

namespace
{

constexpr const char* defaultProfile = "/etc/dns-notrack/profile.yaml";
constexpr std::chrono::seconds longestWait{3600};
constexpr std::uint32_t mostTrials = 100;
constexpr std::uint32_t longestSpread = 24 * 3600;
constexpr std::chrono::milliseconds shortestWatch{100};
constexpr std::chrono::seconds longestWatch{3600};
constexpr std::size_t longestDelivery = 64;

std::string hostName()
{
    std::array<char, HOST_NAME_MAX + 1> name{};
    if (gethostname(name.data(), name.size() - 1) != 0)
        return "localhost";
    return name.data();
}

std::string notThis(std::string_view value)
{
    return ", not '" + std::string(value) + "'";
}

std::string takeNumber(std::uint32_t& into, std::string_view value, std::uint32_t least, std::uint32_t most)
{
    const auto number = readNumber<std::uint32_t>(value);
    if (!number || *number < least || *number > most)
        return "takes a number from " + std::to_string(least) + " to " + std::to_string(most) + notThis(value);
    into = *number;
    return {};
}

/// Seconds, with thousandths if need be; what is finer counts for nothing.
std::optional<std::chrono::milliseconds> readSeconds(std::string_view text)
{
    const std::size_t dot = std::min(text.find('.'), text.size());
    const std::string_view fraction = text.substr(std::min(dot + 1, text.size()));
    const std::string thousandths = (std::string(fraction.substr(0, 3)) + "000").substr(0, 3);
    const auto whole = readNumber<std::uint32_t>(dot == 0 && !fraction.empty() ? "0" : text.substr(0, dot));
    const auto part = readNumber<std::uint32_t>(thousandths);
    if (!whole || !part || fraction.find_first_not_of("0123456789") != std::string_view::npos)
        return {};
    return std::chrono::seconds(*whole) + std::chrono::milliseconds(*part);
}

std::string takeWait(Arguments& arguments, std::string_view value)
{
    const auto time = readSeconds(value);
    if (!time || *time > longestWait)
        return "takes seconds from 0 to " + std::to_string(longestWait.count()) + notThis(value);
    arguments.wait = *time;
    return {};
}

std::string takeWatch(Arguments& arguments, std::string_view value)
{
    const auto time = readSeconds(value);
    if (!time || *time < shortestWatch || *time > longestWatch)
        return "takes seconds from 0.1 to " + std::to_string(longestWatch.count()) + notThis(value);
    arguments.watch = time;
    return {};
}

std::string takeSpread(Arguments& arguments, std::string_view value)
{
    std::uint32_t seconds = 0;
    std::string problem = takeNumber(seconds, value, 0, longestSpread);
    arguments.spread = std::chrono::seconds(seconds);
    return problem;
}

/// What can stand in one line of a report.
std::string takeDelivery(Arguments& arguments, std::string_view value)
{
    const auto readable = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_' || c == '/'; };
    if (value.empty() || value.size() > longestDelivery || !std::all_of(value.begin(), value.end(), readable))
        return "takes a name of at most " + std::to_string(longestDelivery) + " letters, digits and -._/";
    arguments.delivery = value;
    return {};
}

/// The value that a word of `words` stands for is the one at its place.
template <typename Value>
std::string takeWord(Value& into, std::string_view value, std::span<const std::string_view> words)
{
    const auto word = std::find(words.begin(), words.end(), value);
    if (word == words.end())
        return "takes no '" + std::string(value) + "'" + suggestion(value, words);
    into = static_cast<Value>(word - words.begin());
    return {};
}

constexpr std::array<std::string_view, 3> formats{"text", "json", "prometheus"};   // as in OutputFormat
constexpr std::array<std::string_view, 3> schemas{"profile", "report", "capture"}; // as in SchemaName

std::string takeOutput(Arguments& arguments, std::string_view value)
{
    return takeWord(arguments.output, value, std::span(formats).first<2>());
}

std::string takeStatusOutput(Arguments& arguments, std::string_view value)
{
    return takeWord(arguments.output, value, formats);
}

std::string takeSchema(Arguments& arguments, std::string_view value)
{
    return takeWord(arguments.schema, value, schemas);
}

std::string takeCount(Arguments& arguments, std::string_view value)
{
    return takeNumber(arguments.series.count, value, 1, mostPairs);
}

std::string takeRate(Arguments& arguments, std::string_view value)
{
    return takeNumber(arguments.series.rate, value, 1, mostPairsPerSecond);
}

std::string takeTrials(Arguments& arguments, std::string_view value)
{
    return takeNumber(arguments.trials, value, 1, mostTrials);
}

template <bool Arguments::*flag>
std::string setFlag(Arguments& arguments, std::string_view /*value*/)
{
    arguments.*flag = true;
    return {};
}

template <std::string Arguments::*text>
std::string takeText(Arguments& arguments, std::string_view value)
{
    arguments.*text = value;
    return {};
}

template <std::vector<std::string> Arguments::*list>
std::string addText(Arguments& arguments, std::string_view value)
{
    (arguments.*list).emplace_back(value);
    return {};
}

constexpr Option profile{"--profile", "PATH ...",
                         "Profile file, or directory of *.yaml; may be repeated (default /etc/dns-notrack/profile.yaml)", Takes::OneEach,
                         addText<&Arguments::profiles>};
constexpr Option node{"--node", "NAME", "Name to look up in the profile's 'nodes:' (default: the host name)", Takes::One,
                      takeText<&Arguments::node>};
constexpr Option check{"--check", "", "Write nothing; exit 2 if something would change", Takes::Nothing, setFlag<&Arguments::check>};
constexpr Option diff{"--diff", "", "Show what changes, as a unified diff", Takes::Nothing, setFlag<&Arguments::diff>};
constexpr Option wait{"--wait", "SECONDS", "How long to wait for the xtables lock (default 5)", Takes::One, takeWait};
constexpr Option quiet{"--quiet", "", "Print nothing unless something fails", Takes::Nothing, setFlag<&Arguments::quiet>};
constexpr Option output{"--output", "FORMAT", "text (default) or json", Takes::One, takeOutput};
constexpr Option textFile{"--textfile", "PATH", "Write metrics there as well, for the node exporter's textfile collector", Takes::One,
                          takeText<&Arguments::textFile>};

constexpr Option judgedCaptures(std::array<std::string_view, 2> excludes, std::string_view needs = {})
{
    return {
        "--capture", "FILE ...", "Judge the nodes of these captures instead of this one", Takes::Many, addText<&Arguments::captures>, {},
        excludes,    needs};
}

constexpr Option applyOptions[] = {
    profile,
    node,
    check,
    diff,
    wait,
    quiet,
    output,
    textFile,
    {"--reconcile",
     "",
     "As the timer runs it: wait for what is not ready, withdraw rules that became unsafe (not with --check)",
     Takes::Nothing,
     setFlag<&Arguments::reconcile>,
     {},
     {"--check"}},
    {"--spread", "SECONDS", "With --reconcile: nodes take turns with a new profile over this time (default 0)", Takes::One, takeSpread,
     "DNS_NOTRACK_SPREAD"},
    {"--delivery", "NAME", "Who runs this on the node: with --reconcile, one leaves alone what another keeps (default host)", Takes::One,
     takeDelivery, "DNS_NOTRACK_DELIVERY"},
    judgedCaptures({"--textfile"}, "--check"),
};
constexpr Option removeOptions[] = {profile, node, check, diff, wait, quiet, output};
constexpr Option statusOptions[] = {
    profile,
    node,
    {"--output", "FORMAT", "text (default), json or prometheus", Takes::One, takeStatusOutput},
    textFile,
    {"--diff", "", "Show what apply would change", Takes::Nothing, setFlag<&Arguments::diff>},
    {"--watch", "SECONDS", "Report again every SECONDS until the reader goes away", Takes::One, takeWatch},
    judgedCaptures({"--watch", "--textfile"}),
};
constexpr Option doctorOptions[] = {
    profile,
    node,
    output,
    judgedCaptures({}),
    {"--census",
     "",
     "Count who fills the conntrack table, which reads all of it (not with --capture)",
     Takes::Nothing,
     setFlag<&Arguments::census>,
     {},
     {"--capture"}},
};
constexpr Option whyOptions[] = {
    {"POD", "", "Address of a pod on this node", Takes::One, takeText<&Arguments::pod>}, profile, node, output};
constexpr Option probeOptions[] = {
    profile,
    node,
    output,
    {"--count", "PAIRS", "Pairs of queries from each place (default 20)", Takes::One, takeCount},
    {"--rate", "PAIRS", "Pairs a second (default 10)", Takes::One, takeRate},
};
constexpr Option trialOptions[] = {
    profile, node, output, {"--count", "N", "How many trials, one after the other (default 1)", Takes::One, takeTrials}, wait};
constexpr Option retireOptions[] = {
    profile, node,   {"--undo", "", "End it: the timer applies the profile again", Takes::Nothing, setFlag<&Arguments::undo>},
    wait,    output, textFile};
constexpr Option watchOptions[] = {profile, node, wait, textFile};
constexpr Option discoverOptions[] = {node, judgedCaptures({})};
constexpr Option captureOptions[] = {
    profile,
    node,
    {"--redact", "", "Replace addresses, names and comments, so that it can be given away", Takes::Nothing, setFlag<&Arguments::redact>}};
constexpr Option validateOptions[] = {
    {"FILE", "", "Profile files, or directories of *.yaml, read as one profile", Takes::Many, addText<&Arguments::profiles>}, node, output};
constexpr Option schemaOptions[] = {{"KIND", "profile|report|capture", "Which schema", Takes::One, takeSchema}};

constexpr Command allCommands[] = {
    {CommandName::Apply, "apply", "Make this node hold the profile's rules", applyOptions},
    {CommandName::Remove, "remove", "Take all our chains, jumps and rules away", removeOptions},
    {CommandName::Status, "status", "Compare this node with the profile, with counters; changes nothing", statusOptions},
    {CommandName::Doctor, "doctor", "Say whether the rules are safe here, and whether this node needs them; changes nothing",
     doctorOptions},
    {CommandName::Why, "why", "Say what stands between one pod of this node and the DNS service; changes nothing", whyOptions},
    {CommandName::Probe, "probe", "Ask the DNS service for A and AAAA at once, from this node and from pods", probeOptions},
    {CommandName::Trial, "trial", "Try the rules with packets of our own, from every pod, and leave the node as it was", trialOptions},
    {CommandName::Retire, "retire", "Take our rules away before this node leaves IPVS, and keep the timer from applying them",
     retireOptions},
    {CommandName::Watch, "watch", "Reconcile this node whenever its links or addresses change, until it is ended", watchOptions},
    {CommandName::Discover, "discover", "Print a profile made from what this node knows of its cluster", discoverOptions},
    {CommandName::Capture, "capture", "Print all that judging this node reads as one JSON document; changes nothing", captureOptions},
    {CommandName::Validate, "validate", "Check profiles and print the rules they stand for; needs no privileges", validateOptions},
    {CommandName::Schema, "schema", "Print the JSON Schema of profiles, reports or captures", schemaOptions},
    {CommandName::Version, "version", "Print the version", {}},
};

std::string unknownCommand(std::string_view word)
{
    std::vector<std::string_view> known;
    for (const Command& command : allCommands)
        known.push_back(command.word);
    std::sort(known.begin(), known.end());
    return "there is no command '" + std::string(word) + "'" + suggestion(word, known) + " (see 'dns-notrack --help')";
}

/// What a command line leaves open.
void fillIn(Arguments& arguments)
{
    arguments.profilesGiven = !arguments.profiles.empty();
    if (!arguments.profilesGiven)
        arguments.profiles.emplace_back(defaultProfile);
    if (arguments.node.empty() && arguments.captures.empty() && arguments.command != CommandName::Watch)
        arguments.node = hostName();
}

} // namespace

Result<std::variant<Arguments, Help>> readArguments(std::span<const char* const> words)
{
    if (words.empty())
        return makeError(ErrorKind::Usage, "name a command (see 'dns-notrack --help')");
    const std::string_view word = words.front();
    if (word == "-h" || word == "--help")
        return Help{helpOf(allCommands)};
    if (word == "--version")
        return Arguments{};
    const auto* const command =
        std::find_if(std::begin(allCommands), std::end(allCommands), [&](const Command& each) { return each.word == word; });
    if (command == std::end(allCommands))
        return makeError(ErrorKind::Usage, unknownCommand(word));
    auto read = readCommand(*command, words.subspan(1));
    if (read && std::holds_alternative<Arguments>(*read))
        fillIn(std::get<Arguments>(*read));
    return read;
}

} // namespace notrack
