#pragma once

#include <QFile>
#include <QProcess>
#include <QString>
#include <QTest>

/// A node of network namespaces for tests that run as root of namespaces of their own (see in_namespace).
namespace pods
{

/// Runs a program; a failure of it fails the test.
inline void run(const QString& line)
{
    QProcess process;
    process.startCommand(line);
    QVERIFY2(process.waitForFinished() && process.exitCode() == 0,
             qPrintable(line + ": " + process.errorString() + QString::fromUtf8(process.readAllStandardError())));
}

inline void write(const QString& path, const QByteArray& text)
{
    QFile file(path);
    QVERIFY2(file.open(QIODevice::WriteOnly) && file.write(text) == text.size(), qPrintable(path));
}

/// This namespace becomes a node that forwards, with names of its own for namespaces.
inline void makeNode()
{
    run("mount -t tmpfs none /run");
    run("ip link set lo up");
    write("/proc/sys/net/ipv4/ip_forward", "1");
    write("/proc/sys/net/ipv6/conf/all/forwarding", "1");
}

/// A pod that is routed, with the addresses 10.244.1.LAST and fd00:244::LAST.
inline void add(const QString& name, const QString& last)
{
    run("ip netns add " + name);
    run("ip link add v" + name + " type veth peer name eth0 netns " + name);
    run("ip link set v" + name + " up");
    run("ip addr add 10.244.1.1/32 dev v" + name);
    run("ip route add 10.244.1." + last + "/32 dev v" + name);
    run("ip -6 addr add fd00:244::1/128 dev v" + name + " nodad");
    run("ip -6 route add fd00:244::" + last + "/128 dev v" + name);
    run("ip -n " + name + " link set lo up");
    run("ip -n " + name + " link set eth0 up");
    run("ip -n " + name + " addr add 10.244.1." + last + "/32 dev eth0");
    run("ip -n " + name + " route add 10.244.1.1 dev eth0");
    run("ip -n " + name + " route add default via 10.244.1.1");
    run("ip -n " + name + " -6 addr add fd00:244::" + last + "/128 dev eth0 nodad");
    run("ip -n " + name + " -6 route add fd00:244::1 dev eth0");
    run("ip -n " + name + " -6 route add default via fd00:244::1");
}

} // namespace pods
