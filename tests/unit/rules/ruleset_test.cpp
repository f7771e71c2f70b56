#include "core/rules/ruleset.h"

#include <QTest>

#include <algorithm>

using namespace notrack;

namespace
{

Profile classicProfile()
{
    Profile profile;
    profile.services = {*readAddress("10.96.0.10")};
    profile.podCidrs = {*readPrefix("10.244.1.0/24")};
    profile.scope = Scope::Any;
    return profile;
}

Profile largeProfile(Scope scope)
{
    Profile profile;
    profile.services = {*readAddress("10.96.0.10"), *readAddress("fd00:96::a"), *readAddress("10.96.0.11")};
    profile.podCidrs = {*readPrefix("10.244.0.0/16"), *readPrefix("10.96.0.11/32"), *readPrefix("fd00:244::/48")};
    profile.ports = {Port{53}, Port{5353}};
    profile.protocols = {Protocol::Udp, Protocol::Tcp};
    profile.scope = scope;
    return profile;
}

Profile everybodysProfile(Scope scope)
{
    Profile profile = classicProfile();
    profile.podCidrs = {*readPrefix("0.0.0.0/0")};
    profile.scope = scope;
    return profile;
}

QStringList listing(const std::vector<NotrackRule>& rules)
{
    QStringList lines;
    for (const NotrackRule& rule : rules)
        lines += QString::fromStdString(toText(rule));
    return lines;
}

} // namespace

class RulesetTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// What iptables-legacy-save of Debian 12 prints for the same chains, jumps and rules.
    void classicListing()
    {
        const QString expected = "*raw\n"
                                 ":PREROUTING ACCEPT [0:0]\n"
                                 ":OUTPUT ACCEPT [0:0]\n"
                                 ":NMANAGER_NOT_DNS_OUTPUT - [0:0]\n"
                                 ":NMANAGER_NOT_DNS_PREROUTING - [0:0]\n"
                                 ":NMANAGER_OUTPUT - [0:0]\n"
                                 ":NMANAGER_PREROUTING - [0:0]\n"
                                 "-A PREROUTING -j NMANAGER_PREROUTING\n"
                                 "-A OUTPUT -j NMANAGER_OUTPUT\n"
                                 "-A NMANAGER_NOT_DNS_OUTPUT -d 10.96.0.10/32 -p udp -m udp --dport 53 -j CT --notrack\n"
                                 "-A NMANAGER_NOT_DNS_OUTPUT -d 10.244.1.0/24 -p udp -m udp --dport 53 -j CT --notrack\n"
                                 "-A NMANAGER_NOT_DNS_OUTPUT -s 10.244.1.0/24 -p udp -m udp --sport 53 -j CT --notrack\n"
                                 "-A NMANAGER_NOT_DNS_PREROUTING -d 10.96.0.10/32 -p udp -m udp --dport 53 -j CT --notrack\n"
                                 "-A NMANAGER_NOT_DNS_PREROUTING -d 10.244.1.0/24 -p udp -m udp --dport 53 -j CT --notrack\n"
                                 "-A NMANAGER_NOT_DNS_PREROUTING -s 10.244.1.0/24 -p udp -m udp --sport 53 -j CT --notrack\n"
                                 "-A NMANAGER_OUTPUT -j NMANAGER_NOT_DNS_OUTPUT\n"
                                 "-A NMANAGER_PREROUTING -j NMANAGER_NOT_DNS_PREROUTING\n"
                                 "COMMIT\n";
        QCOMPARE(QString::fromStdString(toText(buildRuleset(classicProfile(), Family::Ipv4))), expected);
    }

    void familyWithoutServiceHasNothing()
    {
        const Ruleset ruleset = buildRuleset(classicProfile(), Family::Ipv6);
        QVERIFY(ruleset.empty());
        QCOMPARE(QString::fromStdString(toText(ruleset)), "*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n");
    }

    void podsScopeLeavesTheNodeAlone()
    {
        Profile profile = classicProfile();
        profile.scope = Scope::Pods;
        const Ruleset ruleset = buildRuleset(profile, Family::Ipv4);
        const QStringList expected{
            "-s 10.244.1.0/24 -d 10.96.0.10/32 -p udp -m udp --dport 53 -m addrtype ! --src-type LOCAL -j CT --notrack",
            "-s 10.244.1.0/24 -d 10.244.1.0/24 -p udp -m udp --dport 53 -m addrtype ! --src-type LOCAL -j CT --notrack",
            "-s 10.244.1.0/24 -d 10.244.1.0/24 -p udp -m udp --sport 53 -m addrtype ! --dst-type LOCAL -j CT --notrack",
        };
        QCOMPARE(listing(ruleset.prerouting), expected);
        QCOMPARE(listing(ruleset.output), QStringList());
        QVERIFY(toText(ruleset).find(":NMANAGER_NOT_DNS_OUTPUT - [0:0]\n") != std::string::npos);
    }

    void everyPortAndProtocolHasItsRules()
    {
        const Ruleset ruleset = buildRuleset(largeProfile(Scope::Any), Family::Ipv6);
        QStringList expected;
        for (const char* port : {"53", "5353"}) {
            for (const char* protocol : {"udp", "tcp"}) {
                const auto line = [&](const char* format) { return QString(format).arg(protocol, port); };
                expected += line("-d fd00:96::a/128 -p %1 -m %1 --dport %2 -j CT --notrack");
                expected += line("-d fd00:244::/48 -p %1 -m %1 --dport %2 -j CT --notrack");
                expected += line("-s fd00:244::/48 -p %1 -m %1 --sport %2 -j CT --notrack");
            }
        }
        QCOMPARE(listing(ruleset.prerouting), expected);
        QCOMPARE(listing(ruleset.output), expected);
    }

    void noRuleTwice_data()
    {
        QTest::addColumn<int>("scope");
        QTest::newRow("any") << static_cast<int>(Scope::Any);
        QTest::newRow("pods") << static_cast<int>(Scope::Pods);
    }

    /// A pod CIDR that is one of the services would double a rule.
    void noRuleTwice()
    {
        QFETCH(int, scope);
        QStringList lines = listing(buildRuleset(largeProfile(static_cast<Scope>(scope)), Family::Ipv4).prerouting);
        QCOMPARE(lines.removeDuplicates(), 0);
    }

    /// The kernel keeps no match for a prefix of length 0, and iptables-save prints none.
    void everythingIsNoMatch()
    {
        const QStringList any{"-d 10.96.0.10/32 -p udp -m udp --dport 53 -j CT --notrack", "-p udp -m udp --dport 53 -j CT --notrack",
                              "-p udp -m udp --sport 53 -j CT --notrack"};
        QCOMPARE(listing(buildRuleset(everybodysProfile(Scope::Any), Family::Ipv4).prerouting), any);
        const QStringList pods{"-d 10.96.0.10/32 -p udp -m udp --dport 53 -m addrtype ! --src-type LOCAL -j CT --notrack",
                               "-p udp -m udp --dport 53 -m addrtype ! --src-type LOCAL -j CT --notrack",
                               "-p udp -m udp --sport 53 -m addrtype ! --dst-type LOCAL -j CT --notrack"};
        QCOMPARE(listing(buildRuleset(everybodysProfile(Scope::Pods), Family::Ipv4).prerouting), pods);
    }

    /// Both hooks, and every pair of networks; a family may hold tunnels and no service.
    void tunnelsHaveChainsOfTheirOwn()
    {
        Profile profile = classicProfile();
        profile.tunnels = {{Port{8472}, {*readPrefix("192.0.2.0/25"), *readPrefix("198.51.100.0/24")}},
                           {Port{6081}, {*readPrefix("2001:db8::/64")}}};
        const Ruleset ruleset = buildRuleset(profile, Family::Ipv4);
        const QStringList expected{
            "-s 192.0.2.0/25 -d 192.0.2.0/25 -p udp -m udp --dport 8472 -j CT --notrack",
            "-s 192.0.2.0/25 -d 198.51.100.0/24 -p udp -m udp --dport 8472 -j CT --notrack",
            "-s 198.51.100.0/24 -d 192.0.2.0/25 -p udp -m udp --dport 8472 -j CT --notrack",
            "-s 198.51.100.0/24 -d 198.51.100.0/24 -p udp -m udp --dport 8472 -j CT --notrack",
        };
        QCOMPARE(listing(ruleset.rules(Hook::Prerouting, ChainKind::Tunnels)), expected);
        QCOMPARE(listing(ruleset.rules(Hook::Output, ChainKind::Tunnels)), expected);
        QCOMPARE(listing(ruleset.prerouting).size(), 3);
        const QString other = QString::fromStdString(toText(buildRuleset(profile, Family::Ipv6)));
        QCOMPARE(other.section('\n', 3),
                 ":NMANAGER_NOT_TUN_OUTPUT - [0:0]\n"
                 ":NMANAGER_NOT_TUN_PREROUTING - [0:0]\n"
                 ":NMANAGER_OUTPUT - [0:0]\n"
                 ":NMANAGER_PREROUTING - [0:0]\n"
                 "-A PREROUTING -j NMANAGER_PREROUTING\n"
                 "-A OUTPUT -j NMANAGER_OUTPUT\n"
                 "-A NMANAGER_NOT_TUN_OUTPUT -s 2001:db8::/64 -d 2001:db8::/64 -p udp -m udp --dport 6081 -j CT --notrack\n"
                 "-A NMANAGER_NOT_TUN_PREROUTING -s 2001:db8::/64 -d 2001:db8::/64 -p udp -m udp --dport 6081 -j CT --notrack\n"
                 "-A NMANAGER_OUTPUT -j NMANAGER_NOT_TUN_OUTPUT\n"
                 "-A NMANAGER_PREROUTING -j NMANAGER_NOT_TUN_PREROUTING\n"
                 "COMMIT\n");
    }

    void longestNamesFit()
    {
        const std::string prefix(longestChainPrefix, 'N');
        for (const Hook hook : allHooks)
            QVERIFY(std::max({ruleChain(prefix, hook).size(), tunnelChain(prefix, hook).size(), baseChain(prefix, hook).size(),
                              trialChain(prefix, hook).size()}) <= 28);
    }
};

QTEST_APPLESS_MAIN(RulesetTest)
#include "ruleset_test.moc"
