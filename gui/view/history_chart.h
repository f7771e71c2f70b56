#pragma once

#include "gui/model/node_history.h"

#include <QTimer>
#include <QWidget>

namespace notrack::gui
{

/// The last half hour of a node as two small charts over one time axis: use of the connection tracking table, and failed inserts
/// with untracked packets. Its labels are few and always whole: it draws fewer of them in less room, never shortened ones.
class HistoryChart : public QWidget
{
    Q_OBJECT

public:
    explicit HistoryChart(QWidget* parent = nullptr);

    /// The right edge of the chart is now, also when no sample has come for long.
    void setSamples(std::vector<HistorySample> samples);
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::vector<HistorySample> m_samples;
    QTimer m_second;
};

} // namespace notrack::gui
