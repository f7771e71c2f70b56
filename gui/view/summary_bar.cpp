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

void SummaryBar::setCounts(const StateCounts& counts)
{
    m_total->setText(tr("Nodes: %1").arg(std::accumulate(counts.begin(), counts.end(), 0)));
    for (const RowState state : allRowStates) {
        const int count = counts.at(static_cast<std::size_t>(state));
        QToolButton* chip = button(state);
        const QString text = tr("%1 %2").arg(count).arg(displayText(state));
        if (chip->text() != text) {
            chip->setText(text);
            chip->setAccessibleName(text);
        }
        chip->setVisible(count > 0 || chip->isChecked());
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
