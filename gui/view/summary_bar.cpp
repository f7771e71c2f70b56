#include "gui/view/summary_bar.h"

#include "gui/view/appearance.h"
#include "gui/view/icons.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QToolButton>

#include <numeric>

namespace notrack::gui
{

SummaryBar::SummaryBar(QWidget* parent) : QWidget(parent), m_total(makePlainLabel())
{
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_total);
    for (const RowState state : allRowStates) {
        auto* button = new QToolButton;
        button->setCheckable(true);
        button->setAutoRaise(true);
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        button->setIcon(stateIcon(state));
        button->setFocusPolicy(Qt::TabFocus);
        button->setToolTip(tr("Show only nodes in this state; several may be pressed"));
        button->setVisible(false);
        connect(button, &QToolButton::toggled, this, &SummaryBar::chosenChanged);
        m_buttons.at(static_cast<std::size_t>(state)) = button;
        layout->addWidget(button);
    }
    layout->addStretch(1);
}

void SummaryBar::setCounts(const StateCounts& counts, int total)
{
    const int shown = std::accumulate(counts.begin(), counts.end(), 0, [](int sum, const StateCount& count) { return sum + count.now; });
    m_total->setText(shown == total ? tr("Nodes: %1").arg(total) : tr("Nodes: %1 of %2").arg(shown).arg(total));
    for (const RowState state : allRowStates) {
        const StateCount& count = counts.at(static_cast<std::size_t>(state));
        QToolButton* chip = button(state);
        const QString now = countText(state, count.now);
        const QString text = count.before == 0 ? now : tr("%1, %n was", nullptr, count.before).arg(now);
        if (chip->text() != text) {
            chip->setText(text);
            chip->setAccessibleName(text);
        }
        if (count != StateCount{}) {
            chip->setVisible(true);
        }
    }
}

void SummaryBar::forget()
{
    for (QToolButton* button : m_buttons) {
        button->setVisible(button->isChecked());
    }
}

QSet<RowState> SummaryBar::chosen() const
{
    QSet<RowState> states;
    for (const RowState state : allRowStates) {
        if (button(state)->isChecked()) {
            states.insert(state);
        }
    }
    return states;
}

void SummaryBar::clear()
{
    for (QToolButton* button : m_buttons) {
        const QSignalBlocker blocker(button);
        button->setChecked(false);
    }
    emit chosenChanged();
}

} // namespace notrack::gui
