#pragma once

#include "gui/model/node_record.h"

#include <QWidget>

#include <vector>

class QLabel;
class QPushButton;
class QTabWidget;

namespace notrack::gui
{

class Page;

/// Everything about one node: a header, and pages below it. Only the page that is seen is brought up to date.
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

private:
    void addPages();
    Page& current() const;

    QLabel* m_icon;
    QLabel* m_title;
    QLabel* m_note;
    QLabel* m_age; ///< above the pages: that they do not show what is so now
    QPushButton* m_action;
    QTabWidget* m_tabs;
    std::vector<Page*> m_pages; ///< in the order of the tabs, which own them
    bool m_needsPerson = false;
};

} // namespace notrack::gui
