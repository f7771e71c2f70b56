#include "gui/remote/ansible_inventory.h"

#include "gui/remote/link_state.h"
#include "gui/remote/static_inventory.h"

#include <QStandardPaths>

namespace notrack::gui
{

namespace
{

constexpr int limitMilliseconds = 30'000;

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
    const QString program = QStandardPaths::findExecutable(QStringLiteral("ansible-inventory"));
    if (program.isEmpty() || isPlainList(path)) {
        readStatically({});
        return;
    }
    if (m_process.state() != QProcess::NotRunning) {
        const QSignalBlocker blocker(m_process);
        m_process.kill();
        m_process.waitForFinished(1000);
    }
    m_limit.start();
    m_process.start(program, {QStringLiteral("--list"), QStringLiteral("--inventory"), path});
}

void InventoryLoader::finish(int exitCode)
{
    m_limit.stop();
    const QString words = QString::fromUtf8(m_process.readAllStandardError());
    Inventory inventory = readAnsibleList(m_process.readAllStandardOutput());
    // Ansible warns and gives an empty list where it cannot make sense of a file, a plain list of hosts for one.
    if (exitCode != 0 || inventory.nodes.empty()) {
        readStatically(safeLine(words.section(QLatin1Char('\n'), 0, 0)));
        return;
    }
    inventory.source = m_path;
    emit loaded(inventory);
}

void InventoryLoader::readStatically(const QString& problem)
{
    Inventory inventory = readInventoryFile(m_path);
    if (inventory.nodes.empty() && !problem.isEmpty()) {
        inventory.problems.append(problem);
    }
    emit loaded(inventory);
}

} // namespace notrack::gui
