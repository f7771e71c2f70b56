#pragma once

#include "gui/model/fleet_figure.h"

#include <QTimer>
#include <QWidget>

class QLabel;
class QToolButton;

namespace notrack::gui
{

/// What the whole fleet does: queries kept out of connection tracking with an hour's line, failed inserts, and the fullest table, a press on which
/// chooses its node.
class FigureBar : public QWidget
{
    Q_OBJECT

public:
    explicit FigureBar(const FleetModel& fleet);

signals:
    void nodeChosen(const QString& node);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void refresh();

    const FleetModel& m_fleet;
    QLabel* m_text;
    QWidget* m_line; ///< the room of the line
    QToolButton* m_fullest;
    FleetHistory m_history;
    FleetFigure m_figure;
    QTimer m_second;
};

} // namespace notrack::gui
