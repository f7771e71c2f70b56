// What many nodes cost the viewer: time to the first full table, CPU, memory, the longest stall of the UI thread. Exit code 1: a node
// did not come to be in sync; 2: a goal was asked for and missed.
//   viewer_bench simulated COUNT SECONDS INTERVAL [goals]        streams in memory through everything below the process
//   viewer_bench ssh LAB-DIRECTORY SECONDS INTERVAL [SCREENSHOT] real ssh to the nodes of tests/gui/ssh_lab.sh
#include "gui/remote/process_channel.h"
#include "gui/view/appearance.h"
#include "gui/view/fleet_page.h"
#include "gui/view/main_window.h"
#include "tests/gui/sample_reports.h"

#include <fcntl.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <QApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTimer>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <semaphore>
#include <thread>

using namespace notrack;
using namespace notrack::gui;

namespace
{

constexpr int limit = 600'000; ///< milliseconds after which it ends whatever came

// The goals for 10,000 nodes at an interval of 10 s.
constexpr double stallGoal = 16;  ///< milliseconds, without the time in which others had the cores
constexpr double memoryGoal = 12; ///< KiB a node
constexpr double coreGoal = 50;   ///< percent of a core

/// A node in memory: a report every interval, counters always of ten digits so that a line is made by overwriting.
class SimulatedChannel : public Channel
{
    Q_OBJECT

public:
    SimulatedChannel(int interval, QObject* parent) : Channel(parent), m_interval(interval * 1000), m_timer(this)
    {
        connect(&m_timer, &QTimer::timeout, this, &SimulatedChannel::report);
    }

    void start(const Command& command) override
    {
        m_name = command.arguments.at(command.arguments.size() - 2).toLatin1();
        QTimer::singleShot(QRandomGenerator::global()->bounded(20, 200), this, [this] {
            report();
            // From here on at a phase of its own, as nodes are.
            QTimer::singleShot(QRandomGenerator::global()->bounded(m_interval), this, [this] { m_timer.start(m_interval); });
        });
    }

    void retire() override { deleteLater(); }

private:
    void report()
    {
        static const QByteArray sample = lineOf(sampleReport("NODE", 1'000'000'000));
        QByteArray line = sample;
        line.replace("NODE", m_name);
        line.replace("1000000000", QByteArray::number(m_packets));
        m_packets += QRandomGenerator::global()->bounded(5000U);
        emit output(line);
    }

    QByteArray m_name;
    quint64 m_packets = 1'000'000'000;
    int m_interval; ///< milliseconds
    QTimer m_timer;
};

double seconds(const timeval& time)
{
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double processSeconds()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double threadMilliseconds()
{
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

/// Private memory of this process in KiB.
double privateKibibytes()
{
    QFile file(QStringLiteral("/proc/self/smaps_rollup"));
    double sum = 0;
    if (file.open(QIODevice::ReadOnly)) {
        const auto lines = file.readAll().split('\n');
        for (const QByteArray& line : lines) {
            if (line.startsWith("Private_")) {
                sum += line.simplified().split(' ').value(1).toDouble();
            }
        }
    }
    return sum;
}

/// What malloc has given out, in KiB.
double usedKibibytes()
{
    const struct mallinfo2 info = mallinfo2();
    return static_cast<double>(info.uordblks + info.hblkhd) / 1024;
}

/// How long this thread waited for a core although it could have run, in milliseconds; proc(5), schedstat.
double waitedMilliseconds()
{
    static const int file = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC); // the thread's that asks first, and only one asks
    std::array<char, 64> text{};
    const ssize_t length = pread(file, text.data(), text.size() - 1, 0);
    return length > 0 ? QByteArray(text.data(), length).split(' ').value(1).toDouble() / 1e6 : 0;
}

/// What the UI thread did while something waited for it, in milliseconds.
struct Stall
{
    double wall = 0;   ///< by the clock
    double cpu = 0;    ///< its own CPU time
    double waited = 0; ///< it could have run and had no core
};

/// The longest time something that happens now would have waited for this thread: by the clock, and without the time in which other
/// programs, or other threads of this one, had the cores. A thread of its own knocks every few milliseconds.
class StallWatch : public QObject
{
    Q_OBJECT

public:
    StallWatch() : m_knocking([this](const std::stop_token& stop) { knock(stop); }) {}
    ~StallWatch() override
    {
        m_knocking.request_stop();
        m_answered.release();
    }

    Stall longest;
    Stall longestOwn; ///< by wall - waited

private:
    void knock(const std::stop_token& stop)
    {
        while (!stop.stop_requested()) {
            QElapsedTimer sent;
            sent.start();
            QMetaObject::invokeMethod(
                this, [this, sent] { answer(sent); }, Qt::QueuedConnection);
            m_answered.acquire();
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
    }

    void answer(const QElapsedTimer& sent)
    {
        const double cpu = threadMilliseconds();
        const double waited = waitedMilliseconds();
        if (m_cpu != 0) {
            const Stall stall{static_cast<double>(sent.nsecsElapsed()) / 1e6, cpu - m_cpu, waited - m_waited};
            longest = stall.wall > longest.wall ? stall : longest;
            longestOwn = stall.wall - stall.waited > longestOwn.wall - longestOwn.waited ? stall : longestOwn;
        }
        m_cpu = cpu;
        m_waited = waited;
        m_answered.release();
    }

    double m_cpu = 0;
    double m_waited = 0;
    std::counting_semaphore<> m_answered{0};
    std::jthread m_knocking;
};

Preferences preferencesFor(const QString& mode, const QString& what, int interval)
{
    Preferences preferences;
    preferences.connection.interval = interval;
    preferences.connection.streamLimit = 100'000;
    if (mode == QLatin1String("simulated")) {
        // Starting thousands of streams at once is what is to be withstood.
        preferences.connection.startLimit = 64;
        for (int node = 1; node <= what.toInt(); ++node) {
            preferences.sources.nodes.append(QStringLiteral("node%1").arg(node, 4, 10, QLatin1Char('0')));
        }
    } else {
        preferences.connection.runner = what + QStringLiteral("/runner");
        preferences.connection.sshArguments = QStringList{QStringLiteral("-F"), what + QStringLiteral("/ssh_config")};
        preferences.sources.inventories = QStringList{what + QStringLiteral("/hosts.ini")};
        preferences.choices.insert(preferences.sources.inventories.constFirst(), {}); // all of them
    }
    return preferences;
}

void print(const char* when, const Stall& longest, const Stall& own)
{
    std::printf(
        "longest stall %s: %.1f ms, %.1f of them waiting for a core, %.1f of own CPU time; longest without waiting for a core: %.1f ms\n",
        when, longest.wall, longest.waited, longest.cpu, own.wall - own.waited);
}

int missing(FleetModel& fleet)
{
    return fleet.rowCount() == 0 ? -1 : fleet.counts().at(static_cast<std::size_t>(RowState::Connecting)).now;
}

} // namespace

int main(int argc, char* argv[])
{
    if (argc < 5) {
        std::fprintf(stderr, "usage: viewer_bench simulated COUNT SECONDS INTERVAL [goals] | ssh LAB SECONDS INTERVAL [SCREENSHOT]\n");
        return 64;
    }
    const QTemporaryDir home;
    qputenv("XDG_CONFIG_HOME", home.path().toLocal8Bit());
    QApplication application(argc, argv);
    const QString mode = QString::fromLocal8Bit(argv[1]);
    const int interval = QString::fromLocal8Bit(argv[4]).toInt();
    const QString last = argc > 5 ? QString::fromLocal8Bit(argv[5]) : QString();
    raiseDescriptorLimit();
    setAppearance(Appearance::Light);
    const ChannelFactory channels =
        mode == QLatin1String("ssh") ? processChannels() : [interval](QObject* parent) { return new SimulatedChannel(interval, parent); };
    MainWindow window(preferencesFor(mode, QString::fromLocal8Bit(argv[2]), interval), Remember::NoSources, channels);
    window.resize(1200, 780);
    window.show();
    for (int pass = 0; pass < 20; ++pass) {
        QApplication::processEvents(QEventLoop::AllEvents, 50);
    }
    const double memoryBefore = privateKibibytes();
    const double usedBefore = usedKibibytes();
    StallWatch stalls;
    QElapsedTimer since;
    since.start();
    QTimer::singleShot(0, &window, &MainWindow::loadSources);
    qint64 full = 0;
    double cpuAtFull = 0;
    Stall connecting;
    Stall connectingOwn;
    QTimer look;
    QObject::connect(&look, &QTimer::timeout, [&] {
        if (full == 0 && missing(window.watch().model()) == 0) {
            full = since.elapsed();
            cpuAtFull = processSeconds();
            connecting = std::exchange(stalls.longest, {});
            connectingOwn = std::exchange(stalls.longestOwn, {});
            QTimer::singleShot(QString::fromLocal8Bit(argv[3]).toInt() * 1000, &application, &QApplication::quit);
        }
    });
    look.start(100);
    QTimer::singleShot(limit, &application, &QApplication::quit);
    QApplication::exec();
    const int nodes = window.watch().model().rowCount();
    const double spent = static_cast<double>(since.elapsed() - full) / 1e3;
    const StateCounts counts = window.watch().model().counts();
    std::printf("nodes %d, first full table %.1f s\n", nodes, static_cast<double>(full) / 1e3);
    for (const RowState state : allRowStates) {
        if (counts.at(static_cast<std::size_t>(state)).now > 0) {
            std::printf("  %s: %d\n", qPrintable(stableName(state)), counts.at(static_cast<std::size_t>(state)).now);
        }
    }
    const double core = 100 * (processSeconds() - cpuAtFull) / spent;
    const double memory = (privateKibibytes() - memoryBefore) / nodes;
    const double stall = std::max(connectingOwn.wall - connectingOwn.waited, stalls.longestOwn.wall - stalls.longestOwn.waited);
    std::printf("CPU at an interval of %d s: %.1f %% of one core over %.0f s\n", interval, core, spent);
    std::printf("memory: %.1f KiB a node, %.1f of them in use\n", memory, (usedKibibytes() - usedBefore) / nodes);
    print("while connecting", connecting, connectingOwn);
    print("afterwards", stalls.longest, stalls.longestOwn);
    if (nodes <= 0 || counts.at(static_cast<std::size_t>(RowState::InSync)).now != nodes) {
        return 1;
    }
    if (last == QLatin1String("goals")) {
        const bool met = stall < stallGoal && memory < memoryGoal && core < coreGoal;
        std::printf("goals (stall under %.0f ms, under %.0f KiB a node, under %.0f %% of a core): %s\n", stallGoal, memoryGoal, coreGoal,
                    met ? "met" : "missed");
        return met ? 0 : 2;
    }
    if (!last.isEmpty()) {
        window.grab().save(last);
    }
    return 0;
}

#include "viewer_bench.moc"
