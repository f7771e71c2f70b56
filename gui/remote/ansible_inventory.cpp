#include "gui/remote/ansible_inventory.h"

#include "gui/remote/link_state.h"
#include "gui/remote/static_inventory.h"

#include <QStandardPaths>

namespace notrack::gui
{

namespace
{

constexpr int limitMilliseconds = 30'000;

QString ansibleProgram()
{
    return QStandardPaths::findExecutable(QStringLiteral("ansible-inventory"));
}

/// The file as our own reader understands it, with the problem that Ansible had when there is nothing in it for us either.
Inventory readFile(const QString& path, const QString& problem)
{
    Inventory inventory = readInventoryFile(path);
    if (inventory.nodes.empty() && !problem.isEmpty()) {
        inventory.problems.append(problem);
    }
    return inventory;
}

} // namespace

InventoryLoader::InventoryLoader(QObject* parent) : QObject(parent), m_process(this), m_limit(this)
{
    m_limit.setSingleShot(true);
    m_limit.setInterval(limitMilliseconds);
    connect(&m_limit, &QTimer::timeout, &m_process, &QProcess::kill);
    connect(&m_process, &QProcess::finished, this, &InventoryLoader::finish);
    connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart) {
            readStatically(m_process.errorString());
        }
    });
}

void InventoryLoader::load(const QString& path)
{
    m_path = path;
    ++m_load;
    if (m_process.state() != QProcess::NotRunning) {
        const QSignalBlocker blocker(m_process);
        m_process.kill();
        m_process.waitForFinished(1000);
    }
    const bool ansible = !ansibleProgram().isEmpty();
    inBackground([path, ansible] { return ansible && !isPlainList(path) ? std::nullopt : std::make_optional(readInventoryFile(path)); });
}

void InventoryLoader::inBackground(std::function<std::optional<Inventory>()> read)
{
    m_reader = std::jthread([this, load = m_load, read = std::move(read)] {
        QMetaObject::invokeMethod(
            this,
            [this, load, inventory = read()] {
                if (load != m_load) {
                    return;
                }
                if (inventory) {
                    emit loaded(*inventory);
                } else {
                    startAnsible();
                }
            },
            Qt::QueuedConnection);
    });
}

void InventoryLoader::startAnsible()
{
    m_limit.start();
    m_process.start(ansibleProgram(), {QStringLiteral("--list"), QStringLiteral("--inventory"), m_path});
}

void InventoryLoader::finish(int exitCode)
{
    m_limit.stop();
    const QString problem = safeLine(QString::fromUtf8(m_process.readAllStandardError()).section(QLatin1Char('\n'), 0, 0));
    if (exitCode != 0) {
        readStatically(problem);
        return;
    }
    inBackground([path = m_path, problem, json = m_process.readAllStandardOutput()]() -> std::optional<Inventory> {
        Inventory inventory = readAnsibleList(json);
        inventory.source = path;
        // Ansible warns and gives an empty list where it cannot make sense of a file.
        return inventory.nodes.empty() ? readFile(path, problem) : inventory;
    });
}

void InventoryLoader::readStatically(const QString& problem)
{
    inBackground([path = m_path, problem]() -> std::optional<Inventory> { return readFile(path, problem); });
}

} // namespace notrack::gui
