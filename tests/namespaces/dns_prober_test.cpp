#include "core/linux/dns/dns_prober.h"

#include "core/linux/dns/dns_asking.h"

#include <sys/resource.h>

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

using namespace notrack;

/// Runs as root of network and mount namespaces of its own (see in_namespace): the node is this namespace, its pods have names.
class DnsProberTest : public QObject
{
    Q_OBJECT

private:
    static void run(const QString& line)
    {
        QProcess process;
        process.startCommand(line);
        QVERIFY2(process.waitForFinished() && process.exitCode() == 0,
                 qPrintable(line + ": " + process.errorString() + QString::fromUtf8(process.readAllStandardError())));
    }

    static void addPod(const QString& name, const QString& address)
    {
        run("ip netns add " + name);
        run("ip link add v" + name + " type veth peer name eth0 netns " + name);
        run("ip link set v" + name + " up");
        run("ip addr add 10.244.1.1/32 dev v" + name);
        run("ip route add " + address + "/32 dev v" + name);
        run("ip -n " + name + " link set lo up");
        run("ip -n " + name + " link set eth0 up");
        run("ip -n " + name + " addr add " + address + "/32 dev eth0");
        run("ip -n " + name + " route add 10.244.1.1 dev eth0");
        run("ip -n " + name + " route add default via 10.244.1.1");
    }

    static std::string flatten(const std::vector<ProbeResult>& results)
    {
        std::string text;
        for (const ProbeResult& result : results)
            text += result.from + " " + result.service + " " + std::to_string(result.answered) + "/" + std::to_string(result.asked) +
                    (result.p50 && *result.p50 <= *result.p99 ? " timed" : "") + (result.problem.empty() ? "" : ": ") + result.problem +
                    "\n";
        return text;
    }

    static Profile profile(const char* service = "10.244.1.3")
    {
        Profile profile;
        profile.services = {*readAddress(service)};
        profile.podCidrs = {*readPrefix("10.244.0.0/16")};
        return profile;
    }

    /// Where answers come, the timeout is for busy machines only.
    static ProbeSettings settings(const std::string& name = "a.test")
    {
        ProbeSettings settings;
        settings.name = name;
        settings.timeout = std::chrono::seconds(10);
        return settings;
    }

    static ProbeSettings impatient()
    {
        ProbeSettings impatient = settings();
        impatient.timeout = std::chrono::milliseconds(600);
        impatient.from = {ProbeOrigin::Node};
        return impatient;
    }

    /// Calls `function` where the process may have so many descriptors.
    template <typename Function>
    static auto withDescriptors(rlim_t count, Function function)
    {
        rlimit before{};
        getrlimit(RLIMIT_NOFILE, &before);
        const rlimit few{count, before.rlim_max};
        setrlimit(RLIMIT_NOFILE, &few);
        auto result = function();
        setrlimit(RLIMIT_NOFILE, &before);
        return result;
    }

    void startServer()
    {
        m_server = std::make_unique<QProcess>();
        m_server->startCommand("ip netns exec dns dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --user=root "
                               "--group=root --pid-file= --cache-size=0 --address=/a.test/192.0.2.53 --address=/a.test/fd00::53");
        QVERIFY(m_server->waitForStarted());
        const auto answers = [&] {
            const std::vector<ProbeResult> results = prober().probe(profile(), impatient());
            return results.size() == 1 && results.front().answered > 0;
        };
        QTRY_VERIFY_WITH_TIMEOUT(answers(), 30'000);
    }

    void stopServer()
    {
        m_server->kill();
        m_server->waitForFinished();
    }

    DnsProber prober() const { return DnsProber({{{"/run/netns"}, {}}, filesBelow(m_folder.path().toStdString())}); }

    std::unique_ptr<QProcess> m_server;
    QTemporaryDir m_folder{"/tmp/dns_prober_test_XXXXXX"};

private slots:
    void initTestCase()
    {
        QVERIFY(QDir(m_folder.path()).mkpath("proc/net"));
        QFile ipvs(m_folder.filePath("proc/net/ip_vs"));
        QVERIFY(ipvs.open(QIODevice::WriteOnly));
        ipvs.write("UDP  0AF40103:0035 rr\n  -> 0AF40103:0035 Masq 1 0 0\n");
        ipvs.close();
        run("mount -t tmpfs none /run");
        run("ip link set lo up");
        QFile forwarding("/proc/sys/net/ipv4/ip_forward");
        QVERIFY(forwarding.open(QIODevice::WriteOnly) && forwarding.write("1") == 1);
        forwarding.close();
        addPod("client", "10.244.1.2");
        addPod("dns", "10.244.1.3");
        addPod("elsewhere", "192.0.2.9");
        startServer();
    }

    void cleanupTestCase() { stopServer(); }

    void asksFromTheNodeAndFromClientPods()
    {
        QCOMPARE(flatten(prober().probe(profile(), settings())),
                 std::string("node 10.244.1.3 12/12 timed\nclient 10.244.1.3 12/12 timed\n"));
    }

    void anyCodeProvesThePath()
    {
        QCOMPARE(flatten(prober().probe(profile(), settings("b.invalid"))),
                 std::string("node 10.244.1.3 12/12 timed: REFUSED\nclient 10.244.1.3 12/12 timed: REFUSED\n"));
    }

    void staysInItsNamespace()
    {
        const QString before = QFile::symLinkTarget("/proc/thread-self/ns/net");
        prober().probe(profile(), settings());
        QCOMPARE(QFile::symLinkTarget("/proc/thread-self/ns/net"), before);
    }

    void seriesSendNothingTwice()
    {
        ProbeSettings fromPods = settings();
        fromPods.from = {ProbeOrigin::Pods};
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(flatten(prober().series(profile(), fromPods, {25, 50})), std::string("client 10.244.1.3 50/50 timed\n"));
        QVERIFY(timer.elapsed() >= 450);
    }

    void manyServicesTakeTurns()
    {
        Profile many = profile();
        many.services.assign(200, many.services.front());
        ProbeSettings fromNode = settings();
        fromNode.from = {ProbeOrigin::Node};
        std::string expected;
        for (std::size_t i = 0; i < many.services.size(); ++i)
            expected += "node 10.244.1.3 12/12 timed\n";
        QCOMPARE(flatten(withDescriptors(1024, [&] { return prober().probe(many, fromNode); })), expected);
    }

    void whatCannotBeSentIsNotAsked()
    {
        const auto open = static_cast<rlim_t>(QDir("/proc/self/fd").entryList(QDir::NoDotAndDotDot | QDir::AllEntries).size());
        const auto results = withDescriptors(open + 2, [&] { return askOften("node", profile(), settings()); });
        QCOMPARE(results.size(), std::size_t{1});
        QVERIFY2(results.front().asked < 12 && results.front().answered == results.front().asked, flatten(results).c_str());
        QVERIFY2(results.front().problem.find("could not be sent; Too many open files") != std::string::npos, flatten(results).c_str());
    }

    void silenceEndsInTime()
    {
        run("ip -n dns link set lo down");
        run("ip route add blackhole 10.244.1.77/32");
        run("ip neigh add 10.244.1.99 lladdr 02:00:00:00:00:01 dev vclient nud permanent");
        run("ip route add 10.244.1.99/32 dev vclient");
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(flatten(prober().probe(profile("10.244.1.99"), impatient())), std::string("node 10.244.1.99 0/12: 6 pairs timed out\n"));
        QVERIFY2(timer.elapsed() >= 590 && timer.elapsed() < 5'000, "a probe lasts as long as its timeout says");
        QCOMPARE(flatten(prober().probe(profile("10.244.1.77"), impatient())),
                 std::string("node 10.244.1.77 0/12: 6 pairs timed out; Invalid argument\n"));
    }

    void aServerThatIsGone()
    {
        stopServer();
        QCOMPARE(flatten(prober().probe(profile(), impatient())),
                 std::string("node 10.244.1.3 0/12: 6 pairs timed out; Connection refused\n"));
        startServer();
    }
};

QTEST_GUILESS_MAIN(DnsProberTest)
#include "dns_prober_test.moc"
