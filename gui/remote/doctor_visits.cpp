#include "gui/remote/doctor_visits.h"

#include "gui/remote/background.h"

#include "core/report/doctor.h"
#include "core/report/report_codec.h"

#include <QCoreApplication>

#include <utility>

namespace notrack::gui
{

namespace
{

constexpr int visitsAtOnce = 8;

struct DoctorVisitsText
{
    Q_DECLARE_TR_FUNCTIONS(DoctorVisits)
};

} // namespace

DoctorVisit readDoctor(const CallOutcome& outcome)
{
    DoctorVisit visit{DoctorVisit::Phase::Failed, QDateTime::currentDateTime(), outcome.failure};
    const Result<Report> report = readReport(documentIn(outcome.output));
    if (report && report->error) {
        visit.text = QString::fromStdString(toText(*report->error));
    } else if (report) {
        visit.phase = DoctorVisit::Phase::Done;
        visit.text = QString::fromStdString(describeHealth(*report));
    } else if (outcome.refused) {
        visit.text = DoctorVisitsText::tr("%1. The packaged sudoers lets members of dns-notrack-monitor run it, with a runner that begins "
                                          "with \"sudo -n\" in the settings.")
                         .arg(outcome.failure);
    } else if (outcome.failure.isEmpty()) {
        visit.text = DoctorVisitsText::tr("what it printed is no report: %1").arg(QString::fromStdString(toText(report.error())));
    }
    return visit;
}

DoctorVisits::DoctorVisits(const SessionSurroundings& surroundings, QObject* parent)
    : QObject(parent), m_surroundings(surroundings), m_turns(visitsAtOnce, this)
{
    connect(&m_turns, &StartQueue::granted, this, &DoctorVisits::start);
}

void DoctorVisits::ask(const NodeEntry& node)
{
    if (!m_visits.try_emplace(node.name, Visit{node}).second) {
        return;
    }
    emit changed(node.name, {DoctorVisit::Phase::Queued, QDateTime::currentDateTime(), {}});
    m_turns.request(node.name);
}

void DoctorVisits::start(const QString& name)
{
    Visit& visit = m_visits.at(name);
    visit.call = std::make_unique<RunnerCall>(m_surroundings.makeChannel, DocumentReader::longestDocument, this);
    connect(visit.call.get(), &RunnerCall::finished, this, [this, name](const CallOutcome& outcome) { take(name, outcome); });
    emit changed(name, {DoctorVisit::Phase::Asking, QDateTime::currentDateTime(), {}});
    visit.call->start(buildRunnerCommand(visit.node, m_surroundings.settings, Interaction::Interactive,
                                         {QStringLiteral("doctor"), QStringLiteral("--output"), QStringLiteral("json")}));
}

void DoctorVisits::take(const QString& name, const CallOutcome& outcome)
{
    const RunnerCall* asked = m_visits.at(name).call.get();
    inBackground(
        this, [outcome] { return readDoctor(outcome); },
        [this, name, asked](const DoctorVisit& visit) {
            const auto still = m_visits.find(name);
            if (still != m_visits.end() && still->second.call.get() == asked) {
                end(name);
                emit changed(name, visit);
            }
        });
}

void DoctorVisits::end(const QString& name)
{
    m_visits.erase(name);
    m_turns.release(name);
}

void DoctorVisits::cancel(const QString& node)
{
    if (m_visits.contains(node)) {
        end(node);
        emit changed(node, {});
    }
}

void DoctorVisits::keepOnly(const std::vector<NodeEntry>& nodes)
{
    QSet<QString> gone;
    for (const auto& [name, visit] : m_visits) {
        gone.insert(name);
    }
    for (const NodeEntry& node : nodes) {
        gone.remove(node.name);
    }
    for (const QString& name : std::as_const(gone)) {
        cancel(name);
    }
}

} // namespace notrack::gui
