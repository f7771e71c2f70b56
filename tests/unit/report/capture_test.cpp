#include "core/report/capture_codec.h"
#include "core/report/private_bytes.h"

#include <QTest>

#include <string>

using namespace notrack;

namespace
{

nf_tables::Rules everyExpression()
{
    using namespace nf_tables;
    nf_tables::Rule rule{7, {}, "any \xFF bytes"};
    rule.expressions = {Unknown{"new"},
                        Payload{PayloadBase::Network, 12, 4, 1},
                        Meta{MetaKey::Mark, 2, true},
                        Ct{CtKey::Source, 1, 3, false},
                        Fib{FibResult::AddressType, fibSource, 4},
                        Compare{nf_tables::CompareOperator::NotEqual, 5, {10, 0, 255}},
                        Bitwise{1, 2, {0xff, 0}, {0, 1}},
                        Byteorder{1, 2, 4, 4, true},
                        Range{true, 15, {0, 53}, {1, 0}},
                        Lookup{"set", 1, 2, false, true},
                        Lookup{"map", 1, std::nullopt, true, false},
                        Immediate{3, {1}},
                        nf_tables::Verdict{VerdictCode::Jump, "there"},
                        Counter{1, UINT64_MAX},
                        Limit{1, 60, 5, true, true},
                        Nat{NatType::Destination, 2, 1, std::nullopt, 2, 3, 9},
                        Masquerade{1, std::nullopt, 4},
                        Redirect{std::nullopt, 2, 0},
                        Reject{RejectType::IcmpxUnreachable, 3},
                        Notrack{},
                        Log{"prefix", false},
                        Log{"", false, 6, std::nullopt},
                        Log{"", false, std::nullopt, 5},
                        Queue{65535},
                        Dynset{"set", 1, 2, true},
                        ObjectReference{1, "object", "map"},
                        Xtables{true, "MARK"},
                        Numgen{2, 1, true, 3}};
    const Set set{"set",
                  setMap,
                  7,
                  4,
                  1,
                  2,
                  {4, 2},
                  {{{1}, {2}, true, false, Bytes{3}},
                   {{}, {}, false, true, nf_tables::Verdict{VerdictCode::Drop, {}}},
                   {{4}, {}, false, false, "object"}},
                  false};
    nf_tables::Chain base{"base", 1, BaseHook{"filter", 2, -150, {"eth0"}, false}, {rule}};
    return {42, {{"inet", "fw", 1, {base, {"plain", 2, {}, {}}}, {set}}}, false};
}

Capture everything()
{
    Capture capture{.node = "node-a", .time = "2026-01-01T00:00:00Z", .version = "1.0"};
    capture.redacted = true;
    capture.backend = Backend::Nftables;
    capture.backendReason = "because";
    capture.profile = {{"p.yaml", "version: 1\n", {}}};
    capture.files = {{"/proc/net/route", "Iface\tDestination\n\x80\xFF\n", {}},
                     {"/proc/x", "", Error{ErrorKind::NotPermitted, "no", "/proc/x", "code"}}};
    capture.folders = {{"/etc/modprobe.d", {"a.conf", "b.conf"}}};
    capture.present = {"/sys/class/net/cni0/bridge"};
    capture.outputs = {{{"iptables-legacy-save", "-t", "nat"}, "*nat\n", {}}};
    capture.modules = {{"xt_CT", true}, {"nft_ct", false}};
    capture.tunnels = {{"flannel.1", "vxlan", Port{8472}, {*readPrefix("192.0.2.0/24")}}, {"genev0", "geneve", Port{6081}, {}}};
    capture.pods = {{{"pod", {*readAddress("10.244.1.2"), *readAddress("fd00::2")}}}, {"left over"}};
    capture.witnesses = {{{"pid:7", {*readAddress("10.244.1.3")}}}, {}};
    capture.nftables = {{"inet fw"}, Error{ErrorKind::Failed, "a", "b", ""}, everyExpression(), Error{ErrorKind::Busy, "c", "", ""}};
    capture.ipSets.found = {
        {"pods",
         "hash:net,port,net",
         Family::Ipv4,
         {*readIpSetElement("10.244.0.0/16,17:53,10.96.0.10/32 nomatch"), *readIpSetElement("10.244.1.3/32,6:53,0.0.0.0/0 passing")},
         {},
         ""},
        {"ports", "bitmap:port", {}, {*readIpSetElement("53"), *readIpSetElement("1024-65535")}, {}, ""},
        {"all", "list:set", {}, {}, {"pods", "ports"}, ""},
        {"cards", "hash:mac", {}, {}, {}, "sets of this type are not read"}};
    capture.ipSets.error = Error{ErrorKind::NotPermitted, "g", "ip_set", ""};
    const NotrackRule rule{Protocol::Tcp,       *readPrefix("10.244.0.0/16"),        *readPrefix("fd00::/64"),
                           PortRange::of({53}), PortRange{Port{40000}, Port{40007}}, NotLocal::Destination,
                           RuleTarget::Return};
    const Reach reach{Protocol::Udp, true, *readPrefix("10.0.0.0/8"), {}, PortRange::of({1}), {}, true};
    const ForeignRule foreign{"ACCEPT", "-p tcp -j ACCEPT", {}, 99, std::make_shared<const Reach>(reach)};
    Table table{Family::Ipv6,
                {{"PREROUTING", true, {{rule, {1, 2}}, {Jump{"X"}, {}}, {foreign, {3, 4}}}, "DROP"}},
                {"ip6 nmanager"},
                {"counter x"}};
    capture.backends = {{Backend::Iptables,
                         Error{ErrorKind::NoBackend, "d", "e", ""},
                         {{Family::Ipv4, {}, Error{ErrorKind::Failed, "f", "", ""}, "no IPv4"}}},
                        {Backend::Nftables, {}, {{Family::Ipv6, table, {}, {}}}}};
    capture.memory = {{{"verdict", "{}", {}}}, true, 12345};
    capture.report = R"({"schema":"dns-notrack/report/v1","state":"absent"})";
    return capture;
}

QString problemOf(const std::string& text)
{
    const Result<Capture> capture = readCapture(text);
    return capture ? QString() : QString::fromStdString(toText(capture.error()));
}

std::string with(const std::string& fields)
{
    return R"({"schema":"dns-notrack/capture/v1",)" + fields + "}";
}

} // namespace

class CaptureTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsWrittenIsRead()
    {
        const Capture capture = everything();
        const std::string text = writeCapture(capture);
        QVERIFY(std::all_of(text.begin(), text.end(), [](char byte) { return static_cast<unsigned char>(byte) < 0x80; }));
        const Result<Capture> read = readCapture(text);
        QVERIFY2(read, qPrintable(problemOf(text)));
        QCOMPARE(QString::fromStdString(writeCapture(*read)).split('\n'), QString::fromStdString(text).split('\n'));
        QVERIFY(*read == capture);
    }

    void anEmptyOneIsRead()
    {
        const Result<Capture> read = readCapture(with(R"("unknown":[1,{}])"));
        QVERIFY(read && *read == Capture{});
    }

    void anyBytesComeBack()
    {
        std::string all;
        for (int byte = 0; byte < 256; ++byte)
            all += static_cast<char>(byte);
        QCOMPARE(fromUtf8(toUtf8(all)), all);
        QCOMPARE(fromUtf8(toUtf8("gr\xC3\xBC\xC3\x9F")), std::string("gr\xC3\xBC\xC3\x9F"));
        QCOMPARE(toUtf8("\xFF"), std::string("\xF4\x8F\xBF\xBF"));
        QCOMPARE(fromUtf8("\xF4\x8F"), std::string("\xF4\x8F"));
    }

    void hostileOnes_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("problem");
        const auto row = [](const char* name, const std::string& text, const char* problem) {
            QTest::newRow(name) << QByteArray::fromStdString(text) << QString(problem);
        };
        row("nothing", "", "capture: this is no JSON: it goes wrong at byte 1");
        row("torn", with(R"("files":[{"path")").substr(0, 50), "capture: this is no JSON: it goes wrong at byte 51");
        row("a list", "[]", "schema: is no capture: its schema is not dns-notrack/capture/v1");
        row("a report", R"({"schema":"dns-notrack/report/v1"})", "schema: is no capture: its schema is not dns-notrack/capture/v1");
        row("deep", std::string(25, '['), "capture: it is nested deeper than 24 levels");
        row("many values", "[" + std::string(4'000'000, ',').replace(0, 0, "1"), "capture: this is no JSON: it goes wrong at byte 4");
        std::string zeros;
        for (int i = 0; i < 2'000'001; ++i)
            zeros += "0,";
        row("more values", "[" + zeros + "0]", "capture: there are more than 2000000 values");
        row("text for a list", with(R"("files":"x")"), "files: must be a list");
        row("number for a text", with(R"("node":1)"), "node: must be text");
        row("files of no kind", with(R"("files":[1])"), "files: must be an object");
        row("backend", with(R"("backend":"pf")"), "backend: is none of the words that stand there");
        row("address", with(R"("pods":{"found":[{"addresses":["10.0.0.256"]}]})"), "addresses: must be an address");
        row("network", with(R"("backends":[{"tables":[{"table":{"chains":[{"entries":[{"is":"notrack","source":"10.0.0.1/8"}]}]}}]}])"),
            "source: must be a network");
        row("three backends", with(R"("backends":[{},{},{}])"), "backends: holds more than 2 items");
        const auto expression = [&](const std::string& fields) {
            return with(R"("nftables":{"rules":{"tables":[{"chains":[{"rules":[{"expressions":[{)" + fields + "}]}]}]}]}}");
        };
        row("kind", expression(R"("is":"new")"), "is: is none of the words that stand there");
        row("no kind", expression(R"("to":1)"), "is: must name a kind");
        row("register", expression(R"("is":"immediate","to":16)"), "to: must be a whole number from 0 to 15");
        row("comparison", expression(R"("is":"cmp","comparison":6)"), "comparison: must be a whole number from 0 to 5");
        row("verdict", expression(R"("is":"verdict","code":2)"), "code: must be the number of a verdict, -5 to 3 without 2");
        row("bytes", expression(R"("is":"immediate","value":"abc")"), "value: must be hexadecimal bytes");
        row("port", expression(R"("is":"queue","number":65536)"), "number: must be a whole number that fits there");
        row("negative", expression(R"("is":"queue","number":-1)"), "number: must be a whole number that fits there");
    }

    void hostileOnes()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, problem);
        QCOMPARE(problemOf(text.toStdString()), problem);
    }
};

QTEST_APPLESS_MAIN(CaptureTest)
#include "capture_test.moc"
