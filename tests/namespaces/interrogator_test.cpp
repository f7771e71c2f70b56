#include "core/linux/dns/node_interrogator.h"

#include "tests/namespaces/dns_answerer.h"
#include "tests/namespaces/pods.h"

#include <sys/resource.h>

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <memory>
#include <set>
#include <thread>

using namespace notrack;

/// Runs as root of network and mount namespaces of its own (see in_namespace): the node is this namespace, its pods have names.
class InterrogatorTest : public QObject
{
    Q_OBJECT

private:
    static Profile profile()
    {
        Profile profile;
        profile.services = {*readAddress("10.96.0.10")};
        profile.podCidrs = {*readPrefix("10.244.0.0/16"), *readPrefix("fd00:244::/64")};
        profile.safety.trialIgnore = {*readPrefix("10.244.1.9/32")};
        return profile;
    }

    static std::string flatten(const Witnesses& found)
    {
        static constexpr std::array roles{"pod", "node", "server", "ignored"};
        std::string text;
        for (const Witness& one : found.all) {
            text += std::string(roles.at(static_cast<std::size_t>(one.role))) + " " + one.name;
            for (const Address& address : one.addresses)
                text += " " + toText(address);
            text += "\n";
        }
        for (const std::string& line : found.unread)
            text += "unread: " + line + "\n";
        return text;
    }

    static std::string flatten(const std::vector<Reply>& replies)
    {
        std::string text;
        for (const Reply& reply : replies)
            text += std::string(reply.sent ? "sent" : "not sent") + (reply.answered && reply.milliseconds ? ", answered" : "") +
                    (reply.problem.empty() ? "" : ": ") + reply.problem + "\n";
        return text;
    }

    static const std::vector<Witness>& places()
    {
        static const std::vector<Witness> all{{"node", {}, Role::Node}, {"client", {}, Role::Pod}, {"gone", {}, Role::Pod}};
        return all;
    }

    static Question question(std::size_t place, std::uint16_t port, Protocol protocol = Protocol::Udp, const char* service = "10.244.1.3")
    {
        static std::uint16_t client = 1100;
        return {place, *readAddress(service), Port{port}, protocol, Port{client++}};
    }

    std::vector<Reply> ask(const std::vector<Question>& questions, int milliseconds = 5000)
    {
        return m_door->ask(places(), questions, "a.test", std::chrono::milliseconds(milliseconds));
    }

    static qsizetype openFiles() { return QDir("/proc/self/fd").entryList(QDir::NoDotAndDotDot | QDir::AllEntries | QDir::System).size(); }

    std::unique_ptr<DnsAnswerer> m_server;
    std::unique_ptr<NodeInterrogator> m_door;
    QTemporaryDir m_folder;

private slots:
    void initTestCase()
    {
        pods::makeNode();
        pods::add("client", "2");
        pods::add("dns", "3");
        pods::add("odd", "9");
        m_server = std::make_unique<DnsAnswerer>("dns");
        QVERIFY(QDir(m_folder.path()).mkpath("proc/net"));
        pods::write(m_folder.filePath("proc/net/ip_vs"),
                    "UDP  0A60000A:0035 rr\n  -> 0AF40103:0035 Masq 1 0 0\nUDP  0A60000B:0035 rr\n  -> 0AF40102:0035 Masq 1 0 0\n");
        WitnessSources sources{{{"/run/netns", "/run/docker"}, "/proc"}, filesBelow(m_folder.path().toStdString())};
        m_door = std::make_unique<NodeInterrogator>(sources, 1);
    }

    void cleanupTestCase() { m_server.reset(); }

    void findsEveryPlaceOnce()
    {
        pods::run("mkdir /run/docker");
        pods::run("ip netns add plain");
        pods::run("touch /run/docker/again /run/docker/left-over");
        pods::run("mount --bind /run/netns/client /run/docker/again");
        const std::string pods = "node node\npod client 10.244.1.2 fd00:244::2\nserver dns 10.244.1.3 fd00:244::3\n";
        QCOMPARE(flatten(m_door->find(profile())),
                 pods + "ignored odd 10.244.1.9 fd00:244::9\nunread: /run/docker/left-over: not a network namespace\n");
        pods::run("umount /run/docker/again");
        pods::run("rm /run/docker/again /run/docker/left-over");
        pods::run("ip netns del plain");
    }

    void staysInItsNamespace()
    {
        const QString before = QFile::symLinkTarget("/proc/thread-self/ns/net");
        m_door->find(profile());
        m_door->findPorts(places(), {.count = 2});
        m_door->isTracked(places()[1], question(1, 53));
        QCOMPARE(flatten(ask({question(1, 53)})), std::string("sent, answered\n"));
        QCOMPARE(QFile::symLinkTarget("/proc/thread-self/ns/net"), before);
    }

    void everyKindOfReply_data()
    {
        QTest::addColumn<int>("port");
        QTest::addColumn<bool>("tcp");
        QTest::addColumn<QString>("reply");
        QTest::addColumn<int>("sendings");
        QTest::newRow("answered") << 53 << false << "sent, answered\n" << 1;
        QTest::newRow("answered over TCP, in two parts") << 53 << true << "sent, answered\n" << 0;
        QTest::newRow("silent") << 54 << false << "sent\n" << 3;
        QTest::newRow("another id") << 55 << false << "sent\n" << 3;
        QTest::newRow("another question") << 56 << false << "sent\n" << 3;
        QTest::newRow("the third sending") << 58 << false << "sent, answered\n" << 3;
        QTest::newRow("refused") << 60 << false << "sent: Connection refused\n" << 0;
        QTest::newRow("refused over TCP") << 60 << true << "sent: Connection refused\n" << 0;
        QTest::newRow("closed over TCP") << 59 << true << "sent: the server closed the connection\n" << 0;
    }

    void everyKindOfReply()
    {
        QFETCH(int, port);
        QFETCH(bool, tcp);
        QFETCH(QString, reply);
        QFETCH(int, sendings);
        m_server->takeTimes(static_cast<std::uint16_t>(port));
        for (const char* service : {"10.244.1.3", "fd00:244::3"}) {
            for (const std::size_t place : {std::size_t{0}, std::size_t{1}}) {
                const auto protocol = tcp ? Protocol::Tcp : Protocol::Udp;
                const std::vector<Reply> replies = ask({question(place, static_cast<std::uint16_t>(port), protocol, service)}, 700);
                QCOMPARE(QString::fromStdString(flatten(replies)), reply);
                QCOMPARE(static_cast<int>(m_server->takeTimes(static_cast<std::uint16_t>(port)).size()), sendings);
            }
        }
    }

    void onlyTheClientPortIsUsed()
    {
        pods::run("iptables-legacy -t raw -A PREROUTING -p udp --sport 3001:3004 --dport 53");
        std::vector<Question> questions;
        for (std::uint16_t port = 3001; port <= 3004; ++port)
            questions.push_back({1, *readAddress("10.244.1.3"), Port{53}, Protocol::Udp, Port{port}});
        QCOMPARE(flatten(ask(questions)), std::string("sent, answered\nsent, answered\nsent, answered\nsent, answered\n"));
        QProcess list;
        list.startCommand("iptables-legacy-save -t raw -c");
        list.waitForFinished();
        QVERIFY(list.readAllStandardOutput().contains("[4:"));
        pods::run("iptables-legacy -t raw -F PREROUTING");
    }

    void twoServicesFromOnePort()
    {
        for (const Protocol protocol : {Protocol::Udp, Protocol::Tcp}) {
            Question one = question(1, DnsAnswerer::answers, protocol);
            Question other = one;
            one.port = Port{protocol == Protocol::Udp ? DnsAnswerer::silent : DnsAnswerer::closes};
            const std::string first = protocol == Protocol::Udp ? "sent\n" : "sent: the server closed the connection\n";
            QCOMPARE(flatten(ask({one, other}, 500)), first + "sent, answered\n");
        }
    }

    void bothFamiliesFromOnePort()
    {
        for (const Protocol protocol : {Protocol::Udp, Protocol::Tcp}) {
            const Question ipv4 = question(1, DnsAnswerer::answers, protocol);
            Question ipv6 = question(1, DnsAnswerer::answers, protocol, "fd00:244::3");
            ipv6.clientPort = ipv4.clientPort;
            QCOMPARE(flatten(ask({ipv4, ipv6})), "sent, answered\nsent, answered\n");
        }
    }

    void aPortOfTcpIsFreeAtOnce()
    {
        const Question tcp = question(1, 53, Protocol::Tcp);
        for (int turn = 0; turn < 3; ++turn)
            QCOMPARE(flatten(ask({tcp})), std::string("sent, answered\n"));
    }

    void lateAnswersOfAnEarlierRoundDoNotCount()
    {
        const Question late = question(1, DnsAnswerer::late);
        QCOMPARE(flatten(ask({late}, 200)), std::string("sent\n"));
        QCOMPARE(flatten(ask({late}, 200)), std::string("sent\n"));
        QCOMPARE(flatten(ask({late})), std::string("sent, answered\n"));
    }

    void whatThisHostLacksIsNotSent()
    {
        const Question taken = question(0, 53);
        const FileDescriptor other(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        const SocketAddress own = anyAddress(Family::Ipv4, taken.clientPort);
        QCOMPARE(bind(other.get(), own.get(), own.length), 0);
        const std::string gone = flatten(ask({taken, question(2, 53), question(7, 53), question(1, 53)}));
        QCOMPARE(gone, std::string("not sent: Address already in use\n"
                                   "not sent: /run/docker/gone: cannot open the network namespace: No such file or directory\n"
                                   "not sent: there is no such place\nsent, answered\n"));
        rlimit before{};
        getrlimit(RLIMIT_NOFILE, &before);
        const auto lowest = static_cast<rlim_t>(FileDescriptor(dup(other.get())).get());
        const rlimit few{lowest + 3, before.rlim_max}; // the node's namespace, epoll, and one more: a pod's namespace, then one socket
        setrlimit(RLIMIT_NOFILE, &few);
        const std::vector<Reply> replies = ask({question(1, 54), question(1, 54)}, 200);
        setrlimit(RLIMIT_NOFILE, &before);
        QCOMPARE(flatten(replies), std::string("sent\nnot sent: Too many open files\n"));
    }

    void routesAndFiltersHaveTheirSay()
    {
        pods::run("ip route add unreachable 10.244.1.70/32");
        pods::run("iptables-legacy -A OUTPUT -d 10.244.1.3 -p udp --dport 61 -j DROP");
        QCOMPARE(flatten(ask({question(0, 53, Protocol::Udp, "10.244.1.70"), question(0, 61)}, 300)),
                 std::string("sent: No route to host\nsent: Operation not permitted\n"));
        pods::run("iptables-legacy -F OUTPUT");
    }

    void noMoreThanTheRateAndTheSockets()
    {
        std::vector<Question> questions;
        for (std::uint16_t i = 0; i < 900; ++i)
            questions.push_back(
                {1, *readAddress("10.244.1.3"), Port{DnsAnswerer::silent}, Protocol::Udp, Port{static_cast<std::uint16_t>(20'000 + i)}});
        m_server->takeTimes(DnsAnswerer::silent);
        const qsizetype before = openFiles();
        qsizetype most = 0;
        std::atomic<bool> over = false;
        std::thread counting([&] {
            while (!over)
                most = std::max(most, openFiles());
        });
        const std::vector<Reply> replies = ask(questions, 1500);
        over = true;
        counting.join();
        QVERIFY2(std::all_of(replies.begin(), replies.end(), [](const Reply& reply) { return reply.sent && !reply.answered; }),
                 flatten(replies).c_str());
        // beside the sockets: two namespaces, epoll, and the directory that this test reads
        QVERIFY2(most - before <= 512 + 5 && most - before > 400, qPrintable(QString::number(most - before)));
        const std::vector<double> times = m_server->takeTimes(DnsAnswerer::silent);
        QCOMPARE(times.size(), std::size_t{2700});
        for (std::size_t i = 0; i + 1011 < times.size(); ++i)
            QVERIFY2(times[i + 1011] - times[i] >= 1.0, qPrintable(QString::number(times[i + 1011] - times[i])));
    }
};

QTEST_GUILESS_MAIN(InterrogatorTest)
#include "interrogator_test.moc"
