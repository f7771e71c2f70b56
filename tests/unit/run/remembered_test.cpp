#include "core/linux/remembered_files.h"
#include "core/net/rule_text.h"
#include "core/run/remembered.h"
#include "tests/unit/run/canned_node.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace notrack;

namespace
{

Pending fullPending()
{
    Profile asking = dualStack();
    asking.safety.probe->from = {ProbeOrigin::Pods};
    asking.tunnels = {{Port{8472}, {*readPrefix("192.0.2.0/24"), *readPrefix("2001:db8::/64")}}};
    ProbeResult answered{.from = "pod", .service = "10.96.0.10", .asked = 12, .answered = 11, .silent = 0};
    Pending pending{.digest = "fnv1a64:0123456789abcdef", .backend = Backend::Nftables, .asking = asking, .baseline = {answered}};
    for (const Family family : allFamilies) {
        OwnedPart part = wantedPart(buildRuleset(asking, family), {"OLD"});
        part.ruleset.prerouting.clear(); // who is asked what stands in `asking`
        part.ruleset.output.clear();
        part.ruleset.tunnels = {};
        pending.before.push_back(part);
    }
    return pending;
}

} // namespace

/// What runs write down comes back as it was, and anything else counts as nothing.
class RememberedTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void rulesComeBackFromTheirText()
    {
        for (const Scope scope : {Scope::Pods, Scope::Any}) {
            for (const Family family : allFamilies) {
                Profile profile = dualStack();
                profile.scope = scope;
                profile.protocols = {Protocol::Udp, Protocol::Tcp};
                const Ruleset ruleset = buildRuleset(profile, family);
                for (const NotrackRule& rule : ruleset.prerouting) {
                    const Result<NotrackRule> read = readRule(toText(rule));
                    QVERIFY2(read && *read == rule, toText(rule).c_str());
                }
            }
        }
        for (const char* text :
             {"-p udp -m udp --sport 40000:40007 --dport 53 -j RETURN", "-s 10.0.0.0/8 -p tcp -m tcp --sport 53 --dport "
                                                                        "40000:40007 -m addrtype ! --dst-type LOCAL -j CT --notrack"}) {
            const Result<NotrackRule> read = readRule(text);
            QVERIFY2(read && toText(*read) == text, text);
        }
        for (const char* text : {"-p udp -m udp --sport 53: -j RETURN", "-p udp -m udp --sport 7:3 -j RETURN",
                                 "-p udp -m udp --sport 3:3 -j RETURN", "-p udp -m udp --sport 1:2:3 -j RETURN", "-p udp -j DROP", "",
                                 "-j ACCEPT", "-p udp -j CT", "-d 10.0.0.0/33 -p udp -j CT --notrack", "-p udp -j CT --notrack -m x",
                                 "-p sctp -j CT --notrack", "-p udp -m udp --dport 65536 -j CT --notrack"})
            QVERIFY2(!readRule(text), text);
    }

    void pendingComesBack()
    {
        const Pending pending = fullPending();
        const std::optional<Pending> read = readPending(writePending(pending));
        QVERIFY(read.has_value());
        QVERIFY(*read == pending);
    }

    void rulesOfOthersInOurChainsAreLeftOut()
    {
        Pending pending = fullPending();
        pending.before[0].chains.back().entries.push_back({0, Entry{ForeignRule{"ACCEPT", "-j ACCEPT -m x", {}}, {}}});
        QVERIFY(*readPending(writePending(pending)) == fullPending());
    }

    void verdictAndDampingComeBack()
    {
        const Verdict verdict{.digest = "d", .backend = Backend::Nftables, .verified = {Proof::Probe, "2026-11-22T23:00:00Z", 3}};
        QVERIFY(readVerdict(writeVerdict(verdict)) == verdict);
        const Damping damping =
            afterRollBack(afterRepair(afterWithdrawal({}, std::chrono::seconds(5)), std::chrono::seconds(6)), "d", std::chrono::seconds(7));
        QVERIFY(readDamping(writeDamping(damping)) == damping);
    }

    void tornAndStrangeTextIsNothing()
    {
        const std::string whole = writePending(fullPending());
        for (std::size_t length = 0; length + 2 < whole.size(); length += 7)
            QVERIFY(!readPending(whole.substr(0, length)));
        for (const char* text : {"", "null", "[]", "{\"digest\": 1}", "\xff", "{\"by\": \"oracle\", \"backend\": \"iptables\"}"}) {
            QVERIFY(!readPending(text));
            QVERIFY(!readVerdict(text));
            QVERIFY(readDamping(text) == Damping{});
        }
    }

    void pausesDouble()
    {
        using namespace std::chrono_literals;
        Damping damping;
        std::vector<std::chrono::seconds> pauses;
        for (int i = 0; i < 10; ++i) {
            damping = afterRollBack(damping, "d", 100s);
            pauses.push_back(damping.waitUntil - 100s);
        }
        QCOMPARE(pauses.front(), 600s);
        QCOMPARE(pauses.at(1), 1200s);
        QCOMPARE(pauses.back(), 86400s);
        QVERIFY(reasonToWait(damping, "d", 101s));
        QVERIFY(!reasonToWait(damping, "another profile", 101s));
        QVERIFY(!reasonToWait(damping, "d", 86501s));
        QVERIFY(afterCalm(damping, 101s) == damping);
        QVERIFY(afterCalm(damping, 200'000s) == Damping{});
    }

    void prefixesAreOnlyNames()
    {
        MemoryOfRuns files;
        files.texts[Remembered::Prefixes] = "OLD\n\n../../etc\nA PREFIX\nMUCH_TOO_LONG_A_NAME\nNEW\n";
        Memory memory(files);
        QVERIFY(memory.prefixes() == (std::vector<std::string>{"OLD", "NEW"}));
        QVERIFY(memory.addPrefix("OLD"));
        QVERIFY(memory.addPrefix("X"));
        QCOMPARE(files.texts[Remembered::Prefixes], "OLD\nNEW\nX\n");
    }

    void digestsOfTheLastProfilesAreKept()
    {
        MemoryOfRuns files;
        Memory memory(files);
        for (int i = 0; i < 25; ++i)
            QVERIFY(memory.write(Verdict{.digest = "digest-" + std::to_string(i)}));
        QVERIFY(memory.write(Verdict{.digest = "digest-24"}));
        QVERIFY(memory.hasApplied("digest-5") && memory.hasApplied("digest-24"));
        QVERIFY(!memory.hasApplied("digest-4") && !memory.hasApplied("") && !memory.hasApplied("digest"));
        QCOMPARE(QString::fromStdString(files.texts[Remembered::Digests]).count('\n'), 20);
    }

    // The files.

    void filesComeBackAndGo()
    {
        const auto files = makeRememberedFiles(folders());
        QVERIFY(!files->read(Remembered::Verdict));
        QVERIFY(files->write(Remembered::Verdict, "one\ntwo\n"));
        QVERIFY(files->write(Remembered::Prefixes, "OLD\n"));
        QVERIFY(files->write(Remembered::Digests, "one\n"));
        const auto later = makeRememberedFiles(folders());
        QCOMPARE(later->read(Remembered::Verdict).value_or(""), "one\ntwo\n");
        QCOMPARE(later->read(Remembered::Prefixes).value_or(""), "OLD\n");
        later->erase(Remembered::Verdict);
        QVERIFY(!files->read(Remembered::Verdict));
    }

    void whatAnotherBootOrNamespaceWroteIsPassedOver()
    {
        const auto files = makeRememberedFiles(folders());
        QVERIFY(files->write(Remembered::Pending, "x"));
        QFile file(m_folder.filePath("run/pending"));
        QVERIFY(file.open(QIODevice::ReadWrite));
        QByteArray text = file.readAll();
        text.replace("netns ", "netns 1");
        file.seek(0);
        file.write(text);
        file.close();
        QVERIFY(!files->read(Remembered::Pending));
        files->erase(Remembered::Pending);
        QVERIFY(file.exists());
    }

    void oneRunAtATime()
    {
        const auto files = makeRememberedFiles(folders());
        {
            const auto lock = files->lock(std::chrono::milliseconds(0));
            QVERIFY(lock.has_value());
            const auto second = makeRememberedFiles(folders())->lock(std::chrono::milliseconds(10));
            QVERIFY(!second && second.error().kind == ErrorKind::Busy);
        }
        QVERIFY(files->lock(std::chrono::milliseconds(0)).has_value());
    }

    void aFolderThatCannotBeMadeIsSaid()
    {
        const auto files = makeRememberedFiles({"/proc/no-such-folder", "/proc/no-such-folder"});
        QVERIFY(!files->write(Remembered::Verdict, "x"));
        QVERIFY(!files->lock(std::chrono::milliseconds(0)));
        QVERIFY(!files->read(Remembered::Verdict));
    }

private:
    MemoryFolders folders() const { return {m_folder.filePath("run").toStdString(), m_folder.filePath("state").toStdString()}; }

    QTemporaryDir m_folder;
};

QTEST_APPLESS_MAIN(RememberedTest)
#include "remembered_test.moc"
