#pragma once

#include "gui/model/keyed_tree_model.h"
#include "gui/model/node_record.h"

#include <QWidget>

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QTabWidget;

namespace notrack::gui
{

class DiffHighlighter;
class FittedTree;
class HistoryChart;

/// Everything about one node, on pages. Only the page that is seen is brought up to date.
class NodePage : public QWidget
{
    Q_OBJECT

public:
    explicit NodePage(QWidget* parent = nullptr);

    /// Shows the record, or that no node is chosen. The record is not kept.
    void show(const NodeRecord* record);
    /// Only what goes on between reports: the countdown and the age.
    void showHeader(const NodeRecord* record);
    /// The page that is seen, as text: its selected rows, all without a selection.
    QString pageText() const;
    QTabWidget* tabs() const { return m_tabs; }

signals:
    /// Another page is seen and wants its data.
    void pageChanged();
    void reconnectAsked();
    void interactiveAsked();

protected:
    void changeEvent(QEvent* event) override;

private:
    /// `widths` as in FittedTree.
    FittedTree* makeTree(KeyedTreeModel& model, const QString& title, std::vector<int> widths);
    QPlainTextEdit* addText(const QString& title);
    void addConntrackPage();
    void showPage(const NodeRecord& record);
    /// Makes the text of a report in a thread of the pool.
    void showReport(const std::shared_ptr<const Report>& report, const QString& otherwise);

    QLabel* m_icon;
    QLabel* m_title;
    QLabel* m_note;
    QPushButton* m_action;
    QTabWidget* m_tabs;
    KeyedTreeModel m_rules;
    KeyedTreeModel m_findings;
    KeyedTreeModel m_services;
    KeyedTreeModel m_conntrack;
    KeyedTreeModel m_profile;
    FittedTree* m_ruleTree = nullptr;
    FittedTree* m_findingTree = nullptr;
    FittedTree* m_serviceTree = nullptr;
    FittedTree* m_conntrackTree = nullptr;
    FittedTree* m_profileTree = nullptr;
    QPlainTextEdit* m_diff = nullptr;
    QPlainTextEdit* m_report = nullptr;
    QPlainTextEdit* m_log = nullptr;
    DiffHighlighter* m_highlighter = nullptr;
    HistoryChart* m_chart = nullptr;
    std::shared_ptr<const Report> m_shownReport; ///< what m_report shows, or will once its text is made
    bool m_needsPerson = false;
};

} // namespace notrack::gui
