#pragma once

#include "core/run/operation.h"
#include "tests/unit/run/canned_node.h"

#include <QString>
#include <QStringList>

#include <memory>
#include <string>
#include <vector>

namespace notrack
{

inline QStringList toList(const std::vector<std::string>& lines)
{
    QStringList list;
    for (const std::string& line : lines)
        list << QString::fromStdString(line);
    return list;
}

inline int exitOf(const Report& report, Intent intent = Intent::Apply, Mode mode = Mode::Write)
{
    return int(exitCodeOf(report, intent, mode));
}

/// "in-sync, waits, exit 0".
inline QString outcomeOf(const Report& report, Intent intent = Intent::Reconcile)
{
    return QString::fromStdString(std::string(toText(report.state)) + (report.waitsFor.empty() ? "" : ", waits") + ", exit " +
                                  std::to_string(exitOf(report, intent)));
}

/// "probe, 1 place", or "null".
inline QString verifiedBy(const Report& report)
{
    if (!report.verified)
        return "null";
    const std::uint32_t places = report.verified->places;
    return QString("%1, %2 place%3")
        .arg(QString::fromStdString(std::string(toText(report.verified->by))))
        .arg(places)
        .arg(places == 1 ? "" : "s");
}

/// A sound node in memory, and whole runs on it.
class CannedNode
{
public:
    Report execute(Intent intent, Mode mode = Mode::Write)
    {
        Node node = doors();
        return run({.intent = intent, .mode = mode, .profile = profile, .wait = std::chrono::milliseconds(0)}, node);
    }

    Report apply(Mode mode = Mode::Write) { return execute(Intent::Apply, mode); }
    Report unattended() { return execute(Intent::Reconcile); }
    Node doors() { return {"test", *store, other.get(), inspector, prober, memory}; }
    bool holdsNothing() const { return store->tables == MemoryTableStore().tables; }

    std::unique_ptr<MemoryTableStore> store = std::make_unique<MemoryTableStore>();
    std::unique_ptr<MemoryTableStore> other = std::make_unique<MemoryTableStore>();
    CannedInspector inspector{soundNode()};
    CannedProber prober;
    MemoryOfRuns memory;
    Profile profile = dualStack();
};

} // namespace notrack
