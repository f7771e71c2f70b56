#pragma once

#include "gui/model/node_record.h"
#include "gui/remote/connection_settings.h"

#include <QWidget>

#include <vector>

class QLabel;
class QPushButton;
class QTabWidget;

namespace notrack::gui
{

class DoctorPage;
class FindBar;
class NoticeBar;
class Page;
class RemedyBar;
class Timeline;

/// Everything about one node: a header, and pages below it. Only the page that is seen is brought up to date.
class NodePage : public QWidget
{
    Q_OBJECT

public:
    explicit NodePage(const Timeline& timeline, QWidget* parent = nullptr);

    /// What the commands that are shown go by.
    void setSettings(const ConnectionSettings& settings) { m_settings = settings; }

    /// Shows the record, or that no node is chosen. The record is not kept.
    void show(const NodeRecord* record);
    /// Only what goes on between reports: the countdown and the age.
    void showHeader(const NodeRecord* record);
    /// The page that is seen, as text: its selected rows, all without a selection.
    QString pageText() const;
    QTabWidget* tabs() const { return m_tabs; }
    /// Brings the doctor's page to the front.
    void openDoctor();
    FindBar* findBar() const { return m_find; }

signals:
    /// Another page is seen and wants its data.
    void pageChanged();
    void reconnectAsked();
    void interactiveAsked();
    void nameAccepted();
    void doctorAsked();
    void doctorCancelled();

private:
    void addPages(const Timeline& timeline);
    void ask();
    Page& current() const;

    QLabel* m_icon;
    QLabel* m_title;
    QLabel* m_note;
    NoticeBar* m_age; ///< above the pages: that they do not show what is so now
    RemedyBar* m_remedy;
    QPushButton* m_action;
    QTabWidget* m_tabs;
    FindBar* m_find;
    DoctorPage* m_doctor;
    std::vector<Page*> m_pages; ///< in the order of the tabs, which own them
    ConnectionSettings m_settings;
    enum class Asks { Reconnect, Interactive, AcceptName };
    Asks m_asks = Asks::Reconnect; ///< what the button says
};

} // namespace notrack::gui
