#include "core/linux/backend.h"

#include <QTest>

using namespace notrack;

class BackendTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// What a node shows, and what follows.
    void choices_data()
    {
        QTest::addColumn<BackendHints>("hints");
        QTest::addColumn<QString>("chosen");
        const std::string hint = "KUBE-IPTABLES-HINT in the ipv4 mangle table";
        QTest::newRow("nothing") << BackendHints{} << "nftables: no hint chains, and legacy iptables cannot be had on this node";
        QTest::newRow("nftables' hint")
            << BackendHints{.nftablesHint = hint, .legacyHint = hint, .legacyLibrary = true, .legacyRawTable = true}
            << "nftables: chain KUBE-IPTABLES-HINT in the ipv4 mangle table of nftables tells that this node uses it";
        QTest::newRow("legacy's hint")
            << BackendHints{.legacyHint = hint, .legacyLibrary = true}
            << "iptables: chain KUBE-IPTABLES-HINT in the ipv4 mangle table of iptables tells that this node uses it";
        QTest::newRow("a raw table") << BackendHints{.legacyLibrary = true, .legacyRawTable = true}
                                     << "iptables: no hint chains; this node has a legacy raw table";
        QTest::newRow("a raw table without the library")
            << BackendHints{.legacyRawTable = true} << "nftables: no hint chains, and legacy iptables cannot be had on this node";
        QTest::newRow("a kernel with legacy tables")
            << BackendHints{.legacyLibrary = true, .legacyKernel = true} << "iptables: no hint chains; this kernel has legacy iptables";
        QTest::newRow("modules") << BackendHints{.legacyLibrary = true, .legacyModule = true}
                                 << "iptables: no hint chains; legacy iptables modules are installed";
    }

    void choices()
    {
        QFETCH(BackendHints, hints);
        QFETCH(QString, chosen);
        const auto text = [](const PreferredBackend& one) {
            return QString::fromStdString(std::string(toText(one.backend)) + ": " + one.reason);
        };
        QCOMPARE(text(preferBackend(BackendChoice::Auto, hints)), chosen);
        QCOMPARE(text(preferBackend(BackendChoice::Iptables, hints)), "iptables: the profile asks for it");
        QCOMPARE(text(preferBackend(BackendChoice::Nftables, hints)), "nftables: the profile asks for it");
    }
};

QTEST_APPLESS_MAIN(BackendTest)
#include "backend_test.moc"
