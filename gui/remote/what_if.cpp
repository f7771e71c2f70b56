#include "gui/remote/what_if.h"

#include "gui/remote/background.h"
#include "gui/remote/captures.h"

#include "core/report/report_codec.h"

#include <QFileInfo>
#include <QProcess>
#include <QStandardPaths>

#include <algorithm>
#include <utility>

namespace notrack::gui
{

namespace
{

constexpr int judgedAtOnce = 2;
constexpr qsizetype longestAnswer = 8 << 20;

struct Judged
{
    std::shared_ptr<const Report> report;
    QString problem;
};

Judged readJudgement(const CallOutcome& outcome)
{
    Result<Report> report = readReport(documentIn(outcome.output));
    if (!report) {
        return {nullptr, outcome.failure.isEmpty() ? QString::fromStdString(toText(report.error())) : outcome.failure};
    }
    if (report->error) {
        return {nullptr, QString::fromStdString(toText(*report->error))};
    }
    return {std::make_shared<const Report>(std::move(*report)), {}};
}

} // namespace

WhatIf::WhatIf(ChannelFactory makeChannel, QString program, QString profile, const std::vector<NodeEntry>& nodes, QObject* parent)
    : QObject(parent), m_makeChannel(std::move(makeChannel)), m_program(std::move(program)), m_profile(std::move(profile)),
      m_turns(judgedAtOnce, this)
{
    connect(&m_turns, &StartQueue::granted, this, &WhatIf::start);
    for (const NodeEntry& node : nodes) {
        m_answers.push_back({node.name, node.captured->path});
        m_turns.request(node.captured->path);
    }
    if (m_program.isEmpty()) {
        m_fault = tr("This machine has no dns-notrack, which judges captures: install its package here.");
    }
}

WhatIf::~WhatIf() = default;

void WhatIf::start(const QString& path)
{
    if (!m_fault.isEmpty()) {
        return;
    }
    auto call = std::make_unique<RunnerCall>(m_makeChannel, longestAnswer, this);
    connect(call.get(), &RunnerCall::finished, this, [this, path](const CallOutcome& outcome) { take(path, outcome); });
    RunnerCall& started = *m_calls.insert_or_assign(path, std::move(call)).first->second;
    started.start({m_program,
                   {QStringLiteral("apply"), QStringLiteral("--check"), QStringLiteral("--capture"), path, QStringLiteral("--profile"),
                    m_profile, QStringLiteral("--output"), QStringLiteral("json")},
                   {}});
}

void WhatIf::take(const QString& path, const CallOutcome& outcome)
{
    if (outcome.missing) {
        m_fault = outcome.failure;
        emit changed();
        return;
    }
    inBackground(
        this, [outcome] { return readJudgement(outcome); },
        [this, path](const Judged& judged) {
            m_calls.erase(path);
            m_turns.release(path);
            for (WhatIfAnswer& answer : m_answers) {
                if (answer.path == path) {
                    answer.known = true;
                    answer.report = judged.report;
                    answer.problem = judged.problem;
                }
            }
            emit changed();
        });
}

QString runnerOfThisMachine(const QString& runner)
{
    const QString name = QStringLiteral("dns-notrack");
    const QStringList folders{QStringLiteral("/usr/sbin"), QStringLiteral("/usr/local/sbin")};
    for (const QString& found : {QStandardPaths::findExecutable(name), QStandardPaths::findExecutable(name, folders)}) {
        if (!found.isEmpty()) {
            return found;
        }
    }
    const QFileInfo last(QProcess::splitCommand(runner).value(0));
    return last.isAbsolute() && last.isExecutable() && last.isFile() ? last.filePath() : QString();
}

} // namespace notrack::gui
