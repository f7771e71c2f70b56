#pragma once

#include "gui/model/fleet_filter.h"

#include <QTimer>
#include <QWidget>

class QComboBox;
class QLineEdit;
class QMenu;
class QPushButton;
class QStackedWidget;
class QTabBar;
class QTreeView;

namespace notrack::gui
{

class SummaryBar;

/// The fleet table with its filters.
class FleetPage : public QWidget
{
    Q_OBJECT

public:
    explicit FleetPage(FleetModel& fleet, QWidget* parent = nullptr);

    QTreeView* table() const { return m_table; }
    /// Another view of the same nodes, beside the table. Takes ownership.
    void addView(QWidget* view, const QString& title);
    /// A line below the states.
    void addLine(QWidget* line);
    QTabBar* views() const { return m_views; }
    /// The view that is seen.
    QWidget* view() const;
    QLineEdit* search() const { return m_search; }
    SummaryBar* summary() const { return m_summary; }
    /// What stands in the table while the filters let no node through, and ends them.
    QPushButton* showAll() const { return m_showAll; }
    FleetFilter& filter() { return m_filter; }

    /// The node that is read: the one whose row was last made current by the person. It stays so while its row is filtered out.
    QString currentNode() const;
    /// Those of the selected rows; the node that is read where none is selected.
    QStringList selectedNodes() const;
    void chooseNode(const QString& node);
    void clearFilters();
    /// Opens the list of groups, where there are any.
    void chooseGroup();
    /// Logical numbers of the columns that are seen, in the order they are seen.
    QList<int> shownColumns() const;
    /// The selected rows with the columns that are seen, for the clipboard.
    QString selectionText() const;
    /// Fills the menu with one switch a column.
    void fillColumnMenu(QMenu& menu);
    /// Fills the menu with one order a column; the one in force turns round.
    void fillSortMenu(QMenu& menu);

protected:
    /// The table's room changed.
    bool eventFilter(QObject* watched, QEvent* event) override;

signals:
    void currentNodeChanged();
    void contextMenuAsked(const QPoint& globalPosition);

private:
    void makeTable();
    void fillGroups();
    void keepChosen();
    /// The note takes the room that the other columns leave.
    void fitNote();
    void offerAll();
    void countStates();

    FleetModel& m_fleet;
    FleetFilter m_filter;
    QTreeView* m_table;
    QTabBar* m_views;
    QStackedWidget* m_stack;
    QLineEdit* m_search;
    QComboBox* m_groups;
    SummaryBar* m_summary;
    QPushButton* m_showAll;
    QTimer m_second;
    QString m_chosen;         ///< the node that is read
    bool m_rowsGoing = false; ///< the view moves on to another row by itself
};

} // namespace notrack::gui
