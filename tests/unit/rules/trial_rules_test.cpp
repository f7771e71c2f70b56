#include "core/rules/plan.h"
#include "core/rules/trial_rules.h"
#include "tests/unit/run/memory_table_store.h"

#include <QTest>

#include <algorithm>

using namespace notrack;

namespace
{

constexpr PortRange clientPorts{Port{40000}, Port{40007}};

Profile dualStack(Scope scope)
{
    Profile profile;
    profile.services = {*readAddress("10.96.0.10"), *readAddress("fd00:96::a")};
    profile.podCidrs = {*readPrefix("10.244.0.0/16"), *readPrefix("fd00:244::/48")};
    profile.protocols = {Protocol::Udp, Protocol::Tcp};
    profile.scope = scope;
    return profile;
}

/// One family, udp only: three rules a hook that has any.
Ruleset small(Scope scope)
{
    Profile profile = dualStack(scope);
    profile.protocols = {Protocol::Udp};
    return buildRuleset(profile, Family::Ipv4);
}

QStringList listing(const std::vector<NotrackRule>& rules)
{
    QStringList lines;
    for (const NotrackRule& rule : rules)
        lines += QString::fromStdString(toText(rule));
    return lines;
}

QStringList linesOf(const Table& table)
{
    QStringList lines;
    for (const std::string& line : toLines(table))
        lines << QString::fromStdString(line);
    return lines;
}

Table made(const Table& table, const OwnedPart& wanted)
{
    return withStepsDone(table, makePlan(compare(table, wanted)));
}

Table sorted(Table table)
{
    std::sort(table.chains.begin(), table.chains.end(), [](const Chain& left, const Chain& right) { return left.name < right.name; });
    return table;
}

/// A node where the rules of an earlier profile stand, in part, and between rules of others; each entry has counters of its own.
Table drifted()
{
    return readLines({"PREROUTING:", "  theirs", "  -j NMANAGER_PREROUTING", "  theirs too",
                      "OUTPUT:", "NMANAGER_PREROUTING:", "  -j NMANAGER_NOT_DNS_PREROUTING", "  of others",
                      "NMANAGER_NOT_DNS_PREROUTING:", "  rule 1", "  rule 3", "OLD_NOT_DNS_PREROUTING:", "  rule 2"},
                     small(Scope::Any));
}

OwnedPart presentOf(const Table& table, const Ruleset& full)
{
    return presentPart(table, wantedPart(full, {"OLD"}));
}

} // namespace

/// What a trial puts into the tables, and that nothing of it stays.
class TrialRulesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void podsNarrowed()
    {
        const Ruleset trial = narrowed(buildRuleset(dualStack(Scope::Pods), Family::Ipv6), clientPorts);
        QStringList expected;
        for (const char* protocol : {"udp", "tcp"}) {
            const auto line = [&](const char* format) { return QString(format).arg(protocol); };
            expected += line("-s fd00:244::/48 -d fd00:96::a/128 -p %1 -m %1 --sport 40000:40007 --dport 53 -m addrtype ! --src-type "
                             "LOCAL -j CT --notrack");
            expected += line("-s fd00:244::/48 -d fd00:244::/48 -p %1 -m %1 --sport 40000:40007 --dport 53 -m addrtype ! --src-type "
                             "LOCAL -j CT --notrack");
            expected += line("-s fd00:244::/48 -d fd00:244::/48 -p %1 -m %1 --sport 53 --dport 40000:40007 -m addrtype ! --dst-type "
                             "LOCAL -j CT --notrack");
        }
        QCOMPARE(listing(trial.trial.prerouting), expected);
        QVERIFY(trial.trial.output.empty());
        QVERIFY(!trial.has(ChainKind::Rules));
    }

    /// What iptables-legacy-save prints for it (tests/kernel/test_trial_rules.py).
    void anyNarrowedAsListed()
    {
        const QString expected = "*raw\n"
                                 ":PREROUTING ACCEPT [0:0]\n"
                                 ":OUTPUT ACCEPT [0:0]\n"
                                 ":NMANAGER_OUTPUT - [0:0]\n"
                                 ":NMANAGER_PREROUTING - [0:0]\n"
                                 ":NMANAGER_TRIAL_OUTPUT - [0:0]\n"
                                 ":NMANAGER_TRIAL_PREROUTING - [0:0]\n"
                                 "-A PREROUTING -j NMANAGER_PREROUTING\n"
                                 "-A OUTPUT -j NMANAGER_OUTPUT\n"
                                 "-A NMANAGER_OUTPUT -j NMANAGER_TRIAL_OUTPUT\n"
                                 "-A NMANAGER_PREROUTING -j NMANAGER_TRIAL_PREROUTING\n"
                                 "-A NMANAGER_TRIAL_OUTPUT -d 10.96.0.10/32 -p udp -m udp --sport 40000:40007 --dport 53 -j CT --notrack\n"
                                 "-A NMANAGER_TRIAL_OUTPUT -d 10.244.0.0/16 -p udp -m udp --sport 40000:40007 --dport 53 -j CT --notrack\n"
                                 "-A NMANAGER_TRIAL_OUTPUT -s 10.244.0.0/16 -p udp -m udp --sport 53 --dport 40000:40007 -j CT --notrack\n"
                                 "-A NMANAGER_TRIAL_PREROUTING -d 10.96.0.10/32 -p udp -m udp --sport 40000:40007 --dport 53 -j CT "
                                 "--notrack\n"
                                 "-A NMANAGER_TRIAL_PREROUTING -d 10.244.0.0/16 -p udp -m udp --sport 40000:40007 --dport 53 -j CT "
                                 "--notrack\n"
                                 "-A NMANAGER_TRIAL_PREROUTING -s 10.244.0.0/16 -p udp -m udp --sport 53 --dport 40000:40007 -j CT "
                                 "--notrack\n"
                                 "COMMIT\n";
        QCOMPARE(QString::fromStdString(toText(narrowed(small(Scope::Any), clientPorts))), expected);
    }

    void exceptionsStandFirstWhereThereAreRules()
    {
        const Ruleset full = buildRuleset(dualStack(Scope::Pods), Family::Ipv4);
        const Ruleset reverse = withExceptions(full, clientPorts);
        QStringList expected{
            "-p udp -m udp --sport 40000:40007 --dport 53 -j RETURN", "-p udp -m udp --sport 53 --dport 40000:40007 -j RETURN",
            "-p tcp -m tcp --sport 40000:40007 --dport 53 -j RETURN", "-p tcp -m tcp --sport 53 --dport 40000:40007 -j RETURN"};
        QCOMPARE(listing(reverse.prerouting), expected + listing(full.prerouting));
        QVERIFY(reverse.output.empty());
        QVERIFY(!reverse.has(ChainKind::Trial));
    }

    void nothingOfNothing()
    {
        const Ruleset none{.family = Family::Ipv6, .chainPrefix = "X", .prerouting = {}, .output = {}};
        QVERIFY(narrowed(none, clientPorts).empty());
        QVERIFY(withExceptions(none, clientPorts) == none);
    }

    void theReverseKeepsEveryCounter()
    {
        const Ruleset full = small(Scope::Pods);
        const Table sound =
            readLines({"PREROUTING:", "  -j NMANAGER_PREROUTING", "  theirs", "OUTPUT:", "  -j NMANAGER_OUTPUT",
                       "NMANAGER_PREROUTING:", "  -j NMANAGER_NOT_DNS_PREROUTING", "NMANAGER_NOT_DNS_PREROUTING:", "  rule 1", "  rule 2",
                       "  rule 3", "NMANAGER_OUTPUT:", "  -j NMANAGER_NOT_DNS_OUTPUT", "NMANAGER_NOT_DNS_OUTPUT:"},
                      full);
        const Plan plan = makePlan(compare(sound, wantedPart(withExceptions(full, clientPorts))));
        QCOMPARE(plan.steps.size(), std::size_t{2});
        const Table reversed = withStepsDone(sound, plan);
        QVERIFY(holdsTrial(reversed, "NMANAGER", {}));
        QCOMPARE(linesOf(withoutTrial(reversed, "NMANAGER", {})), linesOf(sound));
        QCOMPARE(linesOf(made(reversed, wantedPart(full))), linesOf(sound));
    }

    void bothArmsOnADriftedNode()
    {
        const Ruleset full = small(Scope::Pods);
        const Table before = drifted();
        const OwnedPart present = presentOf(before, full);
        const Table tracked = made(before, withExceptions(present, full, clientPorts));
        const QStringList exceptions{"  -p udp -m udp --sport 40000:40007 --dport 53 -j RETURN",
                                     "  -p udp -m udp --sport 53 --dport 40000:40007 -j RETURN"};
        QStringList expected = linesOf(before);
        for (const char* chain : {"OLD_NOT_DNS_PREROUTING:", "NMANAGER_NOT_DNS_PREROUTING:"}) {
            for (int i : {1, 0})
                expected.insert(expected.indexOf(chain) + 1, exceptions[i]);
        }
        QCOMPARE(linesOf(tracked), expected);

        const Plan plan = makePlan(compare(tracked, withNarrowed(present, full, clientPorts)));
        // what is taken out and put in again loses what it counts meanwhile
        QVERIFY(
            std::none_of(plan.steps.begin(), plan.steps.end(), [](const Step& step) { return std::holds_alternative<DeleteEntry>(step); }));
        const Table untracked = withStepsDone(tracked, plan);
        for (const char* hook : {"OUTPUT", "PREROUTING"})
            expected.insert(expected.indexOf(QString("%1:").arg(hook)) + 1, QString("  -j NMANAGER_TRIAL_%1").arg(hook));
        expected << "NMANAGER_TRIAL_PREROUTING:";
        for (const QString& line : listing(narrowed(full, clientPorts).trial.prerouting))
            expected << "  " + line;
        expected << "NMANAGER_TRIAL_OUTPUT:";
        QCOMPARE(linesOf(untracked), expected);

        QCOMPARE(linesOf(made(untracked, withExceptions(present, full, clientPorts))), linesOf(tracked));
        QCOMPARE(linesOf(made(untracked, present)), linesOf(before));
        QCOMPARE(linesOf(withoutTrial(untracked, "NMANAGER", {"OLD"})), linesOf(before));
        QVERIFY(holdsTrial(tracked, "NMANAGER", {"OLD"}) && holdsTrial(untracked, "NMANAGER", {"OLD"}));
        QVERIFY(!holdsTrial(before, "NMANAGER", {"OLD"}));
    }

    /// A chain of rules may meet ports that the profile no longer names.
    void portsOfTheEarlierRulesAreExemptToo()
    {
        Profile earlier = dualStack(Scope::Any);
        earlier.ports = {Port{1053}};
        earlier.protocols = {Protocol::Udp};
        const Table before = withStepsDone(
            readLines({"PREROUTING:", "OUTPUT:"}, small(Scope::Any)),
            makePlan(compare(readLines({"PREROUTING:", "OUTPUT:"}, small(Scope::Any)), wantedPart(buildRuleset(earlier, Family::Ipv4)))));
        const OwnedPart arm = withExceptions(presentOf(before, small(Scope::Pods)), small(Scope::Pods), clientPorts);
        for (const OwnedChain& chain : arm.chains) {
            if (chain.shared)
                continue;
            QStringList first;
            for (std::size_t i = 0; i < 4; ++i)
                first << QString::fromStdString(toText(chain.entries.at(i).entry.body));
            QCOMPARE(first, (QStringList{"-p udp -m udp --sport 40000:40007 --dport 53 -j RETURN",
                                         "-p udp -m udp --sport 53 --dport 40000:40007 -j RETURN",
                                         "-p udp -m udp --sport 40000:40007 --dport 1053 -j RETURN",
                                         "-p udp -m udp --sport 1053 --dport 40000:40007 -j RETURN"}));
        }
    }

    /// A run that was ended leaves what it had put in; another one starts from what stood before.
    void whatAnEarlierTrialLeftIsNotKept()
    {
        const Ruleset full = small(Scope::Pods);
        const Table before = drifted();
        const OwnedPart present = presentOf(before, full);
        const PortRange others{Port{50000}, Port{50003}};
        const Table left = made(before, withNarrowed(present, full, others));
        const OwnedPart found = presentOf(left, full);
        QVERIFY(withoutTrial(found) == present);
        QVERIFY(sorted(made(left, withNarrowed(found, full, clientPorts))) ==
                sorted(made(before, withNarrowed(present, full, clientPorts))));
        for (const OwnedPart& wanted :
             {wantedPart(full, {"OLD"}), wantedPart({.family = Family::Ipv4, .prerouting = {}, .output = {}}, {"OLD"})}) {
            QVERIFY(!compare(left, wanted).inSync());
            const Table healed = made(left, wanted);
            QVERIFY(!holdsTrial(healed, "NMANAGER", {"OLD"}));
            QVERIFY(compare(healed, wanted).inSync());
        }
    }

    void onlyATrialIsSomethingOfOurs()
    {
        const Table empty = readLines({"PREROUTING:", "OUTPUT:"}, small(Scope::Any));
        const Table left = made(empty, wantedPart(narrowed(small(Scope::Any), clientPorts)));
        QVERIFY(compare(left, wantedPart(small(Scope::Any))).anythingPresent());
        // its base chains are left, with nothing in them
        QCOMPARE(linesOf(withoutTrial(left, "NMANAGER", {})),
                 (QStringList{"PREROUTING:", "  -j NMANAGER_PREROUTING", "OUTPUT:", "  -j NMANAGER_OUTPUT",
                              "NMANAGER_PREROUTING:", "NMANAGER_OUTPUT:"}));
    }

    void whatWasOutForAMomentKeepsItsCounters()
    {
        const Ruleset full = small(Scope::Any);
        const Table before = readLines(
            {"PREROUTING:", "  -j NMANAGER_PREROUTING", "OUTPUT:", "  -j NMANAGER_OUTPUT",
             "NMANAGER_PREROUTING:", "  -j NMANAGER_NOT_DNS_PREROUTING", "NMANAGER_NOT_DNS_PREROUTING:", "  rule 1", "  rule 2", "  rule 3",
             "NMANAGER_OUTPUT:", "  -j NMANAGER_NOT_DNS_OUTPUT", "NMANAGER_NOT_DNS_OUTPUT:", "  rule 1", "  rule 2", "  rule 3"},
            full);
        const OwnedPart former = presentPart(before, wantedPart(full));
        const Table narrowedNode = made(before, wantedPart(narrowed(full, clientPorts)));
        QVERIFY(linesOf(narrowedNode) != linesOf(before));
        QVERIFY(sorted(made(narrowedNode, wantedPart(full))) != sorted(before));
        QVERIFY(sorted(made(narrowedNode, withCounters(wantedPart(full), former))) == sorted(before));
        // an entry that stands all the time keeps the kernel's count, not the former one
        Table counted = before;
        counted.chains.back().entries.front().counters = {1000, 1000};
        QVERIFY(makePlan(compare(counted, withCounters(wantedPart(full), former))).empty());
    }
};

QTEST_APPLESS_MAIN(TrialRulesTest)
#include "trial_rules_test.moc"
