#pragma once

#include "core/base/error.h"
#include "core/run/probe.h"
#include "core/run/verdict.h"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace notrack
{

enum class CommandName { Apply, Remove, Status, Doctor, Probe, Trial, Retire, Watch, Discover, Why, Capture, Validate, Schema, Version };

enum class OutputFormat { Text, Json, Prometheus };

enum class SchemaName { Profile, Report, Capture };

/// One command line, read and checked as far as it can be without the node.
struct Arguments
{
    CommandName command = CommandName::Version;
    std::vector<std::string> profiles; ///< files and directories, as given or by default
    bool profilesGiven = false;        ///< whether the command line named them
    std::string node;                  ///< name to match in `nodes:`; with captures and for Watch only where the command line gave one
    OutputFormat output = OutputFormat::Text;
    bool check = false;
    bool diff = false;
    bool quiet = false;
    bool census = false;
    std::string pod;        ///< for Why: as it was typed
    bool reconcile = false; ///< an unattended run: waits instead of failing
    std::chrono::seconds spread{0};
    std::string delivery{hostDelivery}; ///< who runs this
    std::string textFile;               ///< where to write metrics as well; empty for nowhere
    std::chrono::milliseconds wait{5000};
    std::optional<std::chrono::milliseconds> watch;
    ProbeSeries series;
    std::uint32_t trials = 1;
    std::vector<std::string> captures; ///< files of nodes to judge instead of this one
    bool undo = false;                 ///< for Retire: ends it
    bool redact = false;               ///< a capture to give away
    SchemaName schema = SchemaName::Profile;
};

/// What to print instead of running a command: the help that was asked for.
struct Help
{
    std::string text;
};

/// Reads the command line behind the program's name; a Usage error says what is wrong with it and where help is.
Result<std::variant<Arguments, Help>> readArguments(std::span<const char* const> words);

} // namespace notrack
