#pragma once

#include "gui/remote/node_entry.h"

#include <QObject>
#include <QProcess>
#include <QTimer>

namespace notrack::gui
{

/// What kind of file gives nodes.
enum class SourceKind { Inventory, SshConfig, Captures };

/// One reading of one source: an inventory with Ansible's own program where it is installed, since only that knows plugins, scripts and
/// directories; everything else with our own readers. Never blocks. May be destroyed at any time: what it started is ended, and what a thread
/// still reads reaches nobody.
class InventoryLoad : public QObject
{
    Q_OBJECT

public:
    InventoryLoad(SourceKind kind, QString path, QObject* parent = nullptr);
    ~InventoryLoad() override;

    void start();

signals:
    /// Once, with what was read and what was wrong.
    void loaded(const notrack::gui::Inventory& inventory);

private:
    void startAnsible(const QString& program);
    void finish(int exitCode);
    /// Ends the program and what it started itself.
    void endProcess();
    /// The file as our own reader understands it, unsound where Ansible had a problem with it.
    void readStatically(const QString& problem);

    SourceKind m_kind;
    QString m_path;
    QProcess m_process;
    QTimer m_limit;
};

} // namespace notrack::gui
