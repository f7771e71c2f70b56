#pragma once

#include "gui/model/fleet_watch.h"
#include "gui/remote/node_sources.h"
#include "gui/view/notifier.h"
#include "gui/view/preferences.h"

#include <QMainWindow>
#include <QPointer>
#include <QSettings>

class QSplitter;
class QStackedWidget;

namespace notrack::gui
{

class AskpassServer;
class EmptyPage;
class FleetPage;
class NodePage;
class QuestionDialog;
struct Question;

/// The window: puts the pages together and turns actions into calls. What it does to nodes, FleetConnection does.
class MainWindow : public QMainWindow
{
    Q_OBJECT

public:
    /// `keepSources` false: sources come from the command line and are not remembered.
    enum class Sources { Remember, Forget };

    MainWindow(Preferences preferences, Sources remember, ChannelFactory makeChannel, QWidget* parent = nullptr);
    ~MainWindow() override;

    FleetWatch& watch() { return m_watch; }
    FleetPage* fleetPage() const { return m_fleetPage; }
    NodePage* nodePage() const { return m_nodePage; }
    Notifier& notifier() { return m_notifier; }

    /// Reads the sources again and takes over what they give.
    void loadSources();

protected:
    void closeEvent(QCloseEvent* event) override;

private:
    void makeActions();
    void makeFileMenu();
    void makeNodeMenu();
    void makeViewMenu();
    void makeHelpMenu();
    QAction* addAction(QMenu* menu, const QString& text, const QKeySequence& shortcut, std::function<void()> action);
    void connectPages();
    void takeInventory(const Inventory& inventory);
    void showCurrentNode();
    void setSources(const NodeSources& sources);
    void openInventory();
    void addNode();
    void removeNodes();
    void addSshConfig();
    void addLocal();
    void changeSettings();
    void setAppearanceTo(Appearance appearance);
    void copy();
    /// Asks where to, and makes and writes the bytes in a thread of the pool.
    void save(const QString& title, const QString& suffix, std::function<QByteArray()> makeBytes);
    void showAbout();
    void ask(const Question& question);
    void restoreLayout();

    Preferences m_preferences;
    Sources m_remember;
    QSettings m_settings;
    AskpassServer* m_askpass;
    FleetWatch m_watch;
    SourceLoader m_loader;
    Notifier m_notifier;
    QStackedWidget* m_stack;
    EmptyPage* m_emptyPage;
    FleetPage* m_fleetPage;
    NodePage* m_nodePage;
    QSplitter* m_splitter;
    QMenu* m_nodeMenu = nullptr;
    QList<QAction*> m_actions;
    QPointer<QuestionDialog> m_question;
};

} // namespace notrack::gui
