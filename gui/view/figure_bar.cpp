#include "gui/view/figure_bar.h"

#include "gui/view/appearance.h"
#include "gui/view/fleet_delegate.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPainterPath>
#include <QToolButton>

namespace notrack::gui
{

FigureBar::FigureBar(const FleetModel& fleet)
    : m_fleet(fleet), m_text(makePlainLabel()), m_line(new QWidget), m_fullest(new QToolButton), m_second(this)
{
    constexpr int lineWidth = 160;
    m_line->setFixedWidth(lineWidth);
    m_line->setToolTip(tr("Queries a second of the last hour"));
    m_fullest->setAutoRaise(true);
    m_fullest->setFocusPolicy(Qt::TabFocus);
    m_fullest->setToolTip(tr("Choose the node whose table is the fullest"));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_text);
    layout->addWidget(m_line);
    layout->addWidget(m_fullest);
    layout->addStretch(1);
    connect(m_fullest, &QToolButton::clicked, this, [this] { emit nodeChosen(m_figure.fullestNode); });
    connect(&m_second, &QTimer::timeout, this, &FigureBar::refresh);
    m_second.start(1000);
    refresh();
}

void FigureBar::refresh()
{
    m_figure = figureOf(m_fleet);
    m_text->setText(figureText(m_figure));
    m_fullest->setText(m_figure.fullestNode.isEmpty()
                           ? QString()
                           : tr("fullest table %1, %2").arg(percentText(m_figure.fullest), safeLine(m_figure.fullestNode, 40)));
    m_fullest->setVisible(!m_figure.fullestNode.isEmpty());
    setVisible(m_figure.nodes > 0 || !m_figure.fullestNode.isEmpty());
    if (m_history.take(m_figure, steadyNow())) {
        update();
    }
}

void FigureBar::paintEvent(QPaintEvent* /*event*/)
{
    constexpr double margin = 4;
    constexpr double lineWidth = 1.4;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(addedColor(palette()), lineWidth));
    painter.drawPath(
        sparkline(m_history.queries(), FleetHistory::mostSamples, QRectF(m_line->geometry()).adjusted(margin, margin, -margin, -margin)));
}

} // namespace notrack::gui
