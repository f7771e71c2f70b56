#include "gui/remote/askpass.h"
#include "gui/remote/host_key_question.h"
#include "gui/remote/private_agent.h"
#include "gui/remote/ssh_command.h"
#include "gui/view/question_dialog.h"

#include <QFile>
#include <QFontInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLocalSocket>
#include <QPushButton>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTableWidget>
#include <QTest>

using namespace notrack::gui;

namespace
{

const QString fingerprint = QStringLiteral("SHA256:Y/YLMfQm2CQ3tNHDLJd9kRSIVm5oJcvZ6Uq6oCFPv2w");

QString hostKeyText(const QString& host)
{
    return QStringLiteral(
               "The authenticity of host '%1' can't be established.\nED25519 key fingerprint is %2.\nThis key is not known by any other "
               "names.\nAre you sure you want to continue connecting (yes/no/[fingerprint])? ")
        .arg(host, fingerprint);
}

/// ssh's askpass half, as far as the server sees it.
class Asking
{
public:
    Asking(const AskpassServer& server, const QString& node, const QString& prompt)
    {
        m_socket.connectToServer(server.socketPath());
        m_socket.write(
            QJsonDocument(QJsonObject{{QStringLiteral("node"), node}, {QStringLiteral("prompt"), prompt}}).toJson(QJsonDocument::Compact) +
            '\n');
    }

    /// Empty as long as there is none.
    QByteArray answer()
    {
        if (m_socket.canReadLine()) {
            m_answer = m_socket.readLine().trimmed();
        }
        return m_answer;
    }

private:
    QLocalSocket m_socket;
    QByteArray m_answer;
};

} // namespace

/// What ssh asks a person, and how often.
class QuestionTest : public QObject
{
    Q_OBJECT

private slots:
    void aHostKeyIsTakenApart_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("parts");
        QTest::newRow("OpenSSH 9")
            << hostKeyText(QStringLiteral("10.99.1.2 (10.99.1.2)"))
            << QStringLiteral("10.99.1.2 (10.99.1.2)|ED25519|%1||This key is not known by any other names.").arg(fingerprint);
        QTest::newRow("known names")
            << QStringLiteral(
                   "The authenticity of host '[b]:2222 ([10.0.0.1]:2222)' can't be established.\nRSA key fingerprint is %1.\nThis host "
                   "key is known by the following other names/addresses:\n    ~/.ssh/known_hosts:3: a\n    ~/.ssh/known_hosts:14: [hashed "
                   "name]\nMatching host key fingerprint found in DNS.\nAre you sure you want to continue connecting (yes/no)? ")
                   .arg(fingerprint)
            << QStringLiteral("[b]:2222 ([10.0.0.1]:2222)|RSA|%1|a,[hashed name]|Matching host key fingerprint found in DNS.")
                   .arg(fingerprint);
        QTest::newRow("passphrase") << QStringLiteral("Enter passphrase for key '/root/.ssh/id_ed25519': ") << QString();
        QTest::newRow("no fingerprint") << QStringLiteral("The authenticity of host 'a' can't be established.\n(yes/no)? ") << QString();
        QTest::newRow("nothing") << QString() << QString();
    }

    void aHostKeyIsTakenApart()
    {
        QFETCH(QString, text);
        QFETCH(QString, parts);
        const auto key = readHostKeyQuestion(text);
        QStringList found;
        if (key) {
            found = QStringList{key->host, key->type, key->fingerprint, key->knownAs.join(QLatin1Char(',')), key->remarks};
        }
        QCOMPARE(found.join(QLatin1Char('|')), parts);
    }

    void oneAnswerIsForAllWhoWaitForTheSameKey()
    {
        AskpassServer server;
        QSignalSpy asked(&server, &AskpassServer::asked);
        const QString bastion = hostKeyText(QStringLiteral("bastion (10.0.0.1)"));
        Asking first(server, QStringLiteral("a"), bastion);
        QTRY_COMPARE(asked.size(), 1);
        Asking second(server, QStringLiteral("b"), bastion);
        Asking other(server, QStringLiteral("c"), hostKeyText(QStringLiteral("c (10.0.0.3)")));
        QTest::qWait(200);
        server.answer(QStringLiteral("yes"));
        QTRY_COMPARE(first.answer(), QByteArray("{\"answer\":\"yes\"}"));
        QTRY_COMPARE(second.answer(), QByteArray("{\"answer\":\"yes\"}"));
        QTRY_COMPARE(asked.size(), 2); // about the other host alone
        QCOMPARE(asked[1][0].value<Question>().node, QStringLiteral("c"));
        QCOMPARE(other.answer(), QByteArray());
        server.refuse();
        QTRY_COMPARE(other.answer(), QByteArray("{}"));
    }

    /// A node may ask in the words that ssh has for a key of this machine.
    void aSecretGoesToTheOneWhoAskedAlone()
    {
        AskpassServer server;
        QSignalSpy asked(&server, &AskpassServer::asked);
        const QString prompt = QStringLiteral("Enter passphrase for key '/root/.ssh/id_ed25519': ");
        Asking first(server, QStringLiteral("a"), prompt);
        QTRY_COMPARE(asked.size(), 1);
        Asking second(server, QStringLiteral("b"), prompt);
        QTest::qWait(200);
        server.answer(QStringLiteral("secret"));
        QTRY_COMPARE(first.answer(), QByteArray("{\"answer\":\"secret\"}"));
        QTRY_COMPARE(asked.size(), 2);
        QCOMPARE(second.answer(), QByteArray());
    }

    void aFingerprintStandsWholeInATable()
    {
        QuestionDialog dialog({QStringLiteral("a"), hostKeyText(QStringLiteral("a (10.0.0.1)")), QuestionKind::Confirm}, nullptr);
        dialog.show();
        const auto* table = dialog.findChild<QTableWidget*>();
        QVERIFY(table != nullptr);
        QStringList rows;
        for (int row = 0; row < table->rowCount(); ++row) {
            rows.append(table->verticalHeaderItem(row)->text() + QLatin1Char('=') + table->item(row, 0)->text());
        }
        QCOMPARE(rows.join(QLatin1Char('|')), QStringLiteral("Host=a (10.0.0.1)|Kind of key=ED25519|Fingerprint=") + fingerprint);
        QVERIFY(QFontInfo(table->item(2, 0)->font()).fixedPitch());
        QVERIFY(table->columnWidth(0) >= QFontMetrics(table->item(2, 0)->font()).horizontalAdvance(fingerprint));
        QVERIFY(table->viewport()->width() >= table->columnWidth(0)); // nothing to scroll to
        QCOMPARE(dialog.answer(), QStringLiteral("yes"));
        QVERIFY(!dialog.findChild<QPushButton*>(QStringLiteral("accept"))->isDefault());
    }

    void anUnlockedKeyLetsAllItsNodesIn()
    {
        ConnectionSettings settings;
        const auto wordsFor = [&settings](Interaction interaction) {
            const Command command = buildCommand({QStringLiteral("a"), QStringLiteral("a")}, settings, interaction);
            QStringList words;
            for (const auto& [name, value] : command.environment) {
                if (name == QLatin1String("SSH_AUTH_SOCK")) {
                    words.append(value);
                }
            }
            if (command.arguments.contains(QStringLiteral("AddKeysToAgent=yes"))) {
                words.append(QStringLiteral("adds"));
            }
            return words.join(QLatin1Char(' '));
        };
        QCOMPARE(wordsFor(Interaction::Batch), QString());
        QCOMPARE(wordsFor(Interaction::Interactive), QString()); // nothing is put into a person's own agent
        settings.agentSocket = QStringLiteral("/run/agent");
        QCOMPARE(wordsFor(Interaction::Batch), QStringLiteral("/run/agent"));
        QCOMPARE(wordsFor(Interaction::Interactive), QStringLiteral("/run/agent adds"));
    }

    void theAgentLivesAsLongAsTheRun()
    {
        if (QStandardPaths::findExecutable(QStringLiteral("ssh-agent")).isEmpty()) {
            QSKIP("ssh-agent is not installed");
        }
        qputenv("SSH_AUTH_SOCK", "/run/somebody");
        QCOMPARE(PrivateAgent().socketPath(), QString());
        qunsetenv("SSH_AUTH_SOCK");
        QString path;
        {
            const PrivateAgent agent;
            path = agent.socketPath();
            QVERIFY(!path.isEmpty());
            QTRY_VERIFY(QFile::exists(path));
            QLocalSocket socket;
            socket.connectToServer(path);
            QVERIFY(socket.waitForConnected(5000));
        }
        QVERIFY(!QFile::exists(path));
    }
};

QTEST_MAIN(QuestionTest)
#include "question_test.moc"
