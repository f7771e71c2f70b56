#include "gui/remote/inventory_readers.h"
#include "gui/remote/node_sources.h"
#include "gui/remote/ssh_arguments.h"
#include "gui/remote/ssh_command.h"

#include <QTest>

using namespace notrack::gui;

/// How ssh is called: by settings, by inventories.
class SshArgumentsTest : public QObject
{
    Q_OBJECT

private slots:
    void argumentsOfInventories_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("taken");
        QTest::addColumn<QString>("passedOver");
        QTest::newRow("nothing") << ""
                                 << ""
                                 << "";
        QTest::newRow("jump") << "-o ProxyJump=ops@bastion:2222,second"
                              << "-o|ProxyJump=ops@bastion:2222,second"
                              << "";
        QTest::newRow("jump, short") << "-J bastion -q"
                                     << "-o|ProxyJump=bastion"
                                     << "";
        QTest::newRow("as one word") << "-oProxyJump=bastion -p22"
                                     << "-o|ProxyJump=bastion|-o|Port=22"
                                     << "";
        QTest::newRow("with a space") << "-o 'ProxyJump bastion'"
                                      << "-o|ProxyJump=bastion"
                                      << "";
        QTest::newRow("ProxyCommand that is a jump") << R"(-o ProxyCommand="ssh -W %h:%p -q -p 2222 ops@gate")"
                                                     << "-o|ProxyJump=ops@gate:2222"
                                                     << "";
        QTest::newRow("ProxyCommand") << R"(-o ProxyCommand="sh -c 'touch /tmp/x'")"
                                      << ""
                                      << "ProxyCommand";
        QTest::newRow("ProxyCommand in disguise") << R"(-o ProxyCommand="ssh -W %h:%p -o ProxyCommand=evil gate")"
                                                  << ""
                                                  << "ProxyCommand";
        QTest::newRow("jump that is an option") << "-o ProxyJump=-oProxyCommand=evil"
                                                << ""
                                                << "ProxyJump";
        QTest::newRow("jump with a command") << "-o 'ProxyJump=a;touch /tmp/x'"
                                             << ""
                                             << "ProxyJump";
        QTest::newRow("command") << "-o LocalCommand=evil -o permitlocalcommand=yes"
                                 << ""
                                 << "LocalCommand|permitlocalcommand";
        QTest::newRow("configuration") << "-F /tmp/evil"
                                       << ""
                                       << "-F|/tmp/evil";
        QTest::newRow("ours") << "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ControlMaster=auto"
                              << ""
                              << "";
        QTest::newRow("template") << "-J {{ bastion }}"
                                  << ""
                                  << "a template";
        QTest::newRow("cut short") << "-o"
                                   << ""
                                   << "";
    }

    void argumentsOfInventories()
    {
        QFETCH(QString, text);
        QFETCH(QString, taken);
        QFETCH(QString, passedOver);
        const SshArguments found = readSshArguments(text);
        QCOMPARE(found.taken.join(QLatin1Char('|')), taken);
        QCOMPARE(found.passedOver.join(QLatin1Char('|')), passedOver);
    }

    void inventorysWayIsTaken()
    {
        const Inventory inventory =
            readIniInventory(QStringLiteral("a ansible_ssh_common_args='-J gate' ansible_ssh_extra_args='-o Port=2022 -o ProxyCommand=x'\n"
                                            "b ansible_ssh_common_args='-o ProxyCommand=y'"));
        const QStringList words = buildCommand(inventory.nodes.at(0), {}, Interaction::Batch).arguments;
        QVERIFY(words.contains(QStringLiteral("ProxyJump=gate")) && words.contains(QStringLiteral("Port=2022")));
        QVERIFY(words.indexOf(QStringLiteral("StrictHostKeyChecking=yes")) < words.indexOf(QStringLiteral("ProxyJump=gate"))); // ours win
        QVERIFY(waysToNode(inventory.nodes.at(0), {}).contains(QStringLiteral("ProxyJump=gate")));
        QCOMPARE(inventory.problems,
                 QStringList{QStringLiteral("arguments for ssh: ProxyCommand is passed over, since an inventory runs nothing on this "
                                            "desk; put it into ~/.ssh/config")});
    }

    void sshArguments()
    {
        NodeEntry node{QStringLiteral("n"),     QStringLiteral("h"), QStringLiteral("u"), 22, QStringLiteral("/k"), false,
                       {QStringLiteral("edge")}};
        ConnectionSettings settings;
        settings.sshArguments = QStringList{QStringLiteral("-F"), QStringLiteral("my config")};
        settings.runnerByGroup.insert(QStringLiteral("edge"), QStringLiteral("sudo -n /opt/dns-notrack"));
        const Command batch = buildCommand(node, settings, Interaction::Batch);
        QCOMPARE(batch.program, QStringLiteral("ssh"));
        QCOMPARE(batch.arguments.mid(0, 3).join(QLatin1Char('|')), QStringLiteral("-F|my config|-T"));
        QCOMPARE(batch.arguments.mid(batch.arguments.size() - 9).join(QLatin1Char('|')),
                 QStringLiteral("-p|22|-l|u|-i|/k|--|h|sudo -n /opt/dns-notrack status --watch 5 --output json"));
        QVERIFY(batch.arguments.contains(QStringLiteral("BatchMode=yes")));
        QVERIFY(batch.arguments.contains(QStringLiteral("StrictHostKeyChecking=yes")));
        const std::vector<std::pair<QString, QString>> nobodyAnswers{{QStringLiteral("SSH_ASKPASS_REQUIRE"), QStringLiteral("force")},
                                                                     {QStringLiteral("SSH_ASKPASS"), QStringLiteral("/bin/false")}};
        QCOMPARE(batch.environment, nobodyAnswers);
        const Command asking = buildCommand(node, settings, Interaction::Interactive);
        QVERIFY(asking.arguments.contains(QStringLiteral("StrictHostKeyChecking=ask")));
        QCOMPARE(asking.arguments.last(), QStringLiteral("sudo -n /opt/dns-notrack status --watch 5 --output json"));
        QCOMPARE(asking.environment.size(), std::size_t{4});
        const Command local = buildCommand(localNode(), settings, Interaction::Batch);
        QCOMPARE(local.program + QLatin1Char(' ') + local.arguments.join(QLatin1Char(' ')),
                 QStringLiteral("/usr/sbin/dns-notrack status --watch 5 --output json"));
    }
};

QTEST_GUILESS_MAIN(SshArgumentsTest)
#include "ssh_arguments_test.moc"
