#include "gui/view/fleet_page.h"

#include "gui/model/export.h"
#include "gui/view/fitted_tree.h"
#include "gui/view/fleet_delegate.h"
#include "gui/view/summary_bar.h"

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QTabBar>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>

namespace notrack::gui
{

namespace
{

constexpr int leastNote = 32; ///< characters

} // namespace

FleetPage::FleetPage(FleetModel& fleet, QWidget* parent)
    : QWidget(parent), m_fleet(fleet), m_filter(&fleet), m_table(new QTreeView), m_views(new QTabBar), m_stack(new QStackedWidget),
      m_search(new QLineEdit), m_groups(new QComboBox), m_summary(new SummaryBar), m_showAll(new QPushButton(m_table->viewport())),
      m_second(this)
{
    m_search->setPlaceholderText(tr("Filter by words"));
    m_search->setAccessibleName(tr("Filter by words"));
    m_search->setClearButtonEnabled(true);
    m_groups->setAccessibleName(tr("Filter by group"));
    m_groups->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_summary->setAccessibleName(tr("Nodes by state"));
    auto* filters = new QHBoxLayout;
    filters->addWidget(m_views);
    filters->addWidget(m_search, 1);
    filters->addWidget(m_groups);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(filters);
    layout->addWidget(m_summary);
    layout->addWidget(m_stack, 1);
    makeTable();
    m_views->setAccessibleName(tr("Views of the nodes"));
    m_views->setDrawBase(false);
    m_views->setExpanding(false);
    m_views->setUsesScrollButtons(false); // all of them are seen
    addView(m_table, tr("No&des"));
    connect(m_views, &QTabBar::currentChanged, m_stack, &QStackedWidget::setCurrentIndex);
    connect(m_search, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_filter.setText(text);
        countStates();
    });
    connect(m_groups, &QComboBox::currentIndexChanged, this, [this](int index) {
        m_filter.setGroup(index <= 0 ? QString() : m_groups->currentText());
        countStates();
    });
    connect(m_summary, &SummaryBar::chosenChanged, this, [this] { m_filter.setStates(m_summary->chosen()); });
    connect(m_showAll, &QPushButton::clicked, this, &FleetPage::clearFilters);
    for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved}) {
        connect(&m_filter, signal, this, &FleetPage::offerAll);
    }
    connect(&m_filter, &QAbstractItemModel::modelReset, this, &FleetPage::offerAll);
    connect(&m_fleet, &FleetModel::countsChanged, this, &FleetPage::offerAll); // of how many, and when the last has gone
    offerAll();
    connect(&m_fleet, &FleetModel::countsChanged, this, &FleetPage::countStates);
    for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved}) {
        connect(&m_fleet, signal, this, [this] { m_summary->forget(); });
    }
    connect(&m_fleet, &FleetModel::rowsInserted, this, &FleetPage::fillGroups);
    connect(&m_fleet, &FleetModel::rowsRemoved, this, &FleetPage::fillGroups);
    fillGroups();
    // Ages and countdowns go on between reports: what is seen is painted anew each second, without a word to the models.
    connect(&m_second, &QTimer::timeout, m_table->viewport(), qOverload<>(&QWidget::update));
    m_second.start(1000);
}

void FleetPage::addView(QWidget* view, const QString& title)
{
    m_stack->addWidget(view);
    m_views->addTab(title);
    m_views->setFixedWidth(m_views->sizeHint().width()); // never less than all of them
}

void FleetPage::addLine(QWidget* line)
{
    auto* rows = static_cast<QVBoxLayout*>(layout());
    rows->insertWidget(rows->indexOf(m_stack), line);
}

QWidget* FleetPage::view() const
{
    return m_stack->currentWidget();
}

void FleetPage::countStates()
{
    m_summary->setCounts(m_filter.counts(), m_fleet.rowCount());
}

/// The view makes a neighbour current when the current row goes. Nobody asked for the neighbour: what is read stays.
void FleetPage::keepChosen()
{
    // Before the view and its selection hear of it.
    connect(&m_filter, &QAbstractItemModel::rowsAboutToBeRemoved, this, [this] { m_rowsGoing = true; });
    connect(&m_filter, &QAbstractItemModel::rowsRemoved, this, [this] {
        m_rowsGoing = false;
        const QModelIndex current = m_filter.mapToSource(m_table->currentIndex());
        if (current.isValid() && m_fleet.record(current.row()).entry.name != m_chosen) {
            m_table->selectionModel()->clearCurrentIndex();
        }
        m_table->viewport()->update();
    });
    connect(&m_filter, &QAbstractItemModel::rowsInserted, this, [this] {
        if (!m_table->currentIndex().isValid() && m_fleet.rowOf(m_chosen) >= 0) {
            chooseNode(m_chosen);
        }
    });
}

void FleetPage::makeTable()
{
    keepChosen();
    m_table->setModel(&m_filter);
    m_table->setItemDelegate(new FleetDelegate(m_table));
    m_table->setRootIsDecorated(false);
    m_table->setUniformRowHeights(true);
    m_table->setAlternatingRowColors(true);
    m_table->setAllColumnsShowFocus(true);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(FleetModel::State, Qt::DescendingOrder); // worst first
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    m_table->setAccessibleName(tr("Nodes"));
    const int unit = fontMetrics().horizontalAdvance(QLatin1Char('0'));
    constexpr std::array widths{17, 11, 24, 12, 10, 13, 10, 8, 12, 7, leastNote};
    QHeaderView* header = m_table->header();
    for (int column = 0; column < FleetModel::ColumnCount; ++column) {
        header->resizeSection(column, widths.at(static_cast<std::size_t>(column)) * unit);
    }
    header->setStretchLastSection(false);
    // What is wrong, and why, stand where the smallest window shows them.
    int place = 1;
    for (const int column : {FleetModel::State, FleetModel::Note, FleetModel::SinceWhen, FleetModel::Age}) {
        header->moveSection(header->visualIndex(column), place++);
    }
    m_table->setColumnHidden(FleetModel::Profile, true);
    m_table->viewport()->installEventFilter(this);
    header->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(header, &QWidget::customContextMenuRequested, this, [this, header](const QPoint& position) {
        QMenu menu;
        fillColumnMenu(menu);
        menu.exec(header->mapToGlobal(position));
    });
    connect(m_table, &QWidget::customContextMenuRequested, this,
            [this](const QPoint& position) { emit contextMenuAsked(m_table->viewport()->mapToGlobal(position)); });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& current) {
        if (!m_rowsGoing && current.isValid()) {
            m_chosen = m_fleet.record(m_filter.mapToSource(current).row()).entry.name;
            emit currentNodeChanged();
        }
    });
}

void FleetPage::fitNote()
{
    const QHeaderView* header = m_table->header();
    const int others = header->length() - header->sectionSize(FleetModel::Note);
    const int least = leastNote * fontMetrics().horizontalAdvance(QLatin1Char('0'));
    m_table->header()->resizeSection(FleetModel::Note, std::max(least, m_table->viewport()->width() - others));
}

void FleetPage::offerAll()
{
    constexpr int below = 24; // pixels
    const int nodes = m_fleet.rowCount();
    m_showAll->setText(tr("The filters let none of %n nodes through: show all", nullptr, nodes));
    m_showAll->adjustSize();
    m_showAll->move(std::max(0, (m_table->viewport()->width() - m_showAll->width()) / 2), below);
    m_showAll->setVisible(nodes > 0 && m_filter.rowCount() == 0);
}

bool FleetPage::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Resize) {
        fitNote();
        offerAll();
    }
    return QWidget::eventFilter(watched, event);
}

void FleetPage::fillColumnMenu(QMenu& menu)
{
    menu.clear();
    for (int column = 0; column < FleetModel::ColumnCount; ++column) {
        QAction* action = menu.addAction(m_fleet.headerData(column, Qt::Horizontal).toString());
        action->setCheckable(true);
        action->setChecked(!m_table->isColumnHidden(column));
        action->setEnabled(column != FleetModel::Node);
        connect(action, &QAction::toggled, this, [this, column](bool shown) {
            m_table->setColumnHidden(column, !shown);
            fitNote();
        });
    }
}

void FleetPage::fillSortMenu(QMenu& menu)
{
    menu.clear();
    const QHeaderView* header = m_table->header();
    for (const int column : shownColumns()) {
        const bool inForce = column == header->sortIndicatorSection();
        const auto order = inForce && header->sortIndicatorOrder() == Qt::AscendingOrder ? Qt::DescendingOrder : Qt::AscendingOrder;
        QAction* action = menu.addAction(m_fleet.headerData(column, Qt::Horizontal).toString());
        action->setCheckable(true);
        action->setChecked(inForce);
        connect(action, &QAction::triggered, this, [this, column, order] { m_table->sortByColumn(column, order); });
    }
}

void FleetPage::chooseGroup()
{
    if (m_groups->isVisible()) {
        m_groups->setFocus();
        m_groups->showPopup();
    }
}

void FleetPage::fillGroups()
{
    const QStringList groups = m_fleet.groups();
    const QString chosen = m_groups->currentIndex() > 0 ? m_groups->currentText() : QString();
    {
        const QSignalBlocker blocker(m_groups);
        m_groups->clear();
        m_groups->addItem(tr("All groups"));
        m_groups->addItems(groups);
        m_groups->setCurrentIndex(std::max(0, chosen.isEmpty() ? 0 : m_groups->findText(chosen)));
    }
    m_groups->setVisible(!groups.isEmpty());
    m_filter.setGroup(m_groups->currentIndex() > 0 ? chosen : QString());
}

QString FleetPage::currentNode() const
{
    return m_fleet.rowOf(m_chosen) >= 0 ? m_chosen : QString();
}

QStringList FleetPage::selectedNodes() const
{
    QStringList nodes;
    const QModelIndexList rows = m_table->selectionModel()->selectedRows();
    for (const QModelIndex& row : rows) {
        nodes.append(m_fleet.record(m_filter.mapToSource(row).row()).entry.name);
    }
    if (nodes.isEmpty() && !currentNode().isEmpty()) {
        nodes.append(m_chosen);
    }
    return nodes;
}

void FleetPage::chooseNode(const QString& node)
{
    const QModelIndex row = m_filter.mapFromSource(m_fleet.index(m_fleet.rowOf(node), 0));
    if (row.isValid()) {
        m_table->setCurrentIndex(row);
    } else {
        m_chosen = node; // its row is filtered out
        emit currentNodeChanged();
    }
}

void FleetPage::clearFilters()
{
    m_search->clear();
    m_groups->setCurrentIndex(0);
    m_summary->clear();
}

QList<int> FleetPage::shownColumns() const
{
    QList<int> columns;
    for (int place = 0; place < FleetModel::ColumnCount; ++place) {
        const int column = m_table->header()->logicalIndex(place);
        if (!m_table->isColumnHidden(column)) {
            columns.append(column);
        }
    }
    return columns;
}

QString FleetPage::selectionText() const
{
    if (view() != m_table) {
        return view()->findChild<FittedTree*>() != nullptr ? view()->findChild<FittedTree*>()->text()
                                                           : qobject_cast<FittedTree*>(view())->text();
    }
    QList<int> rows;
    const QModelIndexList selected = m_table->selectionModel()->selectedRows();
    for (const QModelIndex& index : selected) {
        rows.append(index.row());
    }
    std::sort(rows.begin(), rows.end());
    return toTabbedText(m_filter, rows, shownColumns());
}

} // namespace notrack::gui
