#pragma once

#include "gui/model/fleet_watch.h"
#include "gui/view/node_actions.h"
#include "gui/view/notifier.h"
#include "gui/view/workspace.h"

#include <QMainWindow>
#include <QPointer>

class QSplitter;
class QStackedWidget;

namespace notrack::gui
{

class AskpassServer;
class EmptyPage;
class FleetPage;
class NodePage;
class NoticeBar;
class PreviewDialog;
class QuestionDialog;
struct Question;

/// The window: puts the pages together and turns actions into calls. What it does to nodes, FleetConnection does.
class MainWindow : public QMainWindow
{
    Q_OBJECT

public:
    MainWindow(Preferences preferences, Remember remember, ChannelFactory makeChannel, QWidget* parent = nullptr);
    ~MainWindow() override;

    FleetWatch& watch() { return m_watch; }
    FleetPage* fleetPage() const { return m_fleetPage; }
    NodePage* nodePage() const { return m_nodePage; }
    NoticeBar* held() const { return m_held; }
    NoticeBar* problems() const { return m_problems; }
    NoticeBar* deskFaults() const { return m_desk; }
    Notifier& notifier() { return m_notifier; }

    /// Reads the sources again and takes over what they give.
    void loadSources() { m_workspace.load(); }

protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void makeActions();
    void makeFileMenu();
    void makeNodeMenu();
    void makeViewMenu();
    void makeHelpMenu();
    QAction* addAction(QMenu* menu, const QString& text, const QKeySequence& shortcut, std::function<void()> action);
    void connectPages();
    void takeNodes(const Inventory& inventory);
    void takeInventory(const Inventory& inventory);
    void showDeskFaults();
    /// Tells which sources wait for a choice, and asks.
    void showHeld();
    /// Asks for one after the other, as long as nobody says no.
    void choose(std::vector<SourcePreview> previews);
    void showCurrentNode();
    void openInventory();
    void openCaptures();
    void openCaptureFolder();
    void saveCapture();
    void tryProfile();
    void addNode();
    void removeNodes();
    void compare();
    void changeSettings();
    void copy();
    void selectAll();
    void find();
    /// Asks where to, and makes and writes the bytes in a thread of the pool.
    void save(const QString& title, const QString& suffix, std::function<QByteArray()> makeBytes);
    void showAbout();
    void ask(const Question& question);
    void restoreLayout();

    Workspace m_workspace;
    AskpassServer* m_askpass;
    ChannelFactory m_makeChannel;
    FleetWatch m_watch;
    NodeActions m_nodeActions;
    Notifier m_notifier;
    QStackedWidget* m_stack;
    EmptyPage* m_emptyPage;
    FleetPage* m_fleetPage;
    NodePage* m_nodePage;
    NoticeBar* m_problems; ///< of the sources; stays until they are read without
    NoticeBar* m_held;     ///< sources that wait for a choice
    NoticeBar* m_desk;     ///< what this machine lacks
    NoticeBar* m_outcome;  ///< of what a person asked for last, until it is closed
    QSplitter* m_splitter;
    QMenu* m_nodeMenu = nullptr;
    QList<QAction*> m_actions;
    QPointer<QuestionDialog> m_question;
    QPointer<PreviewDialog> m_preview;
};

} // namespace notrack::gui
