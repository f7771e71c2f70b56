#include <QDirIterator>
#include <QRegularExpression>
#include <QTest>

/// The parts of the viewer and what each may include: remote -> model -> view, and nothing of the runner.
class LayeringTest : public QObject
{
    Q_OBJECT

private slots:
    void parts_data()
    {
        QTest::addColumn<QString>("part");
        QTest::addColumn<QString>("allowed");
        QTest::newRow("remote") << "gui/remote" << "^(core/[a-z_]+\\.h|gui/remote/.*)$";
        QTest::newRow("model") << "gui/model" << "^(core/[a-z_]+\\.h|gui/(remote|model)/.*)$";
        QTest::newRow("view") << "gui/view" << "^(core/[a-z_]+\\.h|gui/(remote|model|view)/.*)$";
    }

    void parts()
    {
        QFETCH(QString, part);
        QFETCH(QString, allowed);
        static const QRegularExpression include(QStringLiteral("#include \"([^\"]+)\""));
        const QRegularExpression permitted(allowed);
        QStringList offences;
        int read = 0;
        QDirIterator files(QStringLiteral(NOTRACK_SOURCE_DIR "/") + part, {QStringLiteral("*.h"), QStringLiteral("*.cpp")}, QDir::Files);
        while (files.hasNext()) {
            QFile file(files.next());
            QVERIFY(file.open(QIODevice::ReadOnly));
            const QString text = QString::fromUtf8(file.readAll());
            for (auto match = include.globalMatch(text); match.hasNext();) {
                const QString target = match.next().captured(1);
                ++read;
                if (!permitted.match(target).hasMatch() && !target.endsWith(QLatin1String(".moc"))) {
                    offences.append(file.fileName() + QStringLiteral(" includes ") + target);
                }
            }
        }
        QVERIFY(read > 10);
        QCOMPARE(offences.join(QLatin1Char('\n')), QString());
    }
};

QTEST_APPLESS_MAIN(LayeringTest)
#include "layering_test.moc"
