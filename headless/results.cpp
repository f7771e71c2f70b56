#include "headless/results.h"

#include "core/base/clean_text.h"
#include "core/base/stopwatch.h"
#include "core/base/version.h"
#include "core/linux/system/replaced_file.h"
#include "core/profile/profile_files.h"
#include "core/profile/profile_reader.h"
#include "core/report/doctor.h"
#include "core/report/prometheus.h"
#include "core/report/report_codec.h"
#include "headless/text_report.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace notrack
{

namespace
{

bool outputFails = false;

/// False where not all of it could be written.
bool writeAll(int file, std::string_view text)
{
    while (!text.empty()) {
        const ssize_t written = write(file, text.data(), text.size());
        if (written < 0 && errno != EINTR)
            return false;
        text.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
    return true;
}

} // namespace

Result<std::vector<ProfileSource>> loadSources(const Arguments& arguments)
{
    const std::vector<std::filesystem::path> paths(arguments.profiles.begin(), arguments.profiles.end());
    // No package brings a profile: whoever has none yet is told where to get one.
    if (std::error_code problem; !arguments.profilesGiven && !std::filesystem::exists(paths.front(), problem) && !problem)
        return makeError(ErrorKind::BadProfile,
                         "there is no such file: 'dns-notrack discover' writes one from what the node knows, and "
                         "/usr/share/doc/dns-notrack/examples has some to copy",
                         paths.front().string());
    return loadProfileSources(paths);
}

Result<Profile> loadProfile(const Arguments& arguments)
{
    const auto sources = loadSources(arguments);
    if (!sources)
        return tl::unexpected(sources.error());
    return readProfile(*sources, arguments.node);
}

void printText(const std::string& text)
{
    print(cleanText(text, Newlines::Keep));
}

void printProblem(const std::string& text)
{
    writeAll(STDERR_FILENO, cleanText("dns-notrack: " + text, Newlines::Keep) + "\n");
}

void print(std::string_view text)
{
    outputFails = outputFails || !writeAll(STDOUT_FILENO, text);
}

bool outputIsWritten()
{
    return !outputFails;
}

void printForPrograms(const Arguments& arguments, const Report& report)
{
    if (arguments.output == OutputFormat::Json)
        print((arguments.watch ? writeReport(report) : writeReportIndented(report)) + "\n");
    else if (arguments.output == OutputFormat::Prometheus)
        print(describeMetrics(report));
}

ExitCode exportMetrics(const Arguments& arguments, const Report& report, ExitCode code)
{
    if (arguments.textFile.empty())
        return code;
    const Result<void> written = replaceFile(arguments.textFile, describeMetrics(report));
    if (written)
        return code;
    printProblem(toText(written.error()));
    return code == ExitCode::Done ? exitCodeOf(written.error()) : code;
}

ExitCode fail(const Arguments& arguments, const std::string& command, const Error& error)
{
    printProblem(toText(error));
    Report report;
    report.node = arguments.node;
    report.time = currentTime();
    report.version = programVersion;
    report.command = command;
    report.state = NodeState::Error;
    report.error = error;
    printForPrograms(arguments, report);
    return exportMetrics(arguments, report, exitCodeOf(error));
}

Intent intentOf(const Arguments& arguments)
{
    switch (arguments.command) {
    case CommandName::Apply:
        return arguments.reconcile ? Intent::Reconcile : Intent::Apply;
    case CommandName::Remove:
        return Intent::Remove;
    case CommandName::Trial:
        return Intent::Trial;
    case CommandName::Retire:
        return arguments.undo ? Intent::EndRetirement : Intent::Retire;
    default:
        return Intent::Status;
    }
}

ExitCode conclude(const Arguments& arguments, const Report& report)
{
    const Mode mode = arguments.check ? Mode::Check : Mode::Write;
    if (report.error)
        printProblem(toText(*report.error));
    printForPrograms(arguments, report);
    if (arguments.output == OutputFormat::Text && !report.error) {
        const bool eventful = arguments.reconcile ? report.changed || report.rolledBack || !report.waitsFor.empty()
                                                  : report.state == NodeState::Unsafe || report.rolledBack;
        if (eventful || !arguments.quiet)
            printText(describeOutcome(report, arguments.check) + (arguments.reconcile ? "" : describeProblems(report)));
        if (arguments.diff)
            printText(report.diff);
    }
    return exportMetrics(arguments, report, exitCodeOf(report, intentOf(arguments), mode));
}

Request requestOf(const Arguments& arguments, std::optional<Profile> profile)
{
    return {.intent = intentOf(arguments),
            .mode = arguments.check ? Mode::Check : Mode::Write,
            .profile = std::move(profile),
            .wait = arguments.wait,
            .spread = arguments.spread,
            .delivery = arguments.delivery,
            .trials = arguments.trials,
            .diff = arguments.diff || arguments.output == OutputFormat::Json ? DiffText::Made : DiffText::LeftOut};
}

ExitCode concludeStatus(const Arguments& arguments, const Report& report)
{
    if (report.error)
        printProblem(toText(*report.error));
    printForPrograms(arguments, report);
    if (arguments.output == OutputFormat::Text && !report.error)
        printText(describeReport(report) + (arguments.diff ? report.diff : "") + (arguments.watch ? "\n" : ""));
    return exportMetrics(arguments, report, exitCodeOf(report, Intent::Status, Mode::Check));
}

ExitCode concludeDoctor(const Arguments& arguments, const Report& report)
{
    if (report.error)
        printProblem(toText(*report.error));
    if (arguments.output == OutputFormat::Json)
        print(writeReportIndented(report) + "\n");
    else if (!report.error)
        printText(describeHealth(report));
    return exitCodeOf(report, Intent::Status, Mode::Check);
}

} // namespace notrack
