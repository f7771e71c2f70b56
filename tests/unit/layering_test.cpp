#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>
#include <QTest>

namespace
{

const QString quoted = QStringLiteral("^#include [\"]([^\"]+)[\"]");
const QString angled = QStringLiteral("^#include <([^>]+)>");

} // namespace

/// Reads every #include "..." below the source folders and holds it against the layers of ARCHITECTURE.md.
class LayeringTest : public QObject
{
    Q_OBJECT

private slots:
    void includesFollowTheLayers_data()
    {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<QStringList>("mayInclude");
        QTest::newRow("core") << "core" << QStringList{"core"};
        QTest::newRow("core/linux") << "core/linux" << QStringList{"core", "core/linux"};
        QTest::newRow("headless") << "headless" << QStringList{"core", "core/linux", "headless"};
        QTest::newRow("gui/remote") << "gui/remote" << QStringList{"core", "gui/remote"};
        QTest::newRow("gui/model") << "gui/model" << QStringList{"core", "gui/remote", "gui/model"};
        QTest::newRow("gui/view") << "gui/view" << QStringList{"core", "gui/remote", "gui/model", "gui/view"};
    }

    void includesFollowTheLayers()
    {
        QFETCH(QString, folder);
        QFETCH(QStringList, mayInclude);
        const QDir source(NOTRACK_SOURCE_DIR);
        QStringList violations;
        int files = 0;
        for (const QFileInfo& file : QDir(source.filePath(folder)).entryInfoList({"*.h", "*.cpp"}, QDir::Files)) {
            ++files;
            for (const QString& include : includesOf(file.filePath(), quoted)) {
                if (!mayInclude.contains(include.left(include.lastIndexOf('/'))))
                    violations << source.relativeFilePath(file.filePath()) + " includes " + include;
            }
        }
        QCOMPARE(violations, QStringList());
        QVERIFY(files > 0 || folder.startsWith("gui"));
    }

    void theCoreIsPortable()
    {
        const QDir core(QString(NOTRACK_SOURCE_DIR) + "/core");
        QStringList violations;
        for (const QFileInfo& file : core.entryInfoList({"*.h", "*.cpp"}, QDir::Files)) {
            for (const QString& include : includesOf(file.filePath(), angled)) {
                if (include.startsWith("linux/") || include.startsWith("libiptc/") || include.startsWith('Q'))
                    violations << file.fileName() + " includes " + include;
            }
        }
        QCOMPARE(violations, QStringList());
    }

private:
    static QStringList includesOf(const QString& path, const QString& pattern)
    {
        QFile file(path);
        if (!file.open(QIODevice::ReadOnly))
            qFatal("cannot read %s", qPrintable(path));
        QStringList found;
        QRegularExpressionMatchIterator matches =
            QRegularExpression(pattern, QRegularExpression::MultilineOption).globalMatch(QString::fromUtf8(file.readAll()));
        while (matches.hasNext())
            found << matches.next().captured(1);
        return found;
    }
};

QTEST_APPLESS_MAIN(LayeringTest)
#include "layering_test.moc"
