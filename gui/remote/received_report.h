#pragma once

#include "core/report/report.h"

#include <QByteArray>
#include <QDateTime>
#include <QString>

#include <memory>

namespace notrack::gui
{

/// A document as it came from a node, before it is read.
struct ArrivedDocument
{
    QByteArray bytes;
    quint64 run = 0;      ///< which start of the node's channel it came from
    qint64 monotonic = 0; ///< milliseconds of a steady clock, for rates
    QDateTime arrived;    ///< UTC
};

/// The same, read: either a report or the reason why there is none.
struct ReceivedReport
{
    ArrivedDocument document; ///< without its bytes: the codec can write them anew
    std::shared_ptr<const Report> report;
    QString problem;
};

/// Milliseconds of CLOCK_BOOTTIME, which nobody sets and which goes on while the machine is suspended: a report of before a night with the lid
/// closed is a night old.
qint64 steadyNow();

} // namespace notrack::gui
