#include "headless/captured_nodes.h"

#include "core/linux/captured_node.h"
#include "core/linux/redacted_capture.h"
#include "core/linux/remembered_files.h"
#include "core/linux/system/privileges.h"
#include "core/linux/system/random_word.h"
#include "core/linux/system/text_file.h"
#include "core/profile/profile_reader.h"
#include "core/report/capture_codec.h"
#include "core/report/report_codec.h"
#include "headless/losses.h"
#include "headless/results.h"
#include "headless/text_report.h"

#include <algorithm>
#include <map>

namespace notrack
{

namespace
{

Result<Capture> loadCapture(const std::string& path)
{
    const Result<std::string> text = readTextFile(path, longestCapture);
    if (!text)
        return tl::unexpected(text.error());
    Result<Capture> capture = readCapture(*text);
    if (!capture)
        capture.error().where = path + ": " + capture.error().where;
    return capture;
}

/// "stateful-forward, host-queries (warning)"
std::string findingsIn(const Report& report)
{
    std::string text;
    for (const Severity severity : {Severity::Fatal, Severity::Warning}) {
        for (const Finding& finding : report.findings) {
            if (finding.severity != severity)
                continue;
            const char* remark = finding.waived ? " (waived)" : severity == Severity::Warning ? " (warning)" : "";
            text += (text.empty() ? "" : ", ") + finding.id + remark;
        }
    }
    return text;
}

/// Judges captures one after the other, so that only one is in memory.
class CapturedFleet
{
public:
    explicit CapturedFleet(const Arguments& arguments) : m_arguments(arguments) {}

    ExitCode go()
    {
        if (m_arguments.profilesGiven) {
            Result<std::vector<ProfileSource>> sources = loadSources(m_arguments);
            if (!sources)
                return fail(m_arguments, "capture", sources.error());
            m_sources = std::move(*sources);
        }
        for (const std::string& path : m_arguments.captures)
            take(path);
        if (isAlone() || m_arguments.command == CommandName::Discover)
            return m_code;
        if (m_arguments.output == OutputFormat::Text)
            printTotals();
        return m_failed > 0 ? ExitCode::Failed : m_code;
    }

private:
    bool isAlone() const { return m_arguments.captures.size() == 1; }

    void take(const std::string& path)
    {
        const Result<Capture> capture = loadCapture(path);
        if (!capture)
            return refuse(capture.error());
        if (m_arguments.command == CommandName::Discover)
            return discover(*capture);
        const Result<Report> report = judge(*capture);
        if (!report)
            return refuse(report.error());
        if (isAlone())
            m_code = concludeOne(*report);
        else
            tell(*report);
    }

    void refuse(const Error& error)
    {
        ++m_failed;
        m_code = exitCodeOf(error);
        if (isAlone())
            m_code = fail(m_arguments, "capture", error);
        else
            printProblem(toText(error));
    }

    Result<Profile> profileFor(const Capture& capture) const
    {
        const std::string& node = m_arguments.node.empty() ? capture.node : m_arguments.node;
        return m_arguments.profilesGiven ? readProfile(m_sources, node) : capturedProfile(capture);
    }

    Result<Report> judge(const Capture& capture) const
    {
        Result<Profile> profile = profileFor(capture);
        if (!profile)
            return tl::unexpected(profile.error());
        auto node = CapturedNode::open(capture, profile->backend, profile->chainPrefix);
        if (!node)
            return tl::unexpected(node.error());
        Report report = (*node)->run(requestOf(m_arguments, std::move(*profile)));
        if (m_arguments.command == CommandName::Doctor) {
            report.command = "doctor";
            recallLosses(capture.report, report);
        }
        return report;
    }

    ExitCode concludeOne(const Report& report) const
    {
        switch (m_arguments.command) {
        case CommandName::Doctor:
            return concludeDoctor(m_arguments, report);
        case CommandName::Apply:
            return conclude(m_arguments, report);
        default:
            return concludeStatus(m_arguments, report);
        }
    }

    /// One of several: a line for people, a document a line for programs.
    void tell(const Report& report)
    {
        const Mode mode = m_arguments.check ? Mode::Check : Mode::Write;
        const ExitCode code = exitCodeOf(report, intentOf(m_arguments), mode);
        if (report.error)
            ++m_failed;
        else
            m_code = std::max(m_code, code);
        ++m_states[report.state];
        if (m_arguments.output == OutputFormat::Json)
            print(writeReport(report) + "\n");
        else
            printText(padded(report.node, 24) + " " + padded(std::string(toText(report.state)), 8) + " " +
                      (report.error ? toText(*report.error) : findingsIn(report)) + "\n");
    }

    void printTotals() const
    {
        std::string text;
        for (const auto& [state, count] : m_states)
            text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + std::string(toText(state));
        const std::size_t unread = m_arguments.captures.size() - judged();
        printText(std::to_string(judged()) + " nodes: " + text +
                  (unread > 0 ? "; " + std::to_string(unread) + " captures could not be judged" : "") + "\n");
    }

    std::size_t judged() const
    {
        std::size_t sum = 0;
        for (const auto& [state, count] : m_states)
            sum += count;
        return sum;
    }

    /// Several profiles are one YAML stream.
    void discover(const Capture& capture)
    {
        const std::string separator = isAlone() ? "" : "---\n";
        printText(separator + writeProfile(capturedClues(capture)));
    }

    const Arguments& m_arguments;
    std::vector<ProfileSource> m_sources;
    std::map<NodeState, std::size_t> m_states;
    std::size_t m_failed = 0;
    ExitCode m_code = ExitCode::Done;
};

/// What a doctor says of a captured node, but for what it asks and counts there.
Result<Report> doctorOf(const Capture& capture, const Profile& profile)
{
    auto node = CapturedNode::open(capture, profile.backend, profile.chainPrefix);
    if (!node)
        return tl::unexpected(node.error());
    Report report = (*node)->run({.intent = Intent::Status, .mode = Mode::Check, .profile = profile});
    report.command = "doctor";
    return report;
}

/// The capture to give away; Failed where it would be judged in another way than the node.
Result<Capture> redactedLike(const Capture& capture)
{
    Result<RedactedCapture> redacted = redactCapture(capture, {randomWord(), randomWord()});
    if (!redacted)
        return tl::unexpected(redacted.error());
    if (!redacted->profile)
        return std::move(redacted->capture);
    Result<Report> plain = doctorOf(capture, *capturedProfile(capture));
    Result<Report> report = doctorOf(redacted->capture, *redacted->profile);
    if (!plain || !report)
        return tl::unexpected(plain ? report.error() : plain.error());
    if (const std::string difference = differenceOfVerdicts(*plain, *report); !difference.empty())
        return makeError(ErrorKind::Failed, "would be judged in another way than the node, so nothing is printed: " + difference,
                         "the redacted capture");
    recallLosses(redacted->capture.report, *report);
    redacted->capture.report = writeReport(*report);
    return std::move(redacted->capture);
}

} // namespace

ExitCode printCapture(const Arguments& arguments)
{
    CaptureRequest request{.node = arguments.node, .sources = {}, .profile = {}};
    Result<std::vector<ProfileSource>> sources = loadSources(arguments);
    Result<Profile> profile = sources ? readProfile(*sources, arguments.node) : tl::unexpected(sources.error());
    if (profile) {
        request.sources = std::move(*sources);
        request.profile = std::move(*profile);
    } else if (arguments.profilesGiven) {
        return fail(arguments, "capture", profile.error());
    } else {
        printProblem(toText(profile.error()) + "\ndns-notrack: this capture holds no profile; whoever judges it has to name one");
    }
    if (const Result<void> allowed = requireTableAccess(); !allowed)
        return fail(arguments, "capture", allowed.error());
    const Profile asked = request.profile.value_or(Profile{});
    Result<ChosenBackend> backend = chooseBackend(asked.backend, asked.chainPrefix);
    if (!backend)
        return fail(arguments, "capture", backend.error());
    AskedDns dns = request.profile ? askDns(*request.profile) : AskedDns{};
    const std::unique_ptr<RunMemory> memory = makeRememberedFiles(MemoryFolders::ofThisProcess());
    Capture capture = takeCapture(request, *backend, *memory);
    if (request.profile) {
        Result<Report> report = doctorOf(capture, *request.profile);
        if (!report)
            return fail(arguments, "capture", report.error());
        tellLosses(*request.profile, std::move(dns), *report);
        capture.report = writeReport(*report);
    }
    if (arguments.redact) {
        Result<Capture> redacted = redactedLike(capture);
        if (!redacted)
            return fail(arguments, "capture", redacted.error());
        capture = std::move(*redacted);
    }
    print(writeCapture(capture));
    return ExitCode::Done;
}

ExitCode judgeCaptures(const Arguments& arguments)
{
    if (arguments.captures.size() > 1 && arguments.output == OutputFormat::Prometheus)
        return fail(arguments, "capture", {ErrorKind::Usage, "metrics are of one node: give one capture", "--capture", {}});
    return CapturedFleet(arguments).go();
}

} // namespace notrack
