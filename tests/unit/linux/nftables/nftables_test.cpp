#include "core/linux/nftables/nftables_batch.h"
#include "core/linux/nftables/nftables_commands.h"
#include "core/linux/nftables/nftables_listing.h"
#include "core/linux/nftables/nftables_state.h"
#include "core/linux/nftables/rule_codec.h"
#include "core/linux/nftables/rules_reader.h"
#include "tests/unit/run/memory_table_store.h"

#include <QTest>
#include <linux/netfilter/nf_tables.h>

#include <algorithm>

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
    std::string operator()(const RemoveElement& action) const { return "delete element of " + action.element.map; }
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

Entry dns()
{
    NotrackRule rule;
    rule.destination = Prefix(*readAddress("10.96.0.10"));
    rule.destinationPort = PortRange::of(Port{53});
    return {rule, {4, 132}};
}

Entry others()
{
    return {ForeignRule{"", "accept", {}}, {}};
}

ListedChain chain(const std::string& name, std::vector<ListedRule> rules = {})
{
    return {name, 1, std::nullopt, std::move(rules)};
}

ListedChain base(Hook hook, std::int64_t priority, std::vector<ListedRule> rules)
{
    Attachment attachment = attachmentOf(hook);
    attachment.priority = priority;
    return {std::string(builtInChain(hook)), 2, attachment, std::move(rules)};
}

ListedRule jump(std::uint64_t handle, const std::string& target)
{
    return {handle, {Jump{target}, {4, 132}}};
}

/// One rule, its chains and jumps, as the kernel would list them; handles from 11.
State sound(std::int64_t preroutingPriority = rawPriority)
{
    return {Family::Ipv4,
            {{"nmanager",
              false,
              {},
              {},
              {chain("dns-notrack"), base(Hook::Prerouting, preroutingPriority, {jump(11, "NMANAGER_PREROUTING")}),
               base(Hook::Output, rawPriority, {jump(12, "NMANAGER_OUTPUT")}),
               chain("NMANAGER_PREROUTING", {jump(13, "NMANAGER_NOT_DNS_PREROUTING")}), chain("NMANAGER_NOT_DNS_PREROUTING", {{15, dns()}}),
               chain("NMANAGER_OUTPUT", {jump(14, "NMANAGER_NOT_DNS_OUTPUT")}), chain("NMANAGER_NOT_DNS_OUTPUT", {{16, dns()}})}}},
            {}};
}

ListedChain& chainOf(State& state, const std::string& name)
{
    std::vector<ListedChain>& chains = state.tables.front().chains;
    return *std::find_if(chains.begin(), chains.end(), [&](const ListedChain& each) { return each.name == name; });
}

/// A sound state after `change`.
template <typename Change>
State changed(Change change)
{
    State state = sound();
    change(state);
    return state;
}

/// The entry as the kernel would list it after it was written.
Entry throughTheKernel(Family family, const Entry& entry)
{
    netlink::AttributeWriter writer;
    if (!encodeEntry(family, entry, writer))
        return {};
    return decodeEntry(family, nf_tables::decodeRule(writer.written()), {}, writer.written());
}

Ruleset oneRule(std::string prefix = "NMANAGER")
{
    NotrackRule dns;
    dns.destination = Prefix(*readAddress("10.96.0.10"));
    dns.destinationPort = PortRange::of(Port{53});
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

private Q_SLOTS:
    /// What is written is read back as the same rules.
    void rulesSurviveTheirAttributes_data()
    {
        QTest::addColumn<int>("scope");
        QTest::newRow("pods") << static_cast<int>(Scope::Pods);
        QTest::newRow("any") << static_cast<int>(Scope::Any);
    }

    void rulesSurviveTheirAttributes()
    {
        QFETCH(int, scope);
        for (const Family family : allFamilies) {
            const Ruleset ruleset = buildRuleset(dualStack(static_cast<Scope>(scope)), family);
            QVERIFY(ruleset.prerouting.size() > 3);
            for (const NotrackRule& each : ruleset.prerouting) {
                const Entry entry{each, {7, 700}};
                QVERIFY2(throughTheKernel(family, entry) == entry, toText(each).c_str());
            }
        }
        const PortRange trialPorts{Port{40000}, Port{40007}};
        const PortRange dnsPort = PortRange::of(Port{53});
        for (const Protocol protocol : {Protocol::Udp, Protocol::Tcp}) {
            for (const RuleTarget target : {RuleTarget::Notrack, RuleTarget::Return}) {
                NotrackRule query{.protocol = protocol, .sourcePort = trialPorts, .destinationPort = dnsPort, .target = target};
                NotrackRule answer{.protocol = protocol, .sourcePort = dnsPort, .destinationPort = trialPorts, .target = target};
                NotrackRule both{.protocol = protocol, .sourcePort = trialPorts, .destinationPort = trialPorts, .target = target};
                for (const NotrackRule& each : {query, answer, both})
                    QVERIFY2(throughTheKernel(Family::Ipv4, {each, {7, 700}}) == (Entry{each, {7, 700}}), toText(each).c_str());
            }
        }
        const Entry leap{Jump{"NMANAGER_OUTPUT"}, {1, 2}};
        QVERIFY(throughTheKernel(Family::Ipv6, leap) == leap);
    }

    void everyPrefixLengthSurvives()
    {
        for (const char* text : {"255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}) {
            const Address address = *readAddress(text);
            for (int length = 1; length <= address.bits(); ++length) {
                NotrackRule rule;
                rule.source = Prefix(address, length);
                QVERIFY2(throughTheKernel(address.family(), {rule, {}}) == (Entry{rule, {}}), toText(*rule.source).c_str());
            }
        }
    }

    /// Rules of another family's form, or with more in them, are not ours.
    void anotherFamilysAddressIsNotOurs()
    {
        QVERIFY(std::holds_alternative<ForeignRule>(decodeEntry(Family::Ipv6, nf_tables::decodeRule({}), {}, {}).body));
        netlink::AttributeWriter writer;
        QVERIFY(encodeEntry(Family::Ipv4, dns(), writer));
        QVERIFY(std::holds_alternative<ForeignRule>(
            decodeEntry(Family::Ipv6, nf_tables::decodeRule(writer.written()), {}, writer.written()).body));
        writer.bytes(NFTA_RULE_USERDATA, {});
        const Entry commented = decodeEntry(Family::Ipv4, nf_tables::decodeRule(writer.written()), {}, writer.written());
        QVERIFY(std::holds_alternative<ForeignRule>(commented.body));
        QVERIFY(throughTheKernel(Family::Ipv4, commented) == commented);
    }

    void commands()
    {
        const std::string text = "-d 10.96.0.10/32 -p udp -m udp --dport 53 -j CT --notrack";
        const auto line = [](const std::string& words) { return QString::fromStdString("nmanager: " + words); };
        const auto of = [](const State& state) { return commandsFor(state, oneRule()); };

        QCOMPARE(of(sound()), QStringList());
        QCOMPARE(of(changed([](State& state) { chainOf(state, "NMANAGER_NOT_DNS_OUTPUT").rules.clear(); })),
                 QStringList{line("add NMANAGER_NOT_DNS_OUTPUT " + text + " 0")});
        QCOMPARE(of(changed([](State& state) {
                     chainOf(state, "NMANAGER_NOT_DNS_OUTPUT").rules = {{20, others()}, {16, dns()}};
                 })),
                 QStringList{line("delete rule NMANAGER_NOT_DNS_OUTPUT 20")});
        QCOMPARE(of(changed([](State& state) {
                     chainOf(state, "OUTPUT").rules = {{20, others()}, jump(12, "NMANAGER_OUTPUT")};
                 })),
                 (QStringList{line("delete rule OUTPUT 12"), line("insert before 20 OUTPUT -j NMANAGER_OUTPUT 4")}));
        QCOMPARE(of(sound(0)), (QStringList{line("flush chain PREROUTING"), line("delete chain PREROUTING"),
                                            line("add chain PREROUTING at PREROUTING"), line("add PREROUTING -j NMANAGER_PREROUTING 4")}));
        QCOMPARE(
            of(changed([](State& state) { chainOf(state, "PREROUTING").name = "LOST"; })),
            (QStringList{line("rename chain LOST PREROUTING"), line("delete rule LOST 11"), line("add LOST -j NMANAGER_PREROUTING 4")}));
        QCOMPARE(of(changed([](State& state) { state.tables.front().chains.erase(state.tables.front().chains.begin() + 2); })),
                 (QStringList{line("add chain OUTPUT at OUTPUT"), line("add OUTPUT -j NMANAGER_OUTPUT 0")}));
    }

    void aDormantTableIsWoken()
    {
        State state = sound();
        state.tables.front().dormant = true;
        QCOMPARE(
            commandsFor(state, oneRule()),
            (QStringList{"nmanager: wake table", "nmanager: delete rule PREROUTING 11", "nmanager: add PREROUTING -j NMANAGER_PREROUTING 4",
                         "nmanager: delete rule OUTPUT 12", "nmanager: add OUTPUT -j NMANAGER_OUTPUT 4"}));
    }

    void removeTakesTheWholeTable()
    {
        QCOMPARE(commandsFor(sound(), nothing()), QStringList{"nmanager: delete table"});
        QCOMPARE(commandsFor(sound(0), nothing()), QStringList{"nmanager: delete table"});
        const QStringList withOthers = commandsFor(changed([](State& state) {
                                                       chainOf(state, "OUTPUT").rules.push_back({20, others()});
                                                   }),
                                                   nothing());
        QVERIFY(!withOthers.contains("nmanager: delete table"));
        QVERIFY(withOthers.contains("nmanager: delete rule OUTPUT 12"));
    }

    void anEarlierPrefixGoes()
    {
        QCOMPARE(commandsFor(sound(), oneRule("OTHER"), {"NMANAGER"}).mid(0, 3),
                 (QStringList{"other: create table", "other: add chain dns-notrack", "other: add chain OTHER_PREROUTING"}));
        QCOMPARE(commandsFor(sound(), oneRule("OTHER"), {"NMANAGER"}).last(), QString("nmanager: delete table"));
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
