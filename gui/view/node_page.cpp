#include "gui/view/node_page.h"

#include "gui/model/node_pages.h"
#include "gui/view/appearance.h"
#include "gui/view/diff_highlighter.h"
#include "gui/view/fitted_tree.h"
#include "gui/view/fleet_delegate.h"
#include "gui/view/history_chart.h"
#include "gui/view/icons.h"

#include <QEvent>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSplitter>
#include <QTabWidget>
#include <QTreeView>
#include <QVBoxLayout>
#include <QtConcurrent>

namespace notrack::gui
{

namespace
{

constexpr int trendColumn = 6;
constexpr int iconSize = 22;

/// Sets the text unless it is there already, and keeps the place that was scrolled to.
void replaceText(QPlainTextEdit* view, const QString& text)
{
    if (view->toPlainText() == text) {
        return;
    }
    const int place = view->verticalScrollBar()->value();
    const bool atEnd = place == view->verticalScrollBar()->maximum() && place > 0;
    view->setPlainText(text);
    view->verticalScrollBar()->setValue(atEnd ? view->verticalScrollBar()->maximum() : place);
}

/// The selected rows in the order they are seen, cells with tabs between them.
QString selectionText(const QTreeView& tree)
{
    QStringList lines;
    for (QModelIndex row = tree.model()->index(0, 0); row.isValid(); row = tree.indexBelow(row)) {
        if (!tree.selectionModel()->isSelected(row)) {
            continue;
        }
        QStringList cells;
        for (int column = 0; column < tree.model()->columnCount(); ++column) {
            cells.append(row.siblingAtColumn(column).data().toString());
        }
        lines.append(cells.join(QLatin1Char('\t')).trimmed());
    }
    return lines.join(QLatin1Char('\n'));
}

} // namespace

NodePage::NodePage(QWidget* parent)
    : QWidget(parent), m_icon(makePlainLabel()), m_title(makePlainLabel()), m_note(makePlainLabel()), m_action(new QPushButton),
      m_tabs(new QTabWidget), m_rules(ruleTitles()), m_findings(findingTitles()), m_services(serviceTitles()),
      m_conntrack(conntrackTitles()), m_profile(profileTitles())
{
    m_rules.setNumericColumns(2, 5);
    m_services.setNumericColumns(2, 4);
    m_conntrack.setNumericColumns(1, 2);
    QFont bold = font();
    bold.setBold(true);
    m_title->setFont(bold);
    m_note->setWordWrap(true);
    m_title->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_note->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* header = new QHBoxLayout;
    header->addWidget(m_icon);
    header->addWidget(m_title);
    header->addWidget(m_note, 1);
    header->addWidget(m_action);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(header);
    layout->addWidget(m_tabs, 1);
    m_tabs->setDocumentMode(true);
    m_ruleTree = makeTree(m_rules, tr("&Rules"), {0, 15, 11, 13, 10, 10, 16});
    m_ruleTree->setItemDelegate(new TreeDelegate(trendColumn, m_ruleTree));
    m_tabs->addTab(m_ruleTree, tr("&Rules"));
    m_diff = addText(tr("&Difference"));
    m_highlighter = new DiffHighlighter(m_diff->document());
    m_findingTree = makeTree(m_findings, tr("F&indings"), {0, 22});
    m_tabs->addTab(m_findingTree, tr("F&indings"));
    m_serviceTree = makeTree(m_services, tr("I&PVS"), {0, 30, 10, 10, 10});
    m_tabs->addTab(m_serviceTree, tr("I&PVS"));
    addConntrackPage();
    m_profileTree = makeTree(m_profile, tr("Pr&ofile"), {26, 0});
    m_profileTree->setRootIsDecorated(false);
    m_tabs->addTab(m_profileTree, tr("Pr&ofile"));
    m_report = addText(tr("Repor&t"));
    m_log = addText(tr("&Log"));
    connect(m_tabs, &QTabWidget::currentChanged, this, &NodePage::pageChanged);
    connect(m_action, &QPushButton::clicked, this, [this] {
        if (m_needsPerson) {
            emit interactiveAsked();
        } else {
            emit reconnectAsked();
        }
    });
    show(nullptr);
}

FittedTree* NodePage::makeTree(KeyedTreeModel& model, const QString& title, std::vector<int> widths)
{
    auto* tree = new FittedTree(std::move(widths));
    tree->setModel(&model);
    tree->setItemDelegate(new TreeDelegate(-1, tree));
    tree->setUniformRowHeights(true);
    tree->setAlternatingRowColors(true);
    tree->setSelectionMode(QAbstractItemView::ExtendedSelection);
    tree->setAccessibleName(QString(title).remove(QLatin1Char('&')));
    return tree;
}

QPlainTextEdit* NodePage::addText(const QString& title)
{
    auto* text = new QPlainTextEdit;
    text->setReadOnly(true);
    text->setUndoRedoEnabled(false);
    text->setLineWrapMode(QPlainTextEdit::NoWrap);
    text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    text->setAccessibleName(QString(title).remove(QLatin1Char('&')));
    m_tabs->addTab(text, title);
    return text;
}

void NodePage::addConntrackPage()
{
    auto* splitter = new QSplitter(Qt::Horizontal);
    m_conntrackTree = makeTree(m_conntrack, tr("Connection tracking"), {20, 13, 10});
    m_conntrackTree->setRootIsDecorated(false);
    m_chart = new HistoryChart;
    splitter->addWidget(m_conntrackTree);
    splitter->addWidget(m_chart);
    splitter->setStretchFactor(0, 0);
    splitter->setStretchFactor(1, 1);
    const int room = m_conntrackTree->header()->length() + 2 * m_conntrackTree->frameWidth();
    splitter->setSizes({room, 2 * room});
    splitter->setChildrenCollapsible(false);
    m_tabs->addTab(splitter, tr("&Conntrack"));
}

void NodePage::show(const NodeRecord* record)
{
    showHeader(record);
    m_tabs->setEnabled(record != nullptr);
    static const NodeRecord nothing;
    showPage(record != nullptr ? *record : nothing);
}

void NodePage::showHeader(const NodeRecord* record)
{
    m_action->setVisible(false);
    if (record == nullptr) {
        m_icon->clear();
        m_title->setText(tr("No node chosen"));
        m_note->setText(tr("Choose a node in the table above to see its rules."));
        return;
    }
    const RowState state = record->state();
    m_icon->setPixmap(stateIcon(state).pixmap(iconSize, iconSize));
    m_title->setText(tr("%1: %2").arg(safeLine(record->entry.name), displayText(state)));
    QStringList notes;
    if (const QString note = record->note(steadyNow()); !note.isEmpty()) {
        notes.append(note);
    }
    if (record->monotonic != 0 && record->link.phase != LinkPhase::Live) {
        notes.append(tr("what is shown is %1 old").arg(ageText(steadyNow() - record->monotonic)));
    }
    m_note->setText(notes.join(QStringLiteral("; ")));
    m_needsPerson = record->link.problem == LinkProblem::Authentication;
    m_action->setText(m_needsPerson ? tr("Connect and ask…") : tr("Reconnect now"));
    m_action->setVisible(record->link.phase == LinkPhase::NeedsPerson || record->link.phase == LinkPhase::Waiting ||
                         record->link.phase == LinkPhase::Paused);
    const int findings = record->findingCount();
    m_tabs->setTabText(2, findings == 0 ? tr("F&indings") : tr("F&indings (%1)").arg(findings));
}

void NodePage::showPage(const NodeRecord& record)
{
    const QString noReport =
        record.entry.name.isEmpty() ? QString() : tr("No report of this node has come yet. The log says how far it is.");
    const auto unless = [&](const QString& reason) { return record.report ? reason : noReport; };
    QWidget* page = m_tabs->currentWidget();
    if (page == m_ruleTree) {
        m_rules.setRows(buildRuleRows(record));
        m_ruleTree->setPlaceholder(unless(tr("The profile asks for no rules, and there are none.")));
    } else if (page == m_diff) {
        const QString diff = diffText(record);
        replaceText(m_diff, diff.isEmpty() ? unless(tr("The kernel holds what the profile asks for.")) : diff);
    } else if (page == m_findingTree) {
        m_findings.setRows(buildFindingRows(record));
        m_findingTree->setPlaceholder(unless(tr("Nothing about this node speaks against the profile.")));
    } else if (page == m_serviceTree) {
        m_services.setRows(buildServiceRows(record));
        m_serviceTree->setPlaceholder(unless(tr("IPVS has no virtual service at the addresses of the profile.")));
    } else if (page == m_profileTree) {
        m_profile.setRows(buildProfileRows(record));
        m_profileTree->setPlaceholder(noReport);
    } else if (page == m_report) {
        showReport(record.report, noReport);
    } else if (page == m_log) {
        QStringList lines(record.log.begin(), record.log.end());
        replaceText(m_log, lines.join(QLatin1Char('\n')));
    } else {
        m_conntrack.setRows(buildConntrackRows(record));
        m_conntrackTree->setPlaceholder(noReport);
        m_chart->setSamples(record.history.samples());
    }
}

void NodePage::showReport(const std::shared_ptr<const Report>& report, const QString& otherwise)
{
    if (!report) {
        m_shownReport.reset();
        replaceText(m_report, otherwise);
        return;
    }
    if (report == m_shownReport) {
        return;
    }
    m_shownReport = report;
    QtConcurrent::run([report] { return rawText(*report); }).then(this, [this, report](const QString& text) {
        if (report == m_shownReport) {
            replaceText(m_report, text);
        }
    });
}

QString NodePage::pageText() const
{
    const QWidget* page = m_tabs->currentWidget();
    if (const auto* text = qobject_cast<const QPlainTextEdit*>(page)) {
        return text->toPlainText();
    }
    const auto* chosen = qobject_cast<const QTreeView*>(page);
    const QTreeView& tree = chosen != nullptr ? *chosen : *m_conntrackTree;
    const QString selected = selectionText(tree);
    return selected.isEmpty() ? printModel(*tree.model()) : selected;
}

void NodePage::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_highlighter != nullptr) {
        m_highlighter->setPalette(palette());
    }
}

} // namespace notrack::gui
