#pragma once

#include "gui/model/fleet_model.h"

#include <QSet>
#include <QWidget>

class QLabel;
class QToolButton;

namespace notrack::gui
{

/// How many nodes there are in each state; a press shows those only.
class SummaryBar : public QWidget
{
    Q_OBJECT

public:
    explicit SummaryBar(QWidget* parent = nullptr);

    /// `counts` of the nodes that the other filters let through, `total` of the fleet.
    void setCounts(const StateCounts& counts, int total);
    /// Another fleet: chips of states that it does not have go away. Until then every chip that was seen stays where it is.
    void forget();
    QSet<RowState> chosen() const;
    void clear();
    QToolButton* button(RowState state) const { return m_buttons.at(static_cast<std::size_t>(state)); }

signals:
    void chosenChanged();

private:
    QLabel* m_total;
    std::array<QToolButton*, allRowStates.size()> m_buttons{};
};

} // namespace notrack::gui
