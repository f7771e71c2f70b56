#include "gui/model/row_state.h"

#include <QCoreApplication>

namespace notrack::gui
{

QString displayText(RowState state)
{
    switch (state) {
    case RowState::InSync:
        return QCoreApplication::translate("RowState", "in sync");
    case RowState::Drifted:
        return QCoreApplication::translate("RowState", "drifted");
    case RowState::Absent:
        return QCoreApplication::translate("RowState", "absent");
    case RowState::Unsafe:
        return QCoreApplication::translate("RowState", "unsafe");
    case RowState::Error:
        return QCoreApplication::translate("RowState", "error");
    case RowState::Unreachable:
        return QCoreApplication::translate("RowState", "unreachable");
    case RowState::NeedsPerson:
        return QCoreApplication::translate("RowState", "needs you");
    case RowState::Connecting:
        return QCoreApplication::translate("RowState", "connecting");
    case RowState::Paused:
        return QCoreApplication::translate("RowState", "paused");
    case RowState::Stale:
        return QCoreApplication::translate("RowState", "stale");
    }
    return {};
}

QString countText(RowState state, int count)
{
    switch (state) {
    case RowState::InSync:
        return QCoreApplication::translate("RowState", "%n in sync", nullptr, count);
    case RowState::Drifted:
        return QCoreApplication::translate("RowState", "%n drifted", nullptr, count);
    case RowState::Absent:
        return QCoreApplication::translate("RowState", "%n absent", nullptr, count);
    case RowState::Unsafe:
        return QCoreApplication::translate("RowState", "%n unsafe", nullptr, count);
    case RowState::Error:
        return QCoreApplication::translate("RowState", "%n error(s)", nullptr, count);
    case RowState::Unreachable:
        return QCoreApplication::translate("RowState", "%n unreachable", nullptr, count);
    case RowState::NeedsPerson:
        return QCoreApplication::translate("RowState", "%n need(s) you", nullptr, count);
    case RowState::Connecting:
        return QCoreApplication::translate("RowState", "%n connecting", nullptr, count);
    case RowState::Paused:
        return QCoreApplication::translate("RowState", "%n paused", nullptr, count);
    case RowState::Stale:
        return QCoreApplication::translate("RowState", "%n stale", nullptr, count);
    }
    return {};
}

QString stableName(RowState state)
{
    static const std::array names{
        QStringLiteral("in-sync"), QStringLiteral("drifted"),     QStringLiteral("absent"),       QStringLiteral("unsafe"),
        QStringLiteral("error"),   QStringLiteral("unreachable"), QStringLiteral("needs-person"), QStringLiteral("connecting"),
        QStringLiteral("paused"),  QStringLiteral("stale"),
    };
    return names.at(static_cast<std::size_t>(state));
}

int badness(RowState state)
{
    switch (state) {
    case RowState::InSync:
    case RowState::Connecting:
    case RowState::Paused:
        return 0;
    case RowState::Drifted:
        return 1;
    case RowState::Absent:
        return 2;
    case RowState::NeedsPerson:
        return 3;
    case RowState::Unreachable:
    case RowState::Stale: // the same loss, seen earlier
        return 4;
    case RowState::Error:
        return 5;
    case RowState::Unsafe:
        return 6;
    }
    return 0;
}

RowState reportedState(const Report& report)
{
    switch (report.state) {
    case NodeState::InSync:
        return RowState::InSync;
    case NodeState::Drifted:
        return RowState::Drifted;
    case NodeState::Absent:
        return RowState::Absent;
    case NodeState::Unsafe:
        return RowState::Unsafe;
    case NodeState::Error:
        return RowState::Error;
    }
    return RowState::Error;
}

RowState rowState(const LinkState& link, const Report* report, Freshness freshness)
{
    if (freshness == Freshness::Captured) {
        return report != nullptr ? reportedState(*report) : RowState::Error;
    }
    if (link.phase == LinkPhase::Paused) {
        return RowState::Paused;
    }
    switch (link.problem) {
    case LinkProblem::Unreachable:
        return RowState::Unreachable;
    case LinkProblem::Authentication:
    case LinkProblem::HostKeyChanged:
        return RowState::NeedsPerson;
    case LinkProblem::Runner:
    case LinkProblem::BadReport:
    case LinkProblem::Renamed:
        return RowState::Error;
    case LinkProblem::Desk:
        return RowState::Connecting;
    case LinkProblem::None:
        break;
    }
    if (link.phase != LinkPhase::Live || report == nullptr) {
        return RowState::Connecting;
    }
    return freshness == Freshness::Fresh ? reportedState(*report) : RowState::Stale;
}

} // namespace notrack::gui
