#include "gui/view/fleet_page.h"
#include "gui/view/main_window.h"
#include "gui/view/notice_bar.h"
#include "gui/view/preview_dialog.h"
#include "tests/gui/memory_channel.h"

#include <QFile>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeWidget>

using namespace notrack::gui;

namespace
{

/// node01 to nodeCOUNT, a line each.
QByteArray hosts(int count)
{
    QByteArray text;
    for (int node = 1; node <= count; ++node) {
        text += QStringLiteral("node%1\n").arg(node, 2, 10, QLatin1Char('0')).toUtf8();
    }
    return text;
}

void writeLines(const QString& path, const QByteArray& text)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
}

/// A window on one source, as it is after the source was read.
struct Watching
{
    explicit Watching(const NodeSources& sources)
        : window(preferencesFor(sources), Remember::NoSources, [this](QObject* parent) { return new MemoryChannel(parent, channels); })
    {
        window.show();
        window.loadSources();
    }

    static Preferences preferencesFor(const NodeSources& sources)
    {
        Preferences preferences = readPreferences(QSettings()); // as a command line is laid over what is remembered
        preferences.sources = sources;
        return preferences;
    }

    PreviewDialog* dialog() const { return window.findChild<PreviewDialog*>(); }
    int nodes() { return window.watch().model().rowCount(); }
    void press(const char* button) { QTest::mouseClick(dialog()->findChild<QPushButton*>(QLatin1String(button)), Qt::LeftButton); }

    std::vector<MemoryChannel*> channels;
    MainWindow window;
};

} // namespace

/// Nobody is contacted before a person has looked through a large source, or one that names hosts of all kinds.
class PreviewTest : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName(QStringLiteral("dns-notrack"));
        QCoreApplication::setApplicationName(QStringLiteral("preview-test"));
        QSettings().clear();
    }

    void whichSourcesAreLookedThrough()
    {
        QTemporaryDir folder;
        const QString list = folder.filePath(QStringLiteral("hosts"));
        const QString config = folder.filePath(QStringLiteral("config"));
        writeLines(config, "Host github.com\nHost node1 node2\nHost *.example.org\n");
        const auto read = [](SourceLoader& loader, const NodeSources& sources, const SourceChoices& choices) {
            QSignalSpy loaded(&loader, &SourceLoader::loaded);
            loader.load(sources, choices);
            loaded.wait(30'000);
            QStringList told{QString::number(loaded.value(0).value(0).value<Inventory>().nodes.size())};
            for (const SourcePreview& preview : loader.previews()) {
                told.append(QStringLiteral("%1 of %2%3")
                                .arg(preview.leftOut.size())
                                .arg(preview.nodes.size())
                                .arg(preview.held ? QStringLiteral(" held") : QString()));
            }
            return told.join(QStringLiteral("; "));
        };
        SourceLoader loader;
        writeLines(list, hosts(20));
        QCOMPARE(read(loader, {{list}, {}, {}}, {}), QStringLiteral("20"));
        writeLines(list, hosts(21));
        QCOMPARE(read(loader, {{list}, {}, {}}, {}), QStringLiteral("0; 0 of 21 held"));
        QCOMPARE(read(loader, {{list}, {}, {QStringLiteral("typed")}}, {}), QStringLiteral("1; 0 of 21 held"));
        QCOMPARE(read(loader, {{list}, {}, {}}, {{list, {QStringLiteral("node02"), QStringLiteral("gone")}}}),
                 QStringLiteral("20; 2 of 21"));
        QCOMPARE(read(loader, {{}, {config}, {}}, {}), QStringLiteral("0; 0 of 3 held"));
        QCOMPARE(read(loader, {{}, {config}, {}}, {{config, {QStringLiteral("github.com")}}}), QStringLiteral("2; 1 of 3"));
    }

    void aLargeInventoryWaits()
    {
        QTemporaryDir folder;
        const QString list = folder.filePath(QStringLiteral("hosts"));
        writeLines(list, hosts(25));
        {
            Watching watching({{list}, {}, {}});
            QTRY_VERIFY(watching.dialog() != nullptr);
            QCOMPARE(watching.nodes(), 0);
            QVERIFY(watching.channels.empty());
            QVERIFY(watching.window.held()->text().startsWith(QStringLiteral("25 node(s) of ")));
            watching.dialog()->reject(); // not now
            QTRY_VERIFY(watching.dialog() == nullptr);
            QCOMPARE(watching.nodes(), 0);
            QTest::mouseClick(watching.window.held()->findChild<QPushButton*>(), Qt::LeftButton);
            QTRY_VERIFY(watching.dialog() != nullptr);
            auto* accept = watching.dialog()->findChild<QPushButton*>(QStringLiteral("accept"));
            QCOMPARE(accept->text(), QStringLiteral("&Contact 25 node(s)"));
            watching.dialog()->findChild<QLineEdit*>()->setText(QStringLiteral("node1"));
            QTest::keyClick(watching.dialog()->findChild<QLineEdit*>(), Qt::Key_Return); // by habit
            QVERIFY(watching.dialog()->isVisible());
            watching.press("none");
            QCOMPARE(accept->text(), QStringLiteral("&Contact 15 node(s)"));
            watching.dialog()->nodes()->topLevelItem(9)->setCheckState(0, Qt::Checked); // node10
            QCOMPARE(accept->text(), QStringLiteral("&Contact 16 node(s)"));
            watching.press("accept");
            QTRY_COMPARE(watching.nodes(), 16);
            QVERIFY(watching.window.watch().model().find(QStringLiteral("node10")) != nullptr);
            QVERIFY(watching.window.watch().model().find(QStringLiteral("node11")) == nullptr);
            QTRY_VERIFY(watching.dialog() == nullptr);
            QCOMPARE(watching.window.held()->text(), QString());
        }
        Watching again({{list}, {}, {}}); // the choice is remembered, the command line's sources are not
        QTRY_COMPARE(again.nodes(), 16);
        QVERIFY(again.dialog() == nullptr);
        const auto actions = again.window.findChildren<QAction*>();
        const auto choose = std::find_if(actions.begin(), actions.end(), [](const QAction* action) {
            return action->text() == QStringLiteral("C&hoose the nodes of sources…");
        });
        (*choose)->trigger();
        QTRY_VERIFY(again.dialog() != nullptr);
        QCOMPARE(again.dialog()->leftOut().size(), 9);
        QCOMPARE(again.nodes(), 16); // meanwhile nothing changes
        again.press("all");
        again.press("accept");
        QTRY_COMPARE(again.nodes(), 25);
    }

    void nothingOfAnSshConfigurationIsCheckedAtFirst()
    {
        QTemporaryDir folder;
        const QString config = folder.filePath(QStringLiteral("config"));
        writeLines(config, "Host github.com\nHost node1 node2\n");
        const QString list = folder.filePath(QStringLiteral("hosts"));
        writeLines(list, hosts(21));
        Watching watching({{list}, {config}, {}});
        QTRY_VERIFY(watching.dialog() != nullptr);
        QCOMPARE(watching.dialog()->leftOut().size(), 3);
        const QPointer<PreviewDialog> first = watching.dialog();
        watching.window.loadSources(); // read again meanwhile: one question stays
        QTest::qWait(200);
        QCOMPARE(watching.window.findChildren<PreviewDialog*>(), QList<PreviewDialog*>{first});
        watching.dialog()->nodes()->topLevelItem(1)->setCheckState(0, Qt::Checked);
        watching.press("accept");
        QTRY_COMPARE(watching.nodes(), 1);
        QTRY_VERIFY(watching.dialog() != nullptr && watching.dialog() != first); // the other source is asked about
        QCOMPARE(watching.dialog()->leftOut().size(), 0);
        watching.press("accept");
        QTRY_COMPARE(watching.nodes(), 22);
    }
};

QTEST_MAIN(PreviewTest)
#include "preview_test.moc"
