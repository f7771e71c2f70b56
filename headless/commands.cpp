#include "headless/commands.h"

#include "core/base/stopwatch.h"
#include "core/base/version.h"
#include "core/linux/backend.h"
#include "core/linux/dns/dns_prober.h"
#include "core/linux/dns/node_interrogator.h"
#include "core/linux/dns/tunnel_echoes.h"
#include "core/linux/node/node_clues.h"
#include "core/linux/node/node_inspector.h"
#include "core/linux/remembered_files.h"
#include "core/linux/system/privileges.h"
#include "core/report/pod_page.h"
#include "core/report/report_codec.h"
#include "core/report/rule_report.h"
#include "core/report/schema.h"
#include "core/run/discover.h"
#include "core/run/effect.h"
#include "core/run/operation.h"
#include "headless/captured_nodes.h"
#include "headless/losses.h"
#include "headless/results.h"
#include "headless/text_report.h"
#include "headless/watch.h"
#include "headless/watcher.h"
#include "headless/why.h"

#include <algorithm>

namespace notrack
{

namespace
{

/// The doors to the node that this program runs on.
class LocalNode
{
public:
    LocalNode(std::string name, ChosenBackend backend)
        : m_backend(std::move(backend)), m_inspector(makeNodeInspector()), m_prober(makeDnsProber()),
          m_memory(makeRememberedFiles(MemoryFolders::ofThisProcess())), m_interrogator(makeInterrogator()),
          m_echoes(makeTunnelEchoes()), m_node{std::move(name), *m_backend.store, m_backend.other.get(), *m_inspector,
                                               *m_prober,       *m_memory,        m_interrogator.get(),  m_echoes.get()}
    {
    }

    /// Runs a command on this node.
    Report run(const Request& request)
    {
        Report report = notrack::run(request, m_node);
        report.backendReason = m_backend.reason;
        return report;
    }

    /// For the reports that follow; a report without a census changes nothing.
    void keepCensus(const Report& report)
    {
        Memory memory(*m_memory);
        notrack::keepCensus(report, memory);
    }

private:
    ChosenBackend m_backend;
    std::unique_ptr<NodeInspector> m_inspector;
    std::unique_ptr<Prober> m_prober;
    std::unique_ptr<RunMemory> m_memory;
    std::unique_ptr<Interrogator> m_interrogator;
    std::unique_ptr<TunnelEchoes> m_echoes;
    Node m_node;
};

/// The backend for this process: what it lacks in privileges is said before anything else.
Result<ChosenBackend> openBackend(BackendChoice choice, const std::optional<std::string>& chainPrefix)
{
    if (const Result<void> allowed = requireTableAccess(); !allowed)
        return tl::unexpected(allowed.error());
    return chooseBackend(choice, chainPrefix);
}

/// Apply and retire: what writes by a profile.
ExitCode runChange(const Arguments& arguments, const std::string& command)
{
    const Result<Profile> profile = loadProfile(arguments);
    if (!profile)
        return fail(arguments, command, profile.error());
    Result<ChosenBackend> backend = openBackend(profile->backend, profile->chainPrefix);
    if (!backend)
        return fail(arguments, command, backend.error());
    LocalNode local(arguments.node, std::move(*backend));
    return conclude(arguments, local.run(requestOf(arguments, *profile)));
}

/// Removing works without a profile, too: all it takes from it is the chain prefix.
ExitCode runRemove(const Arguments& arguments)
{
    std::optional<Profile> profile;
    if (Result<Profile> read = loadProfile(arguments))
        profile = std::move(*read);
    else if (arguments.profilesGiven)
        printProblem(toText(read.error()) + "\ndns-notrack: going on with the chains of earlier applies, or of the default chainPrefix");
    Result<ChosenBackend> backend = openBackend(profile.value_or(Profile{}).backend, std::nullopt);
    if (!backend)
        return fail(arguments, "remove", backend.error());
    LocalNode local(arguments.node, std::move(*backend));
    return conclude(arguments, local.run(requestOf(arguments, std::move(profile))));
}

/// What a status reads anew when it changed: the profile, and the backend with it.
class StatusReports
{
public:
    explicit StatusReports(const Arguments& arguments) : m_arguments(arguments) {}

    ExitCode printNext()
    {
        const Result<Profile> profile = loadProfile(m_arguments);
        if (!profile)
            return fail(m_arguments, "status", profile.error());
        if (!m_local || *profile != m_profile) {
            Result<ChosenBackend> backend = openBackend(profile->backend, profile->chainPrefix);
            if (!backend)
                return fail(m_arguments, "status", backend.error());
            m_local.emplace(m_arguments.node, std::move(*backend));
            m_profile = *profile;
            m_judged.reset();
        }
        return print();
    }

private:
    /// Findings are judged anew once a minute: they cost more than all the rest.
    ExitCode print()
    {
        const auto now = std::chrono::steady_clock::now();
        const bool judgeAnew = !m_judged || now - *m_judged >= std::chrono::minutes(1);
        Request request = requestOf(m_arguments, m_profile);
        request.earlier = judgeAnew ? nullptr : &m_findings;
        const Report report = m_local->run(request);
        if (judgeAnew && !report.error) {
            m_judged = now;
            m_findings = report.findings;
        }
        return concludeStatus(m_arguments, report);
    }

    const Arguments& m_arguments;
    Profile m_profile;
    std::optional<LocalNode> m_local;
    std::vector<Finding> m_findings;
    std::optional<std::chrono::steady_clock::time_point> m_judged;
};

ExitCode runStatus(const Arguments& arguments)
{
    StatusReports reports(arguments);
    ExitCode code = ExitCode::Done;
    const auto once = [&] {
        code = reports.printNext();
        return outputIsWritten();
    };
    if (arguments.watch)
        repeatWhileRead(*arguments.watch, once);
    else
        once();
    return code;
}

ExitCode runDoctor(const Arguments& arguments)
{
    const Result<Profile> profile = loadProfile(arguments);
    if (!profile)
        return fail(arguments, "doctor", profile.error());
    Result<ChosenBackend> backend = openBackend(profile->backend, profile->chainPrefix);
    if (!backend)
        return fail(arguments, "doctor", backend.error());
    AskedDns asked = askDns(*profile);
    LocalNode local(arguments.node, std::move(*backend));
    Report report = local.run(requestOf(arguments, *profile));
    report.command = "doctor";
    if (arguments.census && !report.error)
        if (const Result<void> counted = takeCensus(*profile, report); !counted)
            return fail(arguments, "doctor", counted.error());
    local.keepCensus(report);
    tellLosses(*profile, std::move(asked), report);
    return concludeDoctor(arguments, report);
}

ExitCode runWhy(const Arguments& arguments)
{
    const Result<Profile> profile = loadProfile(arguments);
    if (!profile)
        return fail(arguments, "why", profile.error());
    Result<ChosenBackend> backend = openBackend(profile->backend, profile->chainPrefix);
    if (!backend)
        return fail(arguments, "why", backend.error());
    const Result<Report> report = examinePod(arguments, *profile, std::move(*backend));
    if (!report || report->error)
        return fail(arguments, "why", report ? *report->error : report.error());
    printForPrograms(arguments, *report);
    if (arguments.output == OutputFormat::Text)
        printText(describePod(*report));
    return exitCodeOf(*report, Intent::Status, Mode::Check);
}

/// Fails when some place got no answer at all.
ExitCode runProbe(const Arguments& arguments)
{
    const Result<Profile> profile = loadProfile(arguments);
    if (!profile)
        return fail(arguments, "probe", profile.error());
    const Result<ProbeSeries> series = makeSeries(arguments.series.count, arguments.series.rate);
    if (!series)
        return fail(arguments, "probe", series.error());
    Report report;
    report.node = arguments.node;
    report.time = currentTime();
    report.version = programVersion;
    report.command = "probe";
    report.profileName = profile->name;
    report.profileDigest = digestOf(*profile);
    report.probe = ProbeReport{DnsProber().series(*profile, profile->safety.probe.value_or(ProbeSettings{}), *series), {}};
    if (arguments.output == OutputFormat::Json)
        print(writeReportIndented(report) + "\n");
    else
        printText(describeProbe(report.probe->before));
    const bool silent = std::any_of(report.probe->before.begin(), report.probe->before.end(),
                                    [](const ProbeResult& result) { return result.answered == 0; });
    return silent ? ExitCode::Failed : ExitCode::Done;
}

ExitCode runTrial(const Arguments& arguments)
{
    const Result<Profile> profile = loadProfile(arguments);
    if (!profile)
        return fail(arguments, "trial", profile.error());
    Result<ChosenBackend> backend = openBackend(profile->backend, profile->chainPrefix);
    if (!backend)
        return fail(arguments, "trial", backend.error());
    LocalNode local(arguments.node, std::move(*backend));
    const Report report = local.run(requestOf(arguments, *profile));
    if (report.error)
        printProblem(toText(*report.error));
    printForPrograms(arguments, report);
    if (arguments.output == OutputFormat::Text && !report.error)
        printText(describeTrialOutcome(report));
    return exitCodeOf(report, Intent::Trial, Mode::Write);
}

ExitCode runValidate(const Arguments& arguments)
{
    const Result<Profile> profile = loadProfile(arguments);
    if (!profile)
        return fail(arguments, "validate", profile.error());
    Report report;
    report.node = arguments.node;
    report.version = programVersion;
    report.command = "validate";
    report.profileName = profile->name;
    report.profileDigest = digestOf(*profile);
    report.profileOverride = profile->overriddenBy;
    report.time = currentTime();
    if (arguments.output == OutputFormat::Text && !report.profileOverride.empty())
        print("# for " + arguments.node + " with the override for " + report.profileOverride + "\n");
    for (const Family family : allFamilies) {
        const Ruleset ruleset = buildRuleset(*profile, family);
        if (ruleset.empty())
            continue;
        report.families.push_back(reportFamily(compare(Table{.family = family, .chains = {}}, wantedPart(ruleset))));
        if (arguments.output == OutputFormat::Text)
            print("# " + std::string(toText(family)) + "\n" + toText(ruleset));
    }
    if (arguments.output == OutputFormat::Json)
        print(writeReportIndented(report) + "\n");
    return ExitCode::Done;
}

ExitCode printSchema(SchemaName name)
{
    switch (name) {
    case SchemaName::Profile:
        print(profileSchema());
        break;
    case SchemaName::Report:
        print(reportSchema());
        break;
    case SchemaName::Capture:
        print(captureSchema());
        break;
    }
    return ExitCode::Done;
}

} // namespace

ExitCode runCommand(const Arguments& arguments)
{
    if (!arguments.captures.empty())
        return judgeCaptures(arguments);
    switch (arguments.command) {
    case CommandName::Apply:
        return runChange(arguments, "apply");
    case CommandName::Retire:
        return runChange(arguments, "retire");
    case CommandName::Remove:
        return runRemove(arguments);
    case CommandName::Status:
        return runStatus(arguments);
    case CommandName::Doctor:
        return runDoctor(arguments);
    case CommandName::Why:
        return runWhy(arguments);
    case CommandName::Probe:
        return runProbe(arguments);
    case CommandName::Trial:
        return runTrial(arguments);
    case CommandName::Watch:
        return watchNode(arguments);
    case CommandName::Capture:
        return printCapture(arguments);
    case CommandName::Discover:
        printText(writeProfile(readNodeClues(liveSources(), arguments.node)));
        return ExitCode::Done;
    case CommandName::Validate:
        return runValidate(arguments);
    case CommandName::Schema:
        return printSchema(arguments.schema);
    case CommandName::Version:
        print("dns-notrack " + std::string(programVersion) + "\n");
        return ExitCode::Done;
    }
    return ExitCode::Failed;
}

} // namespace notrack
