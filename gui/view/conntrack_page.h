#pragma once

#include "gui/view/page.h"

#include <QSplitter>

namespace notrack::gui
{

class FigureTree;
class HistoryChart;

/// Connection tracking's figures beside a chart of the last minutes.
class ConntrackPage : public QSplitter, public Page
{
    Q_OBJECT

public:
    ConntrackPage();

    QWidget& widget() override { return *this; }
    void show(const NodeRecord& record) override;
    QString text() const override;
    bool find(const QString& words, Direction direction) override;

private:
    FigureTree* m_figures;
    HistoryChart* m_chart;
};

} // namespace notrack::gui
