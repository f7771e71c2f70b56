#include "core/linux/dns/node_interrogator.h"

#include "tests/namespaces/dns_answerer.h"
#include "tests/namespaces/pods.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <cstdint>
#include <memory>

using namespace notrack;

/// What a trial needs of its places beside the asking: ports, conntrack, few rights, and a node full of pods.
class TrialPlacesTest : public QObject
{
    Q_OBJECT

private:
    static const std::vector<Witness>& places()
    {
        static const std::vector<Witness> all{{"node", {}, Role::Node}, {"client", {}, Role::Pod}, {"dns", {}, Role::RealServer}};
        return all;
    }

    static Profile profile()
    {
        Profile profile;
        profile.services = {*readAddress("10.96.0.10")};
        profile.podCidrs = {*readPrefix("10.244.0.0/16"), *readPrefix("10.245.0.0/16")};
        return profile;
    }

    NodeInterrogator door(std::uint32_t seed = 1) const
    {
        return {{{{"/run/netns"}, "/proc"}, filesBelow(m_folder.path().toStdString())}, seed};
    }

    static std::string flatten(const std::optional<PortRange>& range)
    {
        return range ? std::to_string(range->first.value) + ":" + std::to_string(range->last.value) : "none";
    }

    static void setInClient(const QString& name, const QByteArray& value)
    {
        const Result<void> done = runInNamespace({{"/run/netns"}, {}}, "client", [&] { pods::write("/proc/sys/net/ipv4/" + name, value); });
        QVERIFY(done);
    }

    /// Holds a port at a place.
    static FileDescriptor hold(const std::string& place, Family family, int type, std::uint16_t port)
    {
        FileDescriptor file;
        const Result<void> done = runInNamespace({{"/run/netns"}, {}}, place, [&] {
            file = FileDescriptor(socket(toDomain(family), type | SOCK_CLOEXEC, 0));
            const SocketAddress own = anyAddress(family, Port{port});
            if (bind(file.get(), own.get(), own.length) != 0)
                file = FileDescriptor();
        });
        return done ? std::move(file) : FileDescriptor();
    }

    static Question question(std::size_t place, std::uint16_t client, Protocol protocol = Protocol::Udp, const char* service = "10.244.1.3")
    {
        return {place, *readAddress(service), Port{53}, protocol, Port{client}};
    }

    static std::string flatten(std::optional<bool> tracked) { return !tracked ? "unknown" : *tracked ? "tracked" : "untracked"; }

    /// `work` where this thread, and those that it starts, have no other rights than these.
    template <typename Work>
    static void withRights(std::uint32_t effective, Work work)
    {
        __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
        std::array<__user_cap_data_struct, 2> before{};
        QCOMPARE(syscall(SYS_capget, &header, before.data()), 0);
        auto few = before;
        few[0].effective = effective;
        few[1].effective = 0;
        QCOMPARE(syscall(SYS_capset, &header, few.data()), 0);
        work();
        QCOMPARE(syscall(SYS_capset, &header, before.data()), 0);
    }

    static constexpr std::uint32_t bit(int capability) { return 1U << static_cast<std::uint32_t>(capability); }

    static long memoryPeak()
    {
        QFile status("/proc/self/status");
        if (!status.open(QIODevice::ReadOnly))
            return 0;
        for (const QByteArray& line : status.readAll().split('\n'))
            if (line.startsWith("VmHWM:"))
                return line.mid(6).trimmed().split(' ').front().toLong();
        return 0;
    }

    QTemporaryDir m_folder;
    std::unique_ptr<DnsAnswerer> m_server;

private slots:
    void initTestCase()
    {
        pods::makeNode();
        pods::add("client", "2");
        pods::add("dns", "3");
        QVERIFY(QDir(m_folder.path()).mkpath("proc/net"));
        pods::write(m_folder.filePath("proc/net/ip_vs"), "UDP  0A60000A:0035 rr\n  -> 0AF40103:0035 Masq 1 0 0\n");
        m_server = std::make_unique<DnsAnswerer>("dns");
    }

    void cleanupTestCase() { m_server.reset(); }

    void portsAreChosenByChance()
    {
        const std::string one = flatten(door(1).findPorts(places(), {.count = 8}));
        QCOMPARE(flatten(door(1).findPorts(places(), {.count = 8})), one);
        QVERIFY(flatten(door(2).findPorts(places(), {.count = 8})) != one);
        NodeInterrogator same = door(1);
        same.findPorts(places(), {.count = 8});
        QVERIFY(flatten(same.findPorts(places(), {.count = 8})) != one);
        for (std::uint32_t seed = 0; seed < 100; ++seed)
            QVERIFY(!door(seed).findPorts(places(), {.count = 8})->overlaps({Port{30000}, Port{32767}})); // where IPVS has NodePorts
        QCOMPARE(flatten(door().findPorts(places(), {.count = 0})), std::string("none"));
        QCOMPARE(flatten(door().findPorts({}, {.count = 8})), std::string("none"));
    }

    void portsLieOutsideWhatOthersGet()
    {
        setInClient("ip_local_port_range", "1024 60000");
        setInClient("ip_local_reserved_ports", "60001-65000,65100");
        for (std::uint32_t seed = 0; seed < 50; ++seed) {
            const std::optional<PortRange> found = door(seed).findPorts(places(), {.count = 8});
            QVERIFY2(found && found->first.value > 65000 && !found->contains(Port{65100}), flatten(found).c_str());
        }
    }

    void portsAreFreeInEveryPlace()
    {
        // Above 65100 every eighth port is held, of either protocol and family, but 65308; of those between its neighbours `used` has five.
        std::vector<FileDescriptor> held;
        for (std::uint16_t port = 65108; port != 65532; port = static_cast<std::uint16_t>(port + 8)) {
            const Family family = port % 16 < 8 ? Family::Ipv4 : Family::Ipv6;
            if (port != 65308)
                held.push_back(hold("client", family, port % 3 == 0 ? SOCK_STREAM : SOCK_DGRAM, port));
        }
        held.push_back(hold("client", Family::Ipv4, SOCK_DGRAM, 65530));
        held.push_back(hold("dns", Family::Ipv4, SOCK_DGRAM, 65310)); // a server, which is not asked
        QVERIFY(std::all_of(held.begin(), held.end(), [](const FileDescriptor& file) { return file.valid(); }));
        const std::vector<PortRange> used{{Port{65001}, Port{65099}}, {Port{65301}, Port{65305}}};
        QCOMPARE(flatten(door().findPorts(places(), {.count = 10, .used = used})), std::string("65306:65315"));
    }

    void theHighestWhereOthersGetAll()
    {
        setInClient("ip_local_port_range", "1024 65535");
        setInClient("ip_local_reserved_ports", "\n");
        const FileDescriptor held = hold("client", Family::Ipv4, SOCK_STREAM, 65530);
        QVERIFY(held.valid());
        QCOMPARE(flatten(door().findPorts(places(), {.count = 4})), std::string("65532:65535"));
        const std::vector<PortRange> used{{Port{65531}, Port{65535}}};
        QCOMPARE(flatten(door().findPorts(places(), {.count = 4, .used = used})), std::string("65526:65529"));
        QCOMPARE(flatten(door().findPorts(places(), {.count = 65000})), std::string("none"));
        setInClient("ip_local_port_range", "32768 60999");
    }

    /// A filter may name the ports that queries come from.
    void portsOfEverybodyLieWhereSocketsGetTheirs()
    {
        setInClient("ip_local_port_range", "40000 41000");
        setInClient("ip_local_reserved_ports", "40100-40900");
        for (std::uint32_t seed = 0; seed < 50; ++seed) {
            const std::optional<PortRange> found = door(seed).findPorts(places(), {.count = 8, .whose = PortsOf::Everybody});
            QVERIFY2(found && found->first.value >= 40000 && found->last.value <= 41000 && !found->overlaps({Port{40100}, Port{40900}}),
                     flatten(found).c_str());
        }
        setInClient("ip_local_port_range", "32768 60999");
        setInClient("ip_local_reserved_ports", "\n");
    }

    void conntrackIsAskedForOneEntry()
    {
        NodeInterrogator door = this->door();
        for (const char* program : {"iptables-legacy", "ip6tables-legacy"}) {
            pods::run(QString(program) + " -A FORWARD -m conntrack --ctstate INVALID");
            pods::run(QString(program) + " -A INPUT -m conntrack --ctstate INVALID");
            for (const char* protocol : {"udp", "tcp"})
                for (const char* chain : {"PREROUTING", "OUTPUT"})
                    pods::run(QString("%1 -t raw -A %2 -p %3 --sport 22000:22099 -j CT --notrack").arg(program, chain, protocol));
        }
        std::string text;
        for (const char* service : {"10.244.1.3", "fd00:244::3"}) {
            for (const std::size_t place : {std::size_t{0}, std::size_t{1}}) {
                for (const Protocol protocol : {Protocol::Udp, Protocol::Tcp}) {
                    const Question tracked = question(place, 21001, protocol, service);
                    const Question untracked = question(place, 22001, protocol, service);
                    const auto replies = door.ask(places(), std::vector{tracked, untracked}, "a.test", std::chrono::seconds(5));
                    text += replies[0].answered && replies[1].answered ? "answered, " : "not answered, ";
                    text += flatten(door.isTracked(places()[place], tracked)) + ", ";
                    text += flatten(door.isTracked(places()[place], untracked)) + "\n";
                }
            }
        }
        const std::string line = "answered, tracked, untracked\n";
        QCOMPARE(QString::fromStdString(text), QString::fromStdString(line).repeated(8));
        QCOMPARE(flatten(door.isTracked(places()[1], question(1, 21002))), std::string("untracked")); // not asked
        QCOMPARE(flatten(door.isTracked({"gone", {}, Role::Pod}, question(1, 21001))), std::string("unknown"));
    }

    /// A run that was killed leaves them, and no memory of its ports: its queries were untracked and their answers were not.
    void anEntryOfAnEarlierRunIsForgotten()
    {
        std::string text;
        for (const auto& [program, service] : {std::pair("iptables-legacy", "10.244.1.3"), std::pair("ip6tables-legacy", "fd00:244::3")}) {
            const Question asked = question(1, 21200, Protocol::Udp, service);
            const QString rule = QString(program) + " -t raw -%1 PREROUTING -p udp --sport 21200 -j CT --notrack";
            for (const bool untracked : {true, false}) {
                NodeInterrogator door = this->door();
                pods::run(rule.arg(untracked ? 'A' : 'D'));
                text +=
                    door.ask(places(), std::vector{asked}, "a.test", std::chrono::seconds(5)).front().answered ? "answered, " : "lost, ";
                text += flatten(door.isTracked(places()[1], asked)) + "\n";
            }
        }
        QCOMPARE(QString::fromStdString(text), QString("answered, untracked\nanswered, tracked\n").repeated(2));
    }

    void theUnitsRightsAreEnough()
    {
        NodeInterrogator door = this->door();
        const Question asked = question(1, 21003);
        withRights(bit(CAP_NET_ADMIN) | bit(CAP_NET_RAW) | bit(CAP_SYS_ADMIN) | bit(CAP_DAC_OVERRIDE), [&] {
            QCOMPARE(door.find(profile()).all.size(), std::size_t{3});
            QVERIFY(door.findPorts(places(), {.count = 4}));
            QVERIFY(door.ask(places(), std::vector{asked}, "a.test", std::chrono::seconds(5)).front().answered);
            QCOMPARE(flatten(door.isTracked(places()[1], asked)), std::string("tracked"));
        });
        withRights(bit(CAP_SYS_ADMIN), [&] { QCOMPARE(flatten(door.isTracked(places()[1], asked)), std::string("unknown")); });
        withRights(0, [&] {
            QCOMPARE(door.find(profile()).all.size(), std::size_t{1});
            const Reply reply = door.ask(places(), std::vector{asked}, "a.test", std::chrono::seconds(5)).front();
            QVERIFY2(!reply.sent && reply.problem.find("cannot enter the network namespace") != std::string::npos, reply.problem.c_str());
        });
    }

    void podsWithoutNamesAreFoundByProcesses()
    {
        pods::add("unnamed", "4");
        QProcess sleeping;
        sleeping.start("ip", {"netns", "exec", "unnamed", "sleep", "1000"});
        QVERIFY(sleeping.waitForStarted());
        QTRY_VERIFY(QFile::symLinkTarget(QString("/proc/%1/exe").arg(sleeping.processId())).endsWith("sleep"));
        NodeInterrogator door = this->door();
        pods::run("umount /run/netns/unnamed");
        pods::run("rm /run/netns/unnamed");
        const std::string name = "pid:" + std::to_string(sleeping.processId());
        const Witnesses found = door.find(profile());
        QCOMPARE(found.all.size(), std::size_t{4});
        QCOMPARE(found.all[3], (Witness{name, {*readAddress("10.244.1.4")}, Role::Pod}));
        const Question asked{3, *readAddress("10.244.1.3"), Port{53}, Protocol::Udp, Port{21500}};
        QVERIFY(door.ask(found.all, std::vector{asked}, "a.test", std::chrono::seconds(5)).front().answered);
        const std::uint32_t units = bit(CAP_NET_ADMIN) | bit(CAP_NET_RAW) | bit(CAP_SYS_ADMIN) | bit(CAP_DAC_OVERRIDE);
        withRights(units, [&] { QCOMPARE(door.find(profile()).all.size(), std::size_t{3}); });
        withRights(units | bit(CAP_SYS_PTRACE), [&] { QCOMPARE(door.find(profile()).all.size(), std::size_t{4}); });
        sleeping.kill();
        sleeping.waitForFinished();
    }

    void aNodeFullOfPods()
    {
        QFile script(m_folder.filePath("pods.sh"));
        QVERIFY(script.open(QIODevice::WriteOnly));
        script.write("set -e\nfor i in $(seq 1 250); do\n"
                     "ip netns add p$i\n"
                     "printf 'link add v%s type veth peer name eth0 netns p%s\\nlink set v%s up\\naddr add 10.244.1.1/32 dev v%s\\n"
                     "route add 10.245.0.%s/32 dev v%s\\n' $i $i $i $i $i $i | ip -batch -\n"
                     "printf 'link set eth0 up\\naddr add 10.245.0.%s/32 dev eth0\\nroute add 10.244.1.1 dev eth0\\n"
                     "route add default via 10.244.1.1\\n' $i | ip -n p$i -batch -\n"
                     "done\n");
        script.close();
        QProcess making;
        making.start("sh", {script.fileName()});
        QVERIFY2(making.waitForFinished(100'000) && making.exitCode() == 0, making.readAllStandardError().constData());

        pods::write("/proc/self/clear_refs", "5"); // the peak of memory begins anew
        const long before = memoryPeak();
        NodeInterrogator door = this->door();
        QElapsedTimer timer;
        timer.start();
        const Witnesses found = door.find(profile());
        const qint64 finding = timer.restart();
        QCOMPARE(found.unread, std::vector<std::string>{"of 251 pods only 250 are asked"});
        QCOMPARE(found.all.size(), std::size_t{252}); // with the node and the server
        const std::optional<PortRange> ports = door.findPorts(found.all, {.count = 2});
        const qint64 choosing = timer.restart();
        QVERIFY(ports);
        std::vector<Question> questions;
        for (std::size_t place = 0; place < found.all.size(); ++place)
            for (std::uint16_t port = ports->first.value; port <= ports->last.value; ++port)
                if (found.all[place].role != Role::RealServer)
                    questions.push_back(question(place, port));
        m_server->takeTimes(DnsAnswerer::answers);
        timer.restart();
        const std::vector<Reply> replies = door.ask(found.all, questions, "a.test", std::chrono::seconds(20));
        const qint64 asking = timer.elapsed();
        const auto answered = std::count_if(replies.begin(), replies.end(), [](const Reply& reply) { return reply.answered; });
        QCOMPARE(answered, 502);
        QCOMPARE(m_server->takeTimes(DnsAnswerer::answers).size(), std::size_t{502}); // one packet each
        const long grown = memoryPeak() - before;
        qInfo("found in %lld ms, ports in %lld ms, 502 questions in %lld ms, %ld KiB", finding, choosing, asking, grown);
#ifndef NOTRACK_SANITIZED // whose shadow of every byte is not the program's
        QVERIFY2(grown < 2048, "a trial of 250 pods takes more than 2 MiB");
#endif
    }
};

QTEST_GUILESS_MAIN(TrialPlacesTest)
#include "trial_places_test.moc"
