#pragma once

#include "core/profile/profile_source.h"
#include "core/run/operation.h"
#include "headless/arguments.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

/// The files of the profile that the command line names.
Result<std::vector<ProfileSource>> loadSources(const Arguments& arguments);

/// The profile that the command line names, for the node that it names.
Result<Profile> loadProfile(const Arguments& arguments);

/// Results and diagnostics for people: whatever others named their rules, a terminal shows it and does nothing else.
void printText(const std::string& text);
void printProblem(const std::string& text);

/// Results for programs, as they are.
void print(std::string_view text);
/// Whether all that was printed has reached standard output.
bool outputIsWritten();

/// The report in the format that programs asked for; nothing where people read.
void printForPrograms(const Arguments& arguments, const Report& report);

/// Writes the file for the node exporter, if there shall be one; failing at it makes a run that was all right fail.
ExitCode exportMetrics(const Arguments& arguments, const Report& report, ExitCode code);

/// A failure goes to people as a sentence, and to programs as a report as well, so that they need to read one format only.
ExitCode fail(const Arguments& arguments, const std::string& command, const Error& error);

/// What the command line asks of a node.
Intent intentOf(const Arguments& arguments);
Request requestOf(const Arguments& arguments, std::optional<Profile> profile);

/// Prints what an apply or a remove did. What an unattended run waits for goes to the journal, and only a failure that will not pass by
/// itself is one.
ExitCode conclude(const Arguments& arguments, const Report& report);

/// Prints how a node stands.
ExitCode concludeStatus(const Arguments& arguments, const Report& report);

/// Prints whether the rules are safe on a node, and whether it needs them.
ExitCode concludeDoctor(const Arguments& arguments, const Report& report);

} // namespace notrack
