#pragma once

#include "gui/model/journal.h"
#include "gui/remote/process_channel.h"
#include "gui/view/appearance.h"
#include "gui/view/fleet_page.h"
#include "gui/view/main_window.h"
#include "gui/view/node_page.h"
#include "gui/view/question_dialog.h"
#include "tests/gui/real_input.h"

#include <QApplication>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QPushButton>
#include <QTest>
#include <QTimer>
#include <QTranslator>
#include <QTreeView>

#include <algorithm>
#include <memory>

namespace notrack::gui
{

inline constexpr int interval = 2;
inline constexpr int patience = 60'000; ///< for what has no bound of its own; the machine may be busy

inline QString setting(const char* name)
{
    return qEnvironmentVariable(name);
}

inline QString labFile(const char* name)
{
    return setting("NOTRACK_LAB") + QLatin1Char('/') + QLatin1String(name);
}

inline Preferences labPreferences()
{
    Preferences preferences;
    preferences.connection.interval = interval;
    preferences.connection.runner = labFile("runner");
    preferences.connection.sshArguments = QStringList{QStringLiteral("-F"), labFile("ssh_config")};
    preferences.connection.askpassProgram = setting("NOTRACK_VIEWER");
    preferences.connection.runnerByGroup.insert(QStringLiteral("hostile"), QStringLiteral("cat /dev/zero;"));
    preferences.sources.inventories = QStringList{labFile("hosts.ini")};
    return preferences;
}

inline void runLab(const char* command, int node)
{
    run(setting("NOTRACK_LAB_SCRIPT"), {QLatin1String(command), setting("NOTRACK_LAB"), QString::number(node)});
}

inline void runInNode(int node, const QStringList& words)
{
    QFile tag(labFile("tag"));
    QVERIFY(tag.open(QIODevice::ReadOnly));
    const QString name = QString::fromLatin1(tag.readAll().trimmed()) + QLatin1Char('-') + QString::number(node);
    run(QStringLiteral("ip"), QStringList{QStringLiteral("netns"), QStringLiteral("exec"), name} + words);
}

inline void shoot(QWidget& widget, const char* name)
{
    QTest::qWait(300);
    const QString directory = setting("NOTRACK_SCREENSHOTS");
    if (!directory.isEmpty()) {
        QVERIFY(widget.grab().save(directory + QLatin1Char('/') + QLatin1String(name) + QStringLiteral(".png")));
    }
}

/// The viewer beside the nodes that ssh_lab.sh made, and what a person does with it.
class ViewerLab : public QObject
{
protected:
    /// Takes the translation beside the viewer, as it has it built in.
    void speak(const char* language)
    {
        const QString file = QFileInfo(setting("NOTRACK_VIEWER")).path() + QStringLiteral("/dns-notrack-viewer_%1.qm");
        QCoreApplication::removeTranslator(&m_translator);
        QVERIFY(m_translator.load(file.arg(QLatin1String(language))));
        QCoreApplication::installTranslator(&m_translator);
    }

    const NodeRecord* recordOf(const char* node) { return m_window->watch().model().find(QLatin1String(node)); }

    QString stateOf(const char* node)
    {
        const NodeRecord* record = recordOf(node);
        return record == nullptr ? QString() : stableName(record->state());
    }

    /// Clicks on the node's row, once it stands still: what nodes have just said moves rows a moment later.
    void chooseByHand(const char* node)
    {
        const QTreeView* table = m_window->fleetPage()->table();
        QRect place;
        while (table->visualRect(rowNamed(node)) != place) {
            place = table->visualRect(rowNamed(node));
            QTest::qWait(500);
        }
        click(*table->viewport(), place.center());
        QCOMPARE(m_window->fleetPage()->currentNode(), QLatin1String(node));
    }

    QModelIndex rowNamed(const char* node)
    {
        const QAbstractItemModel* rows = m_window->fleetPage()->table()->model();
        return rows->match(rows->index(0, 0), Qt::DisplayRole, QLatin1String(node), 1, Qt::MatchExactly).value(0);
    }

    /// Presses keys and types a path into the file dialog that they open, as soon as it is there: it has an event loop of its own.
    static void giveFile(const QString& keys, const QString& path)
    {
        QProcess hands;
        QTimer looking;
        connect(&looking, &QTimer::timeout, &looking, [&] {
            const auto* dialog = qobject_cast<QFileDialog*>(QApplication::activeModalWidget());
            if (dialog != nullptr && dialog->isActiveWindow()) {
                looking.stop();
                hands.start(QStringLiteral("xdotool"),
                            {QStringLiteral("type"), QStringLiteral("--args"), QStringLiteral("1"), path, QStringLiteral("sleep"),
                             QStringLiteral("0.5"), QStringLiteral("key"), QStringLiteral("Return")});
            }
        });
        QTRY_VERIFY_WITH_TIMEOUT(QApplication::activeWindow() != nullptr, patience); // again, after a dialog before this one
        looking.start(100);
        press(keys);
        QTRY_VERIFY_WITH_TIMEOUT(!looking.isActive() && hands.state() == QProcess::NotRunning, patience);
        QTest::qWait(200);
    }

    /// The dialog that waits for an answer, or nullptr.
    QuestionDialog* question()
    {
        const auto dialogs = m_window->findChildren<QuestionDialog*>();
        const auto open = std::find_if(dialogs.begin(), dialogs.end(), [](const QuestionDialog* dialog) { return dialog->isVisible(); });
        return open == dialogs.end() ? nullptr : *open;
    }

    /// Presses the node's button.
    void connectAndAsk(const char* node)
    {
        m_window->fleetPage()->chooseNode(QLatin1String(node));
        const auto buttons = m_window->nodePage()->findChildren<QPushButton*>();
        const auto button = std::find_if(buttons.begin(), buttons.end(), [](const QPushButton* candidate) {
            return candidate->isVisible() && candidate->text().contains(QStringLiteral("ask"));
        });
        QVERIFY(button != buttons.end());
        QTest::mouseClick(*button, Qt::LeftButton);
    }

    /// The window as it is, small, and dark.
    void shootEverywhere(const char* name)
    {
        const QByteArray base(name);
        shoot(*m_window, base.constData());
        m_window->resize(800, 600);
        shoot(*m_window, (base + "-800").constData());
        m_window->resize(1180, 780);
        setAppearance(Appearance::Dark);
        shoot(*m_window, (base + "-dark").constData());
        setAppearance(Appearance::Light);
    }

    QTranslator m_translator;
    std::unique_ptr<MainWindow> m_window;
    std::unique_ptr<Journal> m_journal;
};

} // namespace notrack::gui
