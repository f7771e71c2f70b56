#include "core/findings/findings.h"
#include "core/profile/waivable.h"

#include "tests/unit/findings/node_fixture.h"
#include "tests/unit/golden.h"

#include <QTest>

using namespace notrack;

namespace
{

QString flatten(const NodeFacts& facts, const std::vector<Finding>& findings)
{
    std::string text = forbidsApply(findings) ? "apply refuses\n" : "apply goes on\n";
    for (const Finding& finding : findings) {
        text += "\n" + std::string(toText(finding.severity)) + " " + finding.id + (finding.waived ? " (waived)" : "") + ": " +
                finding.summary + "\n";
        for (const std::string& line : finding.evidence)
            text += "  found: " + line + "\n";
        for (const std::string& line : finding.advice)
            text += "  to do: " + line + "\n";
    }
    for (const std::string& line : facts.unread)
        text += "\nunread: " + line + "\n";
    return QString::fromStdString(text);
}

} // namespace

/// Nodes as directories: what is found there, read by the real inspector, and judged.
class FindingsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void nodes_data()
    {
        QTest::addColumn<QString>("directory");
        const QDir cases(dataPath("findings"));
        for (const QString& name : cases.entryList(QDir::Dirs | QDir::NoDotAndDotDot))
            QTest::newRow(qPrintable(name)) << cases.filePath(name);
    }

    void nodes()
    {
        QFETCH(QString, directory);
        const Profile profile = fixtureProfile(directory);
        const NodeFacts facts = fixtureFacts(directory, profile);
        const bool hasNft = std::any_of(facts.savedTables.begin(), facts.savedTables.end(),
                                        [](const SavedTable& saved) { return saved.backend == Backend::Nftables; });
        const QString actual = flatten(facts, judge(profile, facts, hasNft ? Backend::Nftables : Backend::Iptables));
        QCOMPARE(actual, goldenText(directory + "/expected.txt", actual));
    }

    void everyIdIsStable()
    {
        QStringList ids;
        for (const std::string_view id : waivableFindings)
            ids.push_back(QString::fromUtf8(id.data(), static_cast<qsizetype>(id.size())));
        QCOMPARE(ids.join(' '),
                 QString("not-ipvs service-dnat host-queries host-port stateful-forward no-backends backend-outside-pod-cidrs "
                         "per-node-cidr other-notrack other-backend bridge-netfilter unread-rules contended missing-modules lost-snat "
                         "masqueraded-answer foreign-networks early-raw one-packet-scheduling icmp-invalid stale-servers foreign-objects "
                         "stateful-tunnel translated-tunnel other-tunnel-notrack trial dns-silent no-witness no-effect"));
    }

    void longRuleSetsAreJudged()
    {
        const QString directory = dataPath("findings/kubeadm-iptables-mode");
        const Profile profile = fixtureProfile(directory);
        NodeFacts facts = fixtureFacts(directory, profile);
        SavedTable& nat = facts.savedTables.front();
        for (int i = 0; i < 20'000; ++i)
            nat.lines.insert(nat.lines.end(),
                             "-A KUBE-SERVICES -d 10.97." + std::to_string(i / 250) + "." + std::to_string(i % 250) +
                                 "/32 -p tcp -m comment --comment \"ns/svc:http cluster IP\" -m tcp --dport 80 -j KUBE-SVC-X");
        QVERIFY(forbidsApply(judge(profile, facts, Backend::Nftables))); // a cost that grows with the square would run into ctest's limit
    }
};

QTEST_APPLESS_MAIN(FindingsTest)
#include "findings_test.moc"
