#include "gui/remote/ansible_inventory.h"

#include "gui/remote/background.h"
#include "gui/remote/inventory_readers.h"
#include "gui/remote/link_state.h"

#include <QStandardPaths>

#include <optional>
#include <utility>

namespace notrack::gui
{

namespace
{

constexpr int limitMilliseconds = 30'000;

QString ansibleProgram()
{
    return QStandardPaths::findExecutable(QStringLiteral("ansible-inventory"));
}

Inventory readFile(const QString& path, const QString& problem)
{
    Inventory inventory = readInventoryFile(path);
    if (inventory.nodes.empty() && !problem.isEmpty()) {
        inventory.problems.append(problem);
    }
    return inventory;
}

} // namespace

InventoryLoad::InventoryLoad(QString path, QObject* parent) : QObject(parent), m_path(std::move(path)), m_process(this), m_limit(this)
{
    m_limit.setSingleShot(true);
    m_limit.setInterval(limitMilliseconds);
    connect(&m_limit, &QTimer::timeout, &m_process, &QProcess::kill);
    connect(&m_process, &QProcess::finished, this, &InventoryLoad::finish);
    connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart) {
            readStatically(m_process.errorString());
        }
    });
}

InventoryLoad::~InventoryLoad()
{
    m_process.disconnect(this);
    if (m_process.state() != QProcess::NotRunning) {
        m_process.kill();
        m_process.waitForFinished(1000);
    }
}

void InventoryLoad::start()
{
    const QString ansible = ansibleProgram();
    const auto read = [path = m_path, ansible]() -> std::optional<Inventory> {
        return !ansible.isEmpty() && !isPlainList(path) ? std::nullopt : std::make_optional(readInventoryFile(path));
    };
    inBackground(this, read, [this, ansible](const std::optional<Inventory>& inventory) {
        if (inventory) {
            emit loaded(*inventory);
        } else {
            startAnsible(ansible);
        }
    });
}

void InventoryLoad::startAnsible(const QString& program)
{
    m_limit.start();
    m_process.start(program, {QStringLiteral("--list"), QStringLiteral("--inventory"), m_path});
}

void InventoryLoad::finish(int exitCode)
{
    m_limit.stop();
    const QString problem = safeLine(QString::fromUtf8(m_process.readAllStandardError()).section(QLatin1Char('\n'), 0, 0));
    if (exitCode != 0) {
        readStatically(problem);
        return;
    }
    const auto read = [path = m_path, problem, json = m_process.readAllStandardOutput()] {
        Inventory inventory = readAnsibleList(json);
        inventory.source = path;
        // Ansible warns and gives an empty list where it cannot make sense of a file.
        return inventory.nodes.empty() ? readFile(path, problem) : inventory;
    };
    inBackground(this, read, [this](const Inventory& inventory) { emit loaded(inventory); });
}

void InventoryLoad::readStatically(const QString& problem)
{
    const auto read = [path = m_path, problem] { return readFile(path, problem); };
    inBackground(this, read, [this](const Inventory& inventory) { emit loaded(inventory); });
}

void InventoryLoader::load(const QString& path)
{
    m_load = std::make_unique<InventoryLoad>(path);
    connect(m_load.get(), &InventoryLoad::loaded, this, &InventoryLoader::loaded);
    m_load->start();
}

} // namespace notrack::gui
