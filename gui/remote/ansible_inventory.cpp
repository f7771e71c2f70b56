#include "gui/remote/ansible_inventory.h"

#include "gui/remote/captures.h"
#include "gui/remote/inventory_readers.h"
#include "gui/remote/link_state.h"
#include "gui/remote/stray_thread.h"

#include <QRegularExpression>
#include <QStandardPaths>

#include <sys/types.h>
#include <unistd.h>

#include <csignal>
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

/// The line of the file that Ansible complains about, or the first thing that it says. It wraps its warnings at 79 characters.
QString complaint(const QByteArray& words, const QString& path)
{
    const QString text = QString::fromUtf8(words).simplified();
    const QRegularExpression place(QRegularExpression::escape(path) + QStringLiteral(R"(:\d+: (?:(?!\[WARNING\]).)*)"));
    const auto match = place.match(text);
    return safeLine(match.hasMatch() ? match.captured() : text.section(QStringLiteral(" [WARNING]"), 0, 0));
}

Inventory readFile(SourceKind kind, const QString& path, const QString& problem)
{
    Inventory inventory = kind == SourceKind::SshConfig  ? readSshConfig(path)
                          : kind == SourceKind::Captures ? readCaptures(path)
                                                         : readInventoryFile(path);
    if (!problem.isEmpty()) {
        inventory.unsound = true;
        if (inventory.problems.isEmpty()) { // ours have the place
            inventory.problems.append(problem);
        }
    }
    return inventory;
}

} // namespace

InventoryLoad::InventoryLoad(SourceKind kind, QString path, QObject* parent)
    : QObject(parent), m_kind(kind), m_path(std::move(path)), m_process(this), m_limit(this)
{
    m_limit.setSingleShot(true);
    m_limit.setInterval(limitMilliseconds);
    m_process.setChildProcessModifier([] { setpgid(0, 0); });
    connect(&m_limit, &QTimer::timeout, this, &InventoryLoad::endProcess);
    connect(&m_process, &QProcess::finished, this, &InventoryLoad::finish);
    connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart) {
            readStatically(m_process.errorString());
        }
    });
}

InventoryLoad::~InventoryLoad()
{
    constexpr int patience = 1000;
    m_process.disconnect(this);
    if (m_process.state() != QProcess::NotRunning) {
        endProcess();
        m_process.waitForFinished(patience);
    }
}

void InventoryLoad::endProcess()
{
    if (const qint64 group = m_process.processId(); group > 0) {
        kill(static_cast<pid_t>(-group), SIGKILL);
    }
    m_process.kill();
}

void InventoryLoad::start()
{
    if (m_kind != SourceKind::Inventory) {
        readStatically({});
        return;
    }
    const QString ansible = ansibleProgram();
    const auto read = [path = m_path, ansible]() -> std::optional<Inventory> {
        return !ansible.isEmpty() && !isPlainList(path) && !isSpecialFile(path) ? std::nullopt
                                                                                : std::make_optional(readInventoryFile(path));
    };
    inStrayThread(this, read, [this, ansible](const std::optional<Inventory>& inventory) {
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
    const bool ended = !m_limit.isActive();
    m_limit.stop();
    const QString problem = complaint(m_process.readAllStandardError(), m_path);
    if (exitCode != 0 || ended || m_process.exitStatus() == QProcess::CrashExit) {
        readStatically(ended               ? tr("%1: ansible-inventory was not done after 30 seconds").arg(m_path)
                       : problem.isEmpty() ? tr("%1: ansible-inventory failed").arg(m_path)
                                           : problem);
        return;
    }
    const auto read = [path = m_path, problem, json = m_process.readAllStandardOutput()] {
        Inventory inventory = readAnsibleList(json);
        inventory.source = path;
        // Ansible warns and gives an empty list where it cannot make sense of a file.
        return inventory.nodes.empty() ? readFile(SourceKind::Inventory, path, problem) : inventory;
    };
    inStrayThread(this, read, [this](const Inventory& inventory) { emit loaded(inventory); });
}

void InventoryLoad::readStatically(const QString& problem)
{
    const auto read = [kind = m_kind, path = m_path, problem] { return readFile(kind, path, problem); };
    inStrayThread(this, read, [this](const Inventory& inventory) { emit loaded(inventory); });
}

} // namespace notrack::gui
