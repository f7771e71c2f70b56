#include "core/linux/nftables/nftables_batch.h"
#include "core/linux/nftables/nftables_commands.h"
#include "core/linux/nftables/nftables_listing.h"
#include "core/linux/nftables/nftables_state.h"
#include "tests/unit/run/memory_table_store.h"

#include <QTest>

using namespace notrack;
using namespace notrack::nft;

namespace
{

Profile dualStack(Scope scope)
{
    Profile profile;
    profile.services = {*readAddress("10.96.0.10"), *readAddress("fd00:96::a")};
    profile.podCidrs = {*readPrefix("10.244.0.0/16"), *readPrefix("fd00:244::/48")};
    profile.protocols = {Protocol::Udp, Protocol::Tcp};
    profile.scope = scope;
    return profile;
}

/// A listing of table "nmanager" with the objects given.
Result<Table> tableOf(const std::string& objects, Family family = Family::Ipv4)
{
    const Result<ListedTable> listed = readListing(family, "nmanager", "{\"nftables\": [" + objects + "]}");
    if (!listed)
        return tl::unexpected(listed.error());
    return toTable(State{family, {*listed}, {}});
}

std::string chain(const std::string& name, const std::string& more = {})
{
    return R"({"chain": {"family": "ip", "table": "nmanager", "handle": 1, "name": ")" + name + "\"" + more + "}}";
}

std::string rule(const std::string& chainName, int handle, const std::string& expressions, const std::string& more = {})
{
    return R"(, {"rule": {"family": "ip", "table": "nmanager", "chain": ")" + chainName + R"(", "handle": )" + std::to_string(handle) +
           R"(, "expr": [)" + expressions + "]" + more + "}}";
}

std::string base(const std::string& name, const std::string& hook, const std::string& priority = "-300")
{
    return chain(name, R"(, "type": "filter", "hook": ")" + hook + R"(", "prio": )" + priority + R"(, "policy": "accept")");
}

QStringList lines(const Result<Table>& table)
{
    QStringList text;
    if (!table)
        return {QString::fromStdString(toText(table.error()))};
    for (const std::string& line : toLines(*table))
        text << QString::fromStdString(line);
    return text;
}

struct ActionText
{
    std::string operator()(const CreateTable& /*action*/) const { return "create table"; }
    std::string operator()(const WakeTable& /*action*/) const { return "wake table"; }
    std::string operator()(const DeleteTable& /*action*/) const { return "delete table"; }
    std::string operator()(const AddChain& action) const
    {
        return "add chain " + action.chain + (action.hook ? " at " + std::string(builtInChain(*action.hook)) : "");
    }
    std::string operator()(const RemoveChain& action) const { return "delete chain " + action.chain; }
    std::string operator()(const FlushChain& action) const { return "flush chain " + action.chain; }
    std::string operator()(const NameChain& action) const { return "rename chain " + action.from + " " + action.to; }
    std::string operator()(const AddRule& action) const
    {
        static const std::vector<std::string> placements{"add", "insert before", "add after"};
        return placements.at(static_cast<std::size_t>(action.placement)) +
               (action.placement == Placement::Last ? "" : " " + std::to_string(action.neighbour)) + " " + action.chain + " " +
               notrack::toText(action.entry.body) + " " + std::to_string(action.entry.counters.packets);
    }
    std::string operator()(const RemoveRule& action) const { return "delete rule " + action.chain + " " + std::to_string(action.handle); }
};

QStringList texts(const Result<std::vector<Command>>& commands)
{
    if (!commands)
        return {QString::fromStdString(notrack::toText(commands.error()))};
    QStringList text;
    for (const Command& command : *commands)
        text << QString::fromStdString(command.table + ": " + std::visit(ActionText{}, command.action));
    return text;
}

constexpr const char* counter = R"({"counter": {"packets": 4, "bytes": 132}}, )";
constexpr const char* service =
    R"({"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "daddr"}}, "right": "10.96.0.10"}}, )";
constexpr const char* port = R"({"match": {"op": "==", "left": {"payload": {"protocol": "udp", "field": "dport"}}, "right": 53}}, )";

std::string jumpTo(const std::string& target)
{
    return counter + (R"({"jump": {"target": ")" + target + "\"}}");
}

/// One rule, its chains and jumps, as the kernel would list them; handles from 11.
std::string sound(const std::string& preroutingAttachment = "-300")
{
    const std::string dns = std::string(service) + port + counter + R"({"notrack": null})";
    return R"({"table": {"family": "ip", "name": "nmanager", "handle": 1}}, )" + chain("dns-notrack") + ", " +
           base("PREROUTING", "prerouting", preroutingAttachment) + ", " + base("OUTPUT", "output") + ", " + chain("NMANAGER_PREROUTING") +
           ", " + chain("NMANAGER_NOT_DNS_PREROUTING") + ", " + chain("NMANAGER_OUTPUT") + ", " + chain("NMANAGER_NOT_DNS_OUTPUT") +
           rule("PREROUTING", 11, jumpTo("NMANAGER_PREROUTING")) + rule("OUTPUT", 12, jumpTo("NMANAGER_OUTPUT")) +
           rule("NMANAGER_PREROUTING", 13, jumpTo("NMANAGER_NOT_DNS_PREROUTING")) +
           rule("NMANAGER_OUTPUT", 14, jumpTo("NMANAGER_NOT_DNS_OUTPUT")) + rule("NMANAGER_NOT_DNS_PREROUTING", 15, dns) +
           rule("NMANAGER_NOT_DNS_OUTPUT", 16, dns);
}

State stateOf(const std::string& objects)
{
    return {Family::Ipv4, {*readListing(Family::Ipv4, "nmanager", "{\"nftables\": [" + objects + "]}")}, {}};
}

Ruleset oneRule(std::string prefix = "NMANAGER")
{
    NotrackRule dns;
    dns.destination = Prefix(*readAddress("10.96.0.10"));
    dns.destinationPort = Port{53};
    return {Family::Ipv4, std::move(prefix), {dns}, {dns}};
}

Ruleset nothing(std::string prefix = "NMANAGER")
{
    return {Family::Ipv4, std::move(prefix), {}, {}};
}

QStringList commandsFor(const State& state, const Ruleset& ruleset, const std::vector<std::string>& earlierPrefixes = {})
{
    return texts(buildCommands(state, makePlan(compare(toTable(state), wantedPart(ruleset, earlierPrefixes)))));
}

} // namespace

class NftablesTest : public QObject
{
    Q_OBJECT

private slots:
    /// What is written is read back as the same rules.
    void rulesSurviveTheirJson_data()
    {
        QTest::addColumn<int>("scope");
        QTest::newRow("pods") << static_cast<int>(Scope::Pods);
        QTest::newRow("any") << static_cast<int>(Scope::Any);
    }

    void rulesSurviveTheirJson()
    {
        QFETCH(int, scope);
        for (const Family family : allFamilies) {
            const Ruleset ruleset = buildRuleset(dualStack(static_cast<Scope>(scope)), family);
            std::vector<Command> commands;
            QStringList expected{"CHAIN:"};
            for (const NotrackRule& each : ruleset.prerouting) {
                commands.push_back({family, "nmanager", AddRule{"CHAIN", Placement::Last, 0, {each, {7, 700}}}});
                expected << QString::fromStdString("  " + toText(each) + " [7:700]");
            }
            const Result<std::string> json = toJson(commands);
            QVERIFY(json.has_value());
            QVERIFY(expected.size() > 4);
            QStringList parts; // a listing is the same without the verbs
            for (QString part : QString::fromStdString(*json).mid(13).chopped(2).split("{\"add\":", Qt::SkipEmptyParts)) {
                if (part.endsWith(','))
                    part.chop(1);
                parts << part.chopped(1);
            }
            QCOMPARE(lines(tableOf(parts.join(',').toStdString(), family)), expected);
        }
    }

    void othersRulesKeepTheirMeaning_data()
    {
        QTest::addColumn<QString>("rest");
        QTest::addColumn<QString>("text");
        const QString notrack = R"({"notrack": null})";
        QTest::newRow("no counter") << service + QString(port) + notrack << "ip daddr 10.96.0.10 udp dport 53 notrack";
        QTest::newRow("no port") << service + QString(counter) + notrack << "ip daddr 10.96.0.10 counter notrack";
        QTest::newRow("another verdict") << port + QString(counter) + R"({"drop": null})"
                                         << "udp dport 53 counter drop";
        QTest::newRow("jump without a counter") << QString(R"({"jump": {"target": "NMANAGER_OUTPUT"}})") << "jump NMANAGER_OUTPUT";
        QTest::newRow("conditional jump") << port + QString(counter) + R"({"jump": {"target": "X"}})"
                                          << "udp dport 53 counter jump X";
        QTest::newRow("ports")
            << QString(
                   R"({"match": {"op": "==", "left": {"payload": {"protocol": "udp", "field": "dport"}}, "right": {"set": [53, {"range": [60, 70]}]}}}, )") +
                   counter + notrack
            << "udp dport { 53, 60-70 } counter notrack";
        QTest::newRow("not equal")
            << QString(R"({"match": {"op": "!=", "left": {"payload": {"protocol": "udp", "field": "dport"}}, "right": 53}}, )") + counter +
                   notrack
            << "udp dport != 53 counter notrack";
        QTest::newRow("an address twice") << service + QString(service) + port + counter + notrack
                                          << "ip daddr 10.96.0.10 ip daddr 10.96.0.10 udp dport 53 counter notrack";
        QTest::newRow("interface") << QString(R"({"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "eth0"}}, )") +
                                          port + counter + notrack
                                   << "iifname \"eth0\" udp dport 53 counter notrack";
        QTest::newRow("address type with an interface")
            << QString(R"({"match": {"op": "!=", "left": {"fib": {"result": "type", "flags": ["saddr", "iif"]}}, "right": "local"}}, )") +
                   port + counter + notrack
            << R"(fib {"flags":["saddr","iif"],"result":"type"} != local udp dport 53 counter notrack)";
        QTest::newRow("what nobody knows") << QString(R"({"xt": {"type": "match", "name": "string"}}, )") + counter + R"({"accept": null})"
                                           << R"({"xt":{"name":"string","type":"match"}} counter accept)";
    }

    void othersRulesKeepTheirMeaning()
    {
        QFETCH(QString, rest);
        QFETCH(QString, text);
        const Result<Table> table = tableOf(chain("C") + rule("C", 5, rest.toStdString()));
        QVERIFY(table.has_value());
        const Entry& entry = table->chains.at(0).entries.at(0);
        QVERIFY(std::holds_alternative<ForeignRule>(entry.body));
        QCOMPARE(QString::fromStdString(notrack::toText(entry.body))
                     .replace("{\"fib\":{\"flags\"", "fib {\"flags\"")
                     .replace("}} != local", "} != local"),
                 text);
        const Result<std::string> json = toJson({{Family::Ipv4, "nmanager", AddRule{"C", Placement::Last, 0, entry}}});
        QVERIFY(json.has_value());
        const QString written = QString::fromStdString(*json).mid(13).chopped(2).mid(7).chopped(1);
        QCOMPARE(lines(tableOf(chain("C") + "," + written.toStdString())), lines(table));
    }

    void brokenListingsAreErrors()
    {
        for (const std::string text : {"", "[]", "{}", "{\"nftables\": {}}", "table ip nmanager {\n}\n"})
            QVERIFY(!readListing(Family::Ipv4, "nmanager", text));
        QVERIFY(!readListing(Family::Ipv4, "nmanager", "{\"nftables\": " + std::string(100000, '[') + std::string(100000, ']') + "}"));
    }

    void commands_data()
    {
        QTest::addColumn<QString>("listing");
        QTest::addColumn<QStringList>("commands");
        const auto without = [](const std::string& text, const std::string& part) {
            return QString::fromStdString(text).replace(QString::fromStdString(part), "");
        };
        const std::string dns = std::string(service) + port + counter + R"({"notrack": null})";
        const std::string text = "-d 10.96.0.10/32 -p udp -m udp --dport 53 -j CT --notrack";
        const auto line = [](const std::string& words) { return QString::fromStdString("nmanager: " + words); };

        QTest::newRow("in sync") << QString::fromStdString(sound()) << QStringList();
        QTest::newRow("rule deleted") << without(sound(), rule("NMANAGER_NOT_DNS_OUTPUT", 16, dns))
                                      << QStringList{line("add NMANAGER_NOT_DNS_OUTPUT " + text + " 0")};
        QTest::newRow("rule above ours") << without(sound(), rule("NMANAGER_NOT_DNS_OUTPUT", 16, dns)) +
                                                QString::fromStdString(rule("NMANAGER_NOT_DNS_OUTPUT", 20, R"({"accept": null})")) +
                                                QString::fromStdString(rule("NMANAGER_NOT_DNS_OUTPUT", 16, dns))
                                         << QStringList{line("delete rule NMANAGER_NOT_DNS_OUTPUT 20")};
        QTest::newRow("jump below another's rule")
            << without(sound(), rule("OUTPUT", 12, jumpTo("NMANAGER_OUTPUT"))) +
                   QString::fromStdString(rule("OUTPUT", 20, R"({"accept": null})")) +
                   QString::fromStdString(rule("OUTPUT", 12, jumpTo("NMANAGER_OUTPUT")))
            << QStringList{line("delete rule OUTPUT 12"), line("insert before 20 OUTPUT -j NMANAGER_OUTPUT 4")};
        QTest::newRow("base chain elsewhere") << QString::fromStdString(sound("0"))
                                              << QStringList{line("flush chain PREROUTING"), line("delete chain PREROUTING"),
                                                             line("add chain PREROUTING at PREROUTING"),
                                                             line("add PREROUTING -j NMANAGER_PREROUTING 4")};
        QTest::newRow("base chain renamed") << QString::fromStdString(sound()).replace("\"PREROUTING\"", "\"LOST\"")
                                            << QStringList{line("rename chain LOST PREROUTING"), line("delete rule LOST 11"),
                                                           line("add LOST -j NMANAGER_PREROUTING 4")};
        QTest::newRow("base chain gone") << without(without(sound(), base("OUTPUT", "output") + ", ").toStdString(),
                                                    rule("OUTPUT", 12, jumpTo("NMANAGER_OUTPUT")))
                                         << QStringList{line("add chain OUTPUT at OUTPUT"), line("add OUTPUT -j NMANAGER_OUTPUT 0")};
    }

    void commands()
    {
        QFETCH(QString, listing);
        QFETCH(QStringList, commands);
        QCOMPARE(commandsFor(stateOf(listing.toStdString()), oneRule()), commands);
    }

    void aDormantTableIsWoken()
    {
        State state = stateOf(sound());
        state.tables.front().dormant = true;
        QCOMPARE(
            commandsFor(state, oneRule()),
            (QStringList{"nmanager: wake table", "nmanager: delete rule PREROUTING 11", "nmanager: add PREROUTING -j NMANAGER_PREROUTING 4",
                         "nmanager: delete rule OUTPUT 12", "nmanager: add OUTPUT -j NMANAGER_OUTPUT 4"}));
    }

    void removeTakesTheWholeTable()
    {
        QCOMPARE(commandsFor(stateOf(sound()), nothing()), QStringList{"nmanager: delete table"});
        QCOMPARE(commandsFor(stateOf(sound("0")), nothing()), QStringList{"nmanager: delete table"});
        const QStringList withOthers = commandsFor(stateOf(sound() + rule("OUTPUT", 20, R"({"accept": null})")), nothing());
        QVERIFY(!withOthers.contains("nmanager: delete table"));
        QVERIFY(withOthers.contains("nmanager: delete rule OUTPUT 12"));
    }

    void anEarlierPrefixGoes()
    {
        QCOMPARE(commandsFor(stateOf(sound()), oneRule("OTHER"), {"NMANAGER"}).mid(0, 3),
                 (QStringList{"other: create table", "other: add chain dns-notrack", "other: add chain OTHER_PREROUTING"}));
        QCOMPARE(commandsFor(stateOf(sound()), oneRule("OTHER"), {"NMANAGER"}).last(), QString("nmanager: delete table"));
    }

    void aTableOfSomebodyElseIsRefused()
    {
        const State state{Family::Ipv4, {}, {"nmanager"}};
        QVERIFY(commandsFor(state, oneRule()).join(' ').contains("somebody else made the table nmanager"));
        QCOMPARE(commandsFor(state, nothing()), QStringList());
    }
};

QTEST_APPLESS_MAIN(NftablesTest)
#include "nftables_test.moc"
