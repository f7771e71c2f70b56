#include "core/linux/redacted_capture.h"

#include "core/linux/captured_node.h"
#include "core/linux/node/captured_sources.h"
#include "core/linux/node/node_clues.h"
#include "core/report/address_text.h"
#include "core/report/capture_codec.h"
#include "core/report/redacted_names.h"
#include "core/report/redacted_rules.h"
#include "tests/unit/findings/node_fixture.h"
#include "tests/unit/golden.h"
#include "tests/unit/linux/random_rules.h"

#include <QMap>
#include <QRegularExpression>
#include <QSet>
#include <QTest>

#include <random>

using namespace notrack;

namespace
{

constexpr HashKey key{1, 2};
constexpr int keysForEach = 5;

/// The node of a directory, or in a file, as a capture that has all that judging reads.
Capture captureOf(const QString& directory)
{
    if (directory.endsWith(".json"))
        return *readCapture(fileText(directory).toStdString());
    Capture capture{.node = "edge-7.example"};
    const FactSources sources = fixtureSources(directory);
    const Profile profile = fixtureProfile(directory);
    LinuxNodeInspector(recording(sources, capture)).inspect(profile);
    readNodeClues(recording(sources, capture), capture.node);
    capture.profile = {{"/home/alice/p.yaml", fileText(directory + "/profile.yaml").toStdString(), {}}};
    const bool hasNft = std::any_of(capture.outputs.begin(), capture.outputs.end(), [](const CapturedOutput& output) {
        return output.command.front().find("nft") != std::string::npos && !output.error;
    });
    capture.backend = hasNft ? Backend::Nftables : Backend::Iptables;
    for (const Backend backend : allBackends)
        capture.backends.push_back(
            {backend, {}, {{Family::Ipv4, Table{Family::Ipv4, {}}, {}, {}}, {Family::Ipv6, Table{Family::Ipv6, {}}, {}, {}}}});
    return capture;
}

Report judged(const Capture& capture)
{
    const Result<Profile> profile = capturedProfile(capture);
    if (!profile)
        qFatal("%s", toText(profile.error()).c_str());
    const auto node = CapturedNode::open(capture, BackendChoice::Auto, profile->chainPrefix);
    return (*node)->run({.intent = Intent::Apply, .mode = Mode::Check, .profile = *profile});
}

/// What people read of a verdict, word by word; what stands in quotes is one.
QStringList wordsOf(const Report& report)
{
    std::string text(toText(report.state));
    for (const Finding& finding : report.findings) {
        text += " " + finding.id + " " + std::string(toText(finding.severity)) + (finding.waived ? " waived" : "") + " " + finding.summary;
        for (const std::vector<std::string>& lines : {finding.evidence, finding.advice}) {
            for (const std::string& line : lines)
                text += " " + line;
        }
    }
    static const QRegularExpression words("\"[^\"]*\"|[^\\s\"]+");
    QStringList all;
    for (auto matches = words.globalMatch(QString::fromStdString(text + " " + report.diff)); matches.hasNext();)
        all += matches.next().captured();
    return all;
}

/// Addresses and hashes of names, in a word.
const QRegularExpression personal("[0-9a-f:]*(?:[0-9a-f]{0,4}:){2,}[0-9a-f:]*|\\d+\\.\\d+\\.\\d+\\.\\d+|n-[0-9a-f]{12}");

/// Where two verdicts differ in more than this: where one has a name or an address, the other has one that stands for it, and for no other one.
QString otherWords(const Report& plain, const Report& redacted)
{
    const QStringList one = wordsOf(plain);
    const QStringList other = wordsOf(redacted);
    QMap<QString, QString> images;
    QMap<QString, QString> originals;
    for (qsizetype i = 0; i < std::min(one.size(), other.size()); ++i) {
        const bool same = images.value(one[i], other[i]) == other[i] && originals.value(other[i], one[i]) == one[i];
        if (!same || (one[i] != other[i] && !other[i].contains(personal)))
            return one.mid(std::max<qsizetype>(i - 5, 0), 15).join(' ') + "\n" + other.mid(std::max<qsizetype>(i - 5, 0), 15).join(' ');
        images[one[i]] = other[i];
        originals[other[i]] = one[i];
    }
    return one.size() == other.size() ? QString() : QString("%1 words, %2 words").arg(one.size()).arg(other.size());
}

/// The addresses in a capture, as people write them, that are somebody's.
QSet<QString> personalAddresses(const Capture& capture)
{
    static const QRegularExpression candidates("[0-9a-f:]*(?:[0-9a-f]{0,4}:){2,}[0-9a-f:]*|\\d+\\.\\d+\\.\\d+\\.\\d+");
    static const QSet<QString> ofAll{"10.0.0.0", "100.64.0.0", "172.16.0.0", "192.168.0.0", "255.255.255.255"};
    QSet<QString> found;
    const QString text = QString::fromStdString(writeCapture(capture));
    for (auto matches = candidates.globalMatch(text); matches.hasNext();) {
        const QString word = matches.next().captured();
        const Result<Address> address = readAddress(word.toStdString());
        if (address && !isSpecialUse(*address) && !ofAll.contains(word))
            found.insert(word);
    }
    return found;
}

Capture randomCapture(std::mt19937_64& random)
{
    const QStringList nodes{"kubeadm-ipvs-flannel", "plain-lvs", "kubespray-calico", "per-node-cidr", "dual-stack"};
    Capture capture = captureOf(dataPath("findings/" + nodes[static_cast<qsizetype>(random() % 5)]));
    RandomRules node(random);
    for (CapturedOutput& output : capture.outputs) {
        if (output.command == std::vector<std::string>{"iptables-legacy-save", "-t", "filter"})
            output = {output.command, node.save(), {}};
    }
    capture.nftables = {{"ip acmewall"}, {}, node.decoded(), {}};
    capture.ipSets.found = node.sets();
    return capture;
}

QString replacedIn(const char* text, AddressForm form = AddressForm::Plain)
{
    PrivateAddresses addresses(key);
    learnAddresses(text, form, addresses);
    return QString::fromStdString(replaceAddresses(text, form, addresses));
}

} // namespace

class RedactedCaptureTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theVerdictStays_data()
    {
        QTest::addColumn<QString>("directory");
        const QDir cases(dataPath("findings"));
        for (const QString& name : cases.entryList(QDir::Dirs | QDir::NoDotAndDotDot))
            QTest::newRow(qPrintable(name)) << cases.filePath(name);
        const QDir captures(dataPath("captures"));
        for (const QString& name : captures.entryList({"*.json"}, QDir::Files))
            QTest::newRow(qPrintable(name)) << captures.filePath(name);
    }

    void theVerdictStays()
    {
        QFETCH(QString, directory);
        const Capture capture = captureOf(directory);
        const Report plain = judged(capture);
        std::mt19937_64 random(11); // NOLINT(bugprone-random-generator-seed,cert-msc51-cpp): the same keys every time
        for (int i = 0; i < keysForEach; ++i) {
            const Result<RedactedCapture> redacted = redactCapture(capture, {random(), random()});
            QVERIFY2(redacted, redacted ? "" : toText(redacted.error()).c_str());
            QCOMPARE(otherWords(plain, judged(redacted->capture)), QString());
        }
    }

    void theVerdictOfRandomOnesStays_data()
    {
        QTest::addColumn<int>("seed");
        for (int seed = 0; seed < 100; ++seed)
            QTest::addRow("%d", seed) << seed;
    }

    void theVerdictOfRandomOnesStays()
    {
        QFETCH(int, seed);
        std::mt19937_64 random(static_cast<std::uint64_t>(seed));
        const Capture capture = randomCapture(random);
        const Result<RedactedCapture> redacted = redactCapture(capture, {random(), random()});
        QVERIFY2(redacted, redacted ? "" : toText(redacted.error()).c_str());
        QCOMPARE(otherWords(judged(capture), judged(redacted->capture)), QString());
        const QString text = QString::fromStdString(writeCapture(redacted->capture));
        for (const char* name : {"bank", "ACME", "acme", "trusted", "edge-7", "alice"})
            QVERIFY2(!text.contains(name), name);
    }

    /// By chance an address may have itself as its image: not with one key after the other.
    void noAddressStaysWithEveryKey_data() { theVerdictStays_data(); }
    void noAddressStaysWithEveryKey()
    {
        QFETCH(QString, directory);
        std::mt19937_64 random(12); // NOLINT(bugprone-random-generator-seed,cert-msc51-cpp): the same keys every time
        const Capture capture = captureOf(directory);
        QSet<QString> left = personalAddresses(capture);
        QVERIFY(!left.isEmpty() || directory.contains("/plain-lvs")); // all of its addresses are for documentation
        for (int i = 0; i < keysForEach; ++i)
            left.intersect(personalAddresses(redactCapture(capture, {random(), random()})->capture));
        QCOMPARE(QStringList(left.values()).join(' '), QString());
    }

    /// Two that share their first bits share as many afterwards, and nothing else stays.
    void prefixesStay()
    {
        PrivateAddresses addresses(key);
        std::mt19937 random(7); // NOLINT(bugprone-random-generator-seed,cert-msc51-cpp): the same addresses every time
        int moved = 0;
        for (int i = 0; i < 2000; ++i) {
            const bool six = i % 2 == 1;
            Address::Bytes one{};
            for (std::uint8_t& byte : one)
                byte = static_cast<std::uint8_t>(random());
            Address::Bytes other = one;
            const int bit = static_cast<int>(random() % (six ? 128 : 32));
            for (std::size_t at = static_cast<std::size_t>(bit) / 8; at < other.size(); ++at)
                other.at(at) = static_cast<std::uint8_t>(random());
            const Family family = six ? Family::Ipv6 : Family::Ipv4;
            const Address a(family, one);
            const Address b(family, other);
            const auto shared = [](const Address& x, const Address& y) {
                int length = 0;
                while (length < x.bits() && Prefix(x, length + 1) == Prefix(y, length + 1))
                    ++length;
                return length;
            };
            QCOMPARE(shared(addresses.imageOf(a), addresses.imageOf(b)), shared(a, b));
            moved += addresses.imageOf(a) == a ? 0 : 1;
        }
        QVERIFY(moved > 1500); // the rest is special-use
    }

    void networksAndRangesStayWhole()
    {
        PrivateAddresses addresses(key);
        const Prefix network = *readPrefix("10.244.0.0/20");
        addresses.learn(network);
        QCOMPARE(addresses.imageOf(network).address(), addresses.imageOf(network.address()));
        const Address first = *readAddress("203.10.7.5");
        const Address last = *readAddress("203.10.9.77");
        addresses.learnRange(first, last);
        for (const char* text : {"203.10.7.4", "203.10.7.5", "203.10.8.0", "203.10.9.77", "203.10.9.78", "203.10.6.255", "203.10.200.1"}) {
            const Address address = *readAddress(text);
            const Address image = addresses.imageOf(address);
            QCOMPARE(addresses.imageOf(first) <= image && image <= addresses.imageOf(last), first <= address && address <= last);
        }
        for (const char* text : {"127.0.0.1", "255.255.0.0", "169.254.1.1", "::1", "fe80::1", "224.0.0.18", "192.0.2.7", "0.0.0.0"})
            QCOMPARE(addresses.imageOf(*readAddress(text)), *readAddress(text));
        QVERIFY(readPrefix("10.0.0.0/8")->contains(addresses.imageOf(*readAddress("10.1.2.3"))));
        QVERIFY(readPrefix("fd00::/8")->contains(addresses.imageOf(*readAddress("fd12::3"))));
    }

    void everyFormIsTheSameAddress()
    {
        const QString plain = replacedIn("10.96.0.10");
        const QStringList parts = plain.split('.');
        QVERIFY(plain != "10.96.0.10");
        QString digits;
        QString memory;
        for (const QString& part : parts) {
            digits += QString("%1").arg(part.toInt(), 2, 16, QChar('0')).toUpper();
            memory.prepend(QString("%1").arg(part.toInt(), 2, 16, QChar('0')).toUpper());
        }
        QCOMPARE(
            replacedIn("UDP  0A60000A:0035 rr persistent 10800 FFFFFFFF\n  -> [fd00:0096:0000:0000:0000:0000:0000:000a]:0035 Masq 1 0 0\n",
                       AddressForm::IpvsTable)
                .section(' ', 2, 2),
            digits + ":0035");
        QCOMPARE(replacedIn("eth0\t0A00600A\t00000000\t0001\t0\t0\t0\tFFFFFFFF\t0\t0\t0\n", AddressForm::RoutingTable4),
                 "eth0\t" + memory + "\t00000000\t0001\t0\t0\t0\tFFFFFFFF\t0\t0\t0\n");
        QCOMPARE(replacedIn("-A X -d 10.96.0.10 -j DNAT --to-destination 10.96.0.10:53"),
                 "-A X -d " + plain + " -j DNAT --to-destination " + plain + ":53");
        QCOMPARE(replacedIn("52:54:00:ab:cd:ef").mid(0, 3), QString("02:"));
        QCOMPARE(replacedIn("aa:bb:cc:dd:ee 1.2.1 12:30:45 :FORWARD ACCEPT [0:0] 1024:65535"),
                 QString("aa:bb:cc:dd:ee 1.2.1 12:30:45 :FORWARD ACCEPT [0:0] 1024:65535"));
    }

    void names()
    {
        const HashedNames names(key, {"NMANAGER"});
        const QString hash = QString::fromStdString(names.hashOf("ACME"));
        const QString comment = QString::fromStdString(names.hashOf("\"the bank's\""));
        QCOMPARE(QString::fromStdString(names.inRules(
                     "*filter\n:FORWARD DROP [0:0]\n:ACME - [0:0]\n:KUBE-X - [0:0]\n-A ACME -m comment --comment \"the bank's\" "
                     "-m set --match-set ACME src -j LOG\n-A FORWARD -j ACME\n-A FORWARD -g KUBE-X\n",
                     false)),
                 "*filter\n:FORWARD DROP [0:0]\n:" + hash + " - [0:0]\n:KUBE-X - [0:0]\n-A " + hash + " -m comment --comment \"" + comment +
                     "\" -m set --match-set " + hash + " src -j LOG\n-A FORWARD -j " + hash + "\n-A FORWARD -g KUBE-X\n");
        QCOMPARE(QString::fromStdString(
                     names.inRules("table inet ACME {\n\tset ACME {\n\tchain ACME {\n\t\tmeta mark set 0x1 ip saddr @ACME ct state vmap { "
                                   "new : jump ACME, invalid : drop } comment \"the bank's\"\n",
                                   true)),
                 "table inet " + hash + " {\n\tset " + hash + " {\n\tchain " + hash + " {\n\t\tmeta mark set 0x1 ip saddr @" + hash +
                     " ct state vmap { new : jump " + hash + ", invalid : drop } comment \"" + comment + "\"\n");
    }

    /// Of the profile nothing is left but its values, and of those no name.
    void profiles()
    {
        Capture capture = captureOf(dataPath("findings/plain-lvs"));
        capture.profile = {{"p.yaml",
                            "# ours\nversion: 1\nname: Acme Bank Frankfurt # x\nservices: [10.96.0.10]\npodCIDRs: [10.244.0.0/16]\n"
                            "tunnels: [{ port: 8472, peers: [20.30.40.0/24] }]\n"
                            "safety: { probe: { name: dns.acme.example }, trial: { ignore: [10.244.7.0/24] } }\n"
                            "nodes:\n  - match: [edge-*, core]\n    scope: any\n    chainPrefix: ACMEBANK\n",
                            {}}};
        capture.tunnels = {{"flannel.1", "vxlan", Port{8472}, {*readPrefix("20.30.40.0/24")}}};
        const Result<RedactedCapture> redacted = redactCapture(capture, key);
        QVERIFY2(redacted, redacted ? "" : toText(redacted.error()).c_str());
        const HashedNames names(key, {});
        const Profile& profile = *redacted->profile;
        QCOMPARE(QString::fromStdString(profile.name), QString::fromStdString(names.hashOf("Acme Bank Frankfurt")));
        QCOMPARE(QString::fromStdString(profile.safety.probe->name), QString::fromStdString(names.hashOf("dns.acme.example")));
        QCOMPARE(profile.scope, Scope::Any);
        QVERIFY(profile.podCidrs.front().contains(profile.safety.trialIgnore.front().address()));
        QCOMPARE(profile.tunnels.front().port.value, std::uint16_t{8472});
        QVERIFY(profile.tunnels.front().peers.front() != *readPrefix("20.30.40.0/24"));
        QVERIFY(redacted->capture.tunnels.front().underlay == profile.tunnels.front().peers);
        QCOMPARE(redacted->capture.profile.size(), std::size_t{1});
        const QString text = QString::fromStdString(redacted->capture.profile.front().text);
        QVERIFY2(
            !text.contains(QRegularExpression("ours|acme b|bank fr|frankfurt|edge|core|dns\\.", QRegularExpression::CaseInsensitiveOption)),
            qPrintable(text));
    }

    void decodedRules()
    {
        using namespace nf_tables;
        PrivateAddresses addresses(key);
        nf_tables::Rule rule{1, {}, {}};
        rule.expressions = {Payload{PayloadBase::Network, 12, 3, 1},  Compare{nf_tables::CompareOperator::Equal, 1, {10, 244, 7}},
                            Payload{PayloadBase::Network, 16, 4, 2},  Lookup{"s", 2, std::nullopt, false, false},
                            Payload{PayloadBase::Transport, 2, 2, 3}, Compare{nf_tables::CompareOperator::Equal, 3, {0, 53}}};
        const Set set{
            "s", setInterval,
            7,   4,
            0,   0,
            {},  {{{0, 0, 0, 0}, {}, true, false, {}}, {{20, 1, 0, 0}, {}, false, false, {}}, {{20, 1, 0, 128}, {}, true, false, {}}},
            true};
        nf_tables::Rules rules{1, {{"ip", "t", 0, {{"c", 1, {}, {rule}}}, {set}}}, true};
        learnAddresses(rules, addresses);
        replaceAddresses(rules, addresses);
        const auto& changed = rules.tables[0].chains[0].rules[0].expressions;
        const Address::Bytes network = addresses.imageOf(*readAddress("10.244.7.0")).bytes();
        QCOMPARE(std::get<Compare>(changed[1]).value, (Bytes{network[0], network[1], network[2]}));
        QCOMPARE(std::get<Compare>(changed[5]).value, (Bytes{0, 53}));
        const Address::Bytes first = addresses.imageOf(*readAddress("20.1.0.0")).bytes();
        const std::vector<SetElement>& elements = rules.tables[0].sets[0].elements;
        QCOMPARE(elements.size(), std::size_t{3});
        QCOMPARE(elements[1].key, (Bytes{first[0], first[1], first[2], 0}));
        QCOMPARE(elements[2].key, (Bytes{first[0], first[1], first[2], 128}));
        QVERIFY(first != readAddress("20.1.0.0")->bytes());
    }

    void nothingOfThemIsLeft()
    {
        Capture capture = captureOf(dataPath("findings/dual-stack"));
        capture.pods = {{{"blue-pod", {*readAddress("10.244.1.7")}}}, {"/run/netns/green-pod: not a network namespace"}};
        capture.witnesses = capture.pods;
        const Result<RedactedCapture> redacted = redactCapture(capture, key);
        QVERIFY(redacted);
        const QString text = QString::fromStdString(writeCapture(redacted->capture));
        for (const char* secret : {"edge-7", "alice", "blue-pod", "green-pod", "10.244.1.7", "10.96.0.10", "0A60000A", "fd00:96::a"})
            QVERIFY2(!text.contains(secret), secret);
    }
};

QTEST_APPLESS_MAIN(RedactedCaptureTest)
#include "redacted_capture_test.moc"
