#include "gui/view/history_chart.h"

#include "gui/model/node_record.h"
#include "gui/view/appearance.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>
#include <functional>

namespace notrack::gui
{

namespace
{

using Figure = std::function<std::optional<float>(const HistorySample&)>;

/// One line of a panel.
struct Series
{
    QString name;
    QColor color;
    Figure figure;
};

/// Where and in which scale a panel is drawn.
struct Panel
{
    QRect plot;
    qint64 from = 0;
    qint64 to = 0;
    float top = 1;
    QString unit;

    QPointF at(qint64 time, float value) const
    {
        const double x = static_cast<double>(time - from) / static_cast<double>(std::max<qint64>(1, to - from));
        return {plot.left() + x * plot.width(), plot.bottom() - static_cast<double>(value / top) * plot.height()};
    }
};

/// The next of 1, 2, 5, 10, 20 … that is not below `value`.
float roundTop(float value)
{
    const float power = std::pow(10.0F, std::floor(std::log10(std::max(value, 0.01F))));
    for (const float step : {1.0F, 2.0F, 5.0F, 10.0F}) {
        if (step * power >= value) {
            return step * power;
        }
    }
    return value;
}

float largestOf(const std::vector<HistorySample>& samples, const std::vector<Series>& series)
{
    float largest = 0;
    for (const HistorySample& sample : samples) {
        for (const Series& line : series) {
            largest = std::max(largest, line.figure(sample).value_or(0.0F));
        }
    }
    return largest;
}

void drawLine(QPainter& painter, const Panel& panel, const std::vector<HistorySample>& samples, const Series& series)
{
    QPainterPath path;
    bool drawing = false;
    QPointF last;
    for (const HistorySample& sample : samples) {
        const auto value = series.figure(sample);
        drawing = drawing && value && !sample.afterPause;
        if (!value) {
            continue;
        }
        last = panel.at(sample.monotonic, *value);
        if (drawing) {
            path.lineTo(last);
        } else {
            path.moveTo(last);
        }
        drawing = true;
    }
    painter.setPen(QPen(series.color, 1.8));
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(path);
    if (drawing) {
        painter.setBrush(series.color);
        painter.drawEllipse(last, 2.2, 2.2);
    }
}

void drawFrame(QPainter& painter, const Panel& panel, const QPalette& palette)
{
    const QFontMetrics metrics = painter.fontMetrics();
    QColor grid = palette.color(QPalette::PlaceholderText);
    grid.setAlphaF(0.35F);
    const bool roomForMiddle = panel.plot.height() > 4 * metrics.height();
    for (const float part : {0.0F, 0.5F, 1.0F}) {
        const int y = panel.plot.bottom() - static_cast<int>(part * static_cast<float>(panel.plot.height()));
        painter.setPen(grid);
        painter.drawLine(panel.plot.left(), y, panel.plot.right(), y);
        if (part == 0.5F && !roomForMiddle) {
            continue;
        }
        painter.setPen(palette.color(QPalette::Text));
        const QRect label(0, y - metrics.height() / 2, panel.plot.left() - 6, metrics.height());
        painter.drawText(label, Qt::AlignRight | Qt::AlignVCenter, rateText(panel.top * part) + panel.unit);
    }
}

void drawLegend(QPainter& painter, const Panel& panel, const std::vector<Series>& series, const QPalette& palette)
{
    const QFontMetrics metrics = painter.fontMetrics();
    int x = panel.plot.left();
    const int y = panel.plot.top() - metrics.height() - 3;
    for (const Series& line : series) {
        const int width = metrics.horizontalAdvance(line.name);
        if (x + 18 + width > panel.plot.right() + 1) {
            return;
        }
        painter.fillRect(x, y + metrics.height() / 2 - 1, 12, 3, line.color);
        painter.setPen(palette.color(QPalette::Text));
        painter.drawText(QRect(x + 18, y, width + 2, metrics.height()), Qt::AlignLeft | Qt::AlignVCenter, line.name);
        x += 18 + width + 18;
    }
}

void drawTimes(QPainter& painter, const Panel& panel, const QPalette& palette)
{
    const QFontMetrics metrics = painter.fontMetrics();
    painter.setPen(palette.color(QPalette::Text));
    const QRect row(panel.plot.left(), panel.plot.bottom() + 3, panel.plot.width(), metrics.height());
    painter.drawText(row, Qt::AlignRight, HistoryChart::tr("now"));
    const QString start = HistoryChart::tr("%1 ago").arg(ageText(panel.to - panel.from));
    if (metrics.horizontalAdvance(start) * 2 < panel.plot.width()) {
        painter.drawText(row, Qt::AlignLeft, start);
    }
}

} // namespace

HistoryChart::HistoryChart(QWidget* parent) : QWidget(parent)
{
    setAccessibleName(tr("History of connection tracking"));
    connect(&m_second, &QTimer::timeout, this, qOverload<>(&QWidget::update));
    m_second.start(1000);
}

void HistoryChart::setSamples(std::vector<HistorySample> samples)
{
    m_samples = std::move(samples);
    const HistorySample* latest = m_samples.empty() ? nullptr : &m_samples.back();
    setAccessibleDescription(latest == nullptr
                                 ? tr("No data yet")
                                 : tr("In use %1, insert failed %2 a second, untracked %3 packets a second")
                                       .arg(percentText(latest->usePercent), rateText(latest->insertFailed), rateText(latest->untracked)));
    update();
}

QSize HistoryChart::minimumSizeHint() const
{
    return {fontMetrics().horizontalAdvance(QLatin1Char('0')) * 30, fontMetrics().height() * 9};
}

void HistoryChart::paintEvent(QPaintEvent* /*event*/)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), palette().color(QPalette::Base));
    if (m_samples.size() < 2) {
        painter.setPen(palette().color(QPalette::PlaceholderText));
        painter.drawText(rect(), Qt::AlignCenter, tr("The chart begins with the second report."));
        return;
    }
    const std::vector<Series> use{
        {tr("connection tracking in use"), firstLineColor(palette()), [](const HistorySample& sample) { return sample.usePercent; }}};
    const std::vector<Series> rates{
        {tr("untracked/s"), addedColor(palette()), [](const HistorySample& sample) { return sample.untracked; }},
        {tr("insert failed/s"), removedColor(palette()), [](const HistorySample& sample) { return sample.insertFailed; }},
        {tr("dropped/s"), secondLineColor(palette()), [](const HistorySample& sample) { return sample.dropped; }},
    };
    const int line = fontMetrics().height();
    const int left = fontMetrics().horizontalAdvance(QStringLiteral("99.9k %")) + 10;
    const int height = (this->height() - 4 * line - 14) / 2;
    Panel panel{QRect(left, line + 8, width() - left - 12, height), m_samples.front().monotonic,
                std::max(m_samples.back().monotonic, steadyNow()), std::min(100.0F, roundTop(std::max(1.0F, largestOf(m_samples, use)))),
                QStringLiteral(" %")};
    drawFrame(painter, panel, palette());
    drawLegend(painter, panel, use, palette());
    drawLine(painter, panel, m_samples, use.front());
    panel.plot.translate(0, height + line + line / 2 + 6);
    panel.top = roundTop(std::max(1.0F, largestOf(m_samples, rates)));
    panel.unit.clear();
    drawFrame(painter, panel, palette());
    drawLegend(painter, panel, rates, palette());
    drawTimes(painter, panel, palette());
    for (const Series& series : rates) {
        drawLine(painter, panel, m_samples, series);
    }
}

} // namespace notrack::gui
