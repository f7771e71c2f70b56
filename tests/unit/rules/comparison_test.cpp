#include "core/findings/raw_listing.h"
#include "core/report/rule_report.h"
#include "core/rules/diff.h"
#include "core/rules/plan.h"
#include "tests/unit/run/memory_table_store.h"

#include <QTest>

#include <algorithm>
#include <random>

using namespace notrack;

namespace
{

/// The classic rules: three a hook.
Ruleset classic()
{
    Profile profile;
    profile.services = {*readAddress("10.96.0.10")};
    profile.podCidrs = {*readPrefix("10.244.1.0/24")};
    profile.scope = Scope::Any;
    return buildRuleset(profile, Family::Ipv4);
}

Ruleset nothing(std::string prefix = "NMANAGER")
{
    return {.family = Family::Ipv4, .chainPrefix = std::move(prefix), .prerouting = {}, .output = {}};
}

const std::vector<std::string> inPlace{"PREROUTING:",
                                       "  -j NMANAGER_PREROUTING",
                                       "OUTPUT:",
                                       "  -j NMANAGER_OUTPUT",
                                       "NMANAGER_PREROUTING:",
                                       "  -j NMANAGER_NOT_DNS_PREROUTING",
                                       "NMANAGER_NOT_DNS_PREROUTING:",
                                       "  rule 1",
                                       "  rule 2",
                                       "  rule 3",
                                       "NMANAGER_OUTPUT:",
                                       "  -j NMANAGER_NOT_DNS_OUTPUT",
                                       "NMANAGER_NOT_DNS_OUTPUT:",
                                       "  rule 1",
                                       "  rule 2",
                                       "  rule 3"};

std::vector<std::string> edited(std::initializer_list<std::pair<const char*, std::vector<std::string>>> replacements)
{
    std::vector<std::string> lines = inPlace;
    for (const auto& [line, with] : replacements) {
        const auto at = std::find(lines.begin(), lines.end(), line);
        if (at == lines.end())
            qFatal("no line %s", line);
        lines.insert(lines.erase(at), with.begin(), with.end());
    }
    return lines;
}

/// Lines as they come back from a table that nobody touched.
std::vector<std::string> asFound(const std::vector<std::string>& lines)
{
    return toLines(readLines(lines, classic()));
}

QStringList planText(const Plan& plan)
{
    QStringList lines;
    for (const Step& step : plan.steps)
        lines << QString::fromStdString(toText(step));
    return lines;
}

std::vector<std::string> foreignLines(const Table& table)
{
    std::vector<std::string> lines;
    for (const Chain& chain : table.chains) {
        for (const Entry& entry : chain.entries) {
            const auto* foreign = std::get_if<ForeignRule>(&entry.body);
            if (foreign != nullptr && chain.name.find("_NOT_DNS_") == std::string::npos)
                lines.push_back(chain.name + " " + foreign->text + " " + std::to_string(entry.counters.packets));
        }
    }
    return lines;
}

/// The kernel lists chains by name; the order in which they were created does not count.
QStringList sorted(Table table)
{
    std::sort(table.chains.begin(), table.chains.end(), [](const Chain& left, const Chain& right) { return left.name < right.name; });
    QStringList lines;
    for (const std::string& line : toLines(table))
        lines << QString::fromStdString(line);
    return lines;
}

} // namespace

Q_DECLARE_METATYPE(std::vector<std::string>)

class ComparisonTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void plans_data()
    {
        QTest::addColumn<std::vector<std::string>>("found");
        QTest::addColumn<QStringList>("steps");
        const QString rule1 = "-d 10.96.0.10/32 -p udp -m udp --dport 53 -j CT --notrack";
        const QString rule2 = "-d 10.244.1.0/24 -p udp -m udp --dport 53 -j CT --notrack";

        QTest::newRow("in sync") << inPlace << QStringList();
        QTest::newRow("rule deleted") << edited({{"  rule 2", {}}}) << QStringList{"-I NMANAGER_NOT_DNS_PREROUTING 2 " + rule2};
        QTest::newRow("rule added") << edited({{"  rule 2", {"  rule 2", "  somebody's"}}})
                                    << QStringList{"-D NMANAGER_NOT_DNS_PREROUTING 3"};
        QTest::newRow("rule doubled") << edited({{"  rule 1", {"  rule 1", "  rule 1"}}})
                                      << QStringList{"-D NMANAGER_NOT_DNS_PREROUTING 2"};
        QTest::newRow("rules reordered") << edited({{"  rule 1", {}}, {"  rule 3", {"  rule 3", "  rule 1"}}})
                                         << QStringList{"-D NMANAGER_NOT_DNS_PREROUTING 3",
                                                        "-I NMANAGER_NOT_DNS_PREROUTING 1 " + rule1 + " -c 6 600"};
        QTest::newRow("chain flushed") << edited({{"  rule 1", {}}, {"  rule 2", {}}, {"  rule 3", {}}})
                                       << QStringList{
                                              "-I NMANAGER_NOT_DNS_PREROUTING 1 " + rule1, "-I NMANAGER_NOT_DNS_PREROUTING 2 " + rule2,
                                              "-I NMANAGER_NOT_DNS_PREROUTING 3 -s 10.244.1.0/24 -p udp -m udp --sport 53 -j CT --notrack"};
        QTest::newRow("jump deleted") << edited({{"  -j NMANAGER_PREROUTING", {}}})
                                      << QStringList{"-I PREROUTING 1 -j NMANAGER_PREROUTING"};
        QTest::newRow("jump moved down") << edited({{"  -j NMANAGER_PREROUTING", {"  somebody's", "  -j NMANAGER_PREROUTING"}}})
                                         << QStringList{"-D PREROUTING 2", "-I PREROUTING 1 -j NMANAGER_PREROUTING -c 2 200"};
        QTest::newRow("jump doubled") << edited({{"  -j NMANAGER_PREROUTING",
                                                  {"  -j NMANAGER_PREROUTING", "  somebody's", "  -j NMANAGER_PREROUTING"}}})
                                      << QStringList{"-D PREROUTING 3"};
        QTest::newRow("a chain renamed is missing, and what it became is left alone")
            << edited({{"NMANAGER_NOT_DNS_PREROUTING:", {"GONE:"}}, {"  -j NMANAGER_NOT_DNS_PREROUTING", {"  -j GONE"}}})
            << QStringList{"-N NMANAGER_NOT_DNS_PREROUTING", "-I NMANAGER_PREROUTING 1 -j NMANAGER_NOT_DNS_PREROUTING",
                           "-I NMANAGER_NOT_DNS_PREROUTING 1 " + rule1, "-I NMANAGER_NOT_DNS_PREROUTING 2 " + rule2,
                           "-I NMANAGER_NOT_DNS_PREROUTING 3 -s 10.244.1.0/24 -p udp -m udp --sport 53 -j CT --notrack"};
        QTest::newRow("an earlier chainPrefix")
            << edited({{"OUTPUT:", {"  -j OLD_PREROUTING", "OUTPUT:"}},
                       {"NMANAGER_OUTPUT:",
                        {"OLD_PREROUTING:", "  -j OLD_NOT_DNS_PREROUTING", "OLD_NOT_DNS_PREROUTING:", "  rule 1", "NMANAGER_OUTPUT:"}}})
            << QStringList{"-D PREROUTING 2", "-D OLD_PREROUTING 1", "-D OLD_NOT_DNS_PREROUTING 1", "-X OLD_PREROUTING",
                           "-X OLD_NOT_DNS_PREROUTING"};
    }

    void plans()
    {
        QFETCH(std::vector<std::string>, found);
        QFETCH(QStringList, steps);
        const Table table = readLines(found, classic());
        const OwnedPart wanted = wantedPart(classic(), {"OLD"});
        const Plan plan = makePlan(compare(table, wanted));
        QCOMPARE(planText(plan), steps);
        QVERIFY(compare(withStepsDone(table, plan), wanted).inSync());
    }

    void removeLeavesNothingButOthersRules_data()
    {
        QTest::addColumn<std::vector<std::string>>("found");
        QTest::addColumn<std::vector<std::string>>("left");
        const std::vector<std::string> empty{"PREROUTING:", "OUTPUT:"};
        QTest::newRow("nothing there") << empty << empty;
        QTest::newRow("all in place") << inPlace << empty;
        QTest::newRow("others' rules around the jump")
            << edited({{"  -j NMANAGER_PREROUTING", {"  one", "  -j NMANAGER_PREROUTING", "  two"}}})
            << std::vector<std::string>{"PREROUTING:", "  one [1:100]", "  two [3:300]", "OUTPUT:"};
        QTest::newRow("others' rules in our rule chain") << edited({{"  rule 2", {"  somebody's"}}}) << empty;
        QTest::newRow("a base chain with others' rules stays, and so does the jump to it")
            << edited({{"  -j NMANAGER_NOT_DNS_PREROUTING", {"  -j NMANAGER_NOT_DNS_PREROUTING", "  theirs"}}})
            << std::vector<std::string>{"PREROUTING:", "  -j NMANAGER_PREROUTING [1:100]",
                                        "OUTPUT:", "NMANAGER_PREROUTING:", "  theirs [4:400]"};
        QTest::newRow("a jump of others to our chain")
            << edited({{"OUTPUT:", {"OUTPUT:", "  theirs"}},
                       {"NMANAGER_OUTPUT:", {"THEIRS:", "  a", "  -j NMANAGER_NOT_DNS_OUTPUT", "NMANAGER_OUTPUT:"}}})
            << std::vector<std::string>{"PREROUTING:", "OUTPUT:", "  theirs [2:200]", "THEIRS:", "  a [8:800]"};
        QTest::newRow("a chain renamed by somebody is somebody's")
            << edited({{"NMANAGER_NOT_DNS_PREROUTING:", {"GONE:"}}, {"  -j NMANAGER_NOT_DNS_PREROUTING", {"  -j GONE"}}})
            << std::vector<std::string>{"PREROUTING:",
                                        "  -j NMANAGER_PREROUTING [1:100]",
                                        "OUTPUT:",
                                        "NMANAGER_PREROUTING:",
                                        "  -j GONE [3:300]",
                                        "GONE:",
                                        "  -d 10.96.0.10/32 -p udp -m udp --dport 53 -j CT --notrack [4:400]",
                                        "  -d 10.244.1.0/24 -p udp -m udp --dport 53 -j CT --notrack [5:500]",
                                        "  -s 10.244.1.0/24 -p udp -m udp --sport 53 -j CT --notrack [6:600]"};
        // The shapes by which such chains were once taken for ours.
        for (const char* leaf : {"rule 1", "rule 3", ""}) {
            std::vector<std::string> theirs{"PREROUTING:", "  -j ADMIN_IN", "OUTPUT:", "ADMIN_IN:", "  -j ADMIN_RULES", "ADMIN_RULES:"};
            if (*leaf != '\0')
                theirs.push_back(std::string("  ") + leaf);
            QTest::addRow("NOTRACK chains of others, with '%s'", leaf) << theirs << asFound(theirs);
        }
        const std::vector<std::string> unknownPrefix{
            "PREROUTING:", "  -j OLD_PREROUTING", "OUTPUT:", "OLD_PREROUTING:", "  -j OLD_NOT_DNS_PREROUTING", "OLD_NOT_DNS_PREROUTING:",
            "  rule 1"};
        QTest::newRow("a prefix that nobody wrote down") << unknownPrefix << asFound(unknownPrefix);
        QTest::newRow("a chain of another prefix that is not of our shape")
            << std::vector<std::string>{"PREROUTING:",   "  -j X_PREROUTING",         "OUTPUT:",
                                        "X_PREROUTING:", "  -j X_NOT_DNS_PREROUTING", "X_NOT_DNS_PREROUTING:",
                                        "  theirs"}
            << std::vector<std::string>{
                   "PREROUTING:",           "  -j X_PREROUTING [1:100]", "OUTPUT:", "X_PREROUTING:", "  -j X_NOT_DNS_PREROUTING [2:200]",
                   "X_NOT_DNS_PREROUTING:", "  theirs [3:300]"};
    }

    void removeLeavesNothingButOthersRules()
    {
        QFETCH(std::vector<std::string>, found);
        QFETCH(std::vector<std::string>, left);
        const Table table = readLines(found, classic());
        QCOMPARE(toLines(withStepsDone(table, makePlan(compare(table, wantedPart(nothing()))))), left);
    }

    void reportsNameEveryDifference()
    {
        const Table table =
            readLines(edited({{"  rule 2", {"  somebody's"}}, {"  -j NMANAGER_OUTPUT", {"  one", "  -j NMANAGER_OUTPUT"}}}), classic());
        QStringList lines;
        const FamilyReport family = reportFamily(compare(table, wantedPart(classic())));
        for (const JumpReport& jump : family.jumps) {
            if (jump.state != ItemState::Ok)
                lines << QString::fromStdString(jump.from + " -> " + jump.to + " " + std::string(toText(jump.state)));
        }
        for (const ChainReport& chain : family.chains) {
            for (const RuleReport& rule : chain.rules) {
                if (rule.state != ItemState::Ok)
                    lines << QString::fromStdString(chain.name + ": " + rule.text + " " + std::string(toText(rule.state)));
            }
        }
        QCOMPARE(lines, (QStringList{"OUTPUT -> NMANAGER_OUTPUT misplaced", "NMANAGER_NOT_DNS_PREROUTING: somebody's unexpected",
                                     "NMANAGER_NOT_DNS_PREROUTING: -d 10.244.1.0/24 -p udp -m udp --dport 53 -j CT --notrack missing"}));
    }

    void diffShowsThePosition()
    {
        const Table table =
            readLines(edited({{"  -j NMANAGER_PREROUTING", {"  one", "  -j NMANAGER_PREROUTING"}}, {"  rule 3", {}}}), classic());
        QCOMPARE(QString::fromStdString(unifiedDiff(compare(table, wantedPart(classic())))),
                 QString("--- kernel/ipv4\n"
                         "+++ profile/ipv4\n"
                         "@@ -5,12 +5,13 @@\n"
                         " :NMANAGER_NOT_DNS_PREROUTING -\n"
                         " :NMANAGER_OUTPUT -\n"
                         " :NMANAGER_NOT_DNS_OUTPUT -\n"
                         "+-A PREROUTING -j NMANAGER_PREROUTING\n"
                         " -A PREROUTING one\n"
                         "--A PREROUTING -j NMANAGER_PREROUTING\n"
                         " -A OUTPUT -j NMANAGER_OUTPUT\n"
                         " -A NMANAGER_PREROUTING -j NMANAGER_NOT_DNS_PREROUTING\n"
                         " -A NMANAGER_NOT_DNS_PREROUTING -d 10.96.0.10/32 -p udp -m udp --dport 53 -j CT --notrack\n"
                         " -A NMANAGER_NOT_DNS_PREROUTING -d 10.244.1.0/24 -p udp -m udp --dport 53 -j CT --notrack\n"
                         "+-A NMANAGER_NOT_DNS_PREROUTING -s 10.244.1.0/24 -p udp -m udp --sport 53 -j CT --notrack\n"
                         " -A NMANAGER_OUTPUT -j NMANAGER_NOT_DNS_OUTPUT\n"
                         " -A NMANAGER_NOT_DNS_OUTPUT -d 10.96.0.10/32 -p udp -m udp --dport 53 -j CT --notrack\n"
                         " -A NMANAGER_NOT_DNS_OUTPUT -d 10.244.1.0/24 -p udp -m udp --dport 53 -j CT --notrack\n"));
    }

    void diffAndListingNameThePolicy()
    {
        Table table{.family = Family::Ipv4, .chains = {}};
        table.chains.push_back({"PREROUTING", true, {}, "DROP"});
        table.chains.push_back({"OUTPUT", true, {}});
        const std::string diff = unifiedDiff(compare(table, wantedPart(classic())));
        QVERIFY2(diff.find(" :PREROUTING DROP\n") != std::string::npos && diff.find(" :OUTPUT ACCEPT\n") != std::string::npos,
                 diff.c_str());
        QCOMPARE(listRawTable(table).lines, (std::vector<std::string>{":PREROUTING DROP [0:0]", ":OUTPUT ACCEPT [0:0]"}));
    }

    /// Whatever a table holds: the plan ends in sync, leaves the rules of others alone, and can be undone to the letter.
    void anyTableCanBeRepairedAndPutBack()
    {
        std::mt19937 random(20261122);
        const std::vector<std::string> bodies{"rule 1",
                                              "rule 2",
                                              "rule 3",
                                              "one",
                                              "two",
                                              "three",
                                              "-j NMANAGER_PREROUTING",
                                              "-j NMANAGER_OUTPUT",
                                              "-j NMANAGER_NOT_DNS_PREROUTING",
                                              "-j NMANAGER_NOT_DNS_OUTPUT",
                                              "-j THEIRS"};
        const std::vector<std::string> chains{
            "NMANAGER_PREROUTING:", "NMANAGER_NOT_DNS_PREROUTING:", "NMANAGER_OUTPUT:", "NMANAGER_NOT_DNS_OUTPUT:"};
        const auto pick = [&](std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(random); };
        for (int round = 0; round < 3000; ++round) {
            std::vector<std::string> lines{"PREROUTING:", "OUTPUT:", "THEIRS:", "  theirs"};
            for (const std::string& chain : chains) {
                if (pick(4) != 0)
                    lines.push_back(chain);
            }
            for (std::size_t i = 0; i < 12; ++i) {
                const std::string& body = bodies[pick(bodies.size())];
                const bool jumpsToNowhere =
                    body.rfind("-j ", 0) == 0 && std::find(lines.begin(), lines.end(), body.substr(3) + ":") == lines.end();
                if (!jumpsToNowhere)
                    lines.insert(lines.begin() + 1 + static_cast<std::ptrdiff_t>(pick(lines.size())), "  " + body);
            }
            const Table before = readLines(lines, classic());
            const OwnedPart ours = presentPart(before, wantedPart(classic()));
            const Table applied = withStepsDone(before, makePlan(compare(before, wantedPart(classic()))));
            QVERIFY(compare(applied, wantedPart(classic())).inSync());
            QCOMPARE(foreignLines(applied), foreignLines(before));
            const Table undone = withStepsDone(applied, makePlan(compare(applied, ours)));
            QCOMPARE(sorted(undone), sorted(before));
        }
    }
};

QTEST_APPLESS_MAIN(ComparisonTest)
#include "comparison_test.moc"
