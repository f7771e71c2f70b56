#pragma once

#include "gui/remote/node_entry.h"

#include <QObject>
#include <QProcess>
#include <QTimer>

#include <functional>
#include <optional>
#include <thread>

namespace notrack::gui
{

/// Reads an inventory with Ansible's own program where it is installed, since only that knows plugins, scripts and directories;
/// with our own reader otherwise. Never blocks.
class InventoryLoader : public QObject
{
    Q_OBJECT

public:
    explicit InventoryLoader(QObject* parent = nullptr);

    /// Starts reading `path`; a load that runs is given up.
    void load(const QString& path);

signals:
    void loaded(const notrack::gui::Inventory& inventory);

private:
    void finish(int exitCode);
    void readStatically(const QString& problem);
    /// Takes what `read` gives, in a thread of its own; nothing: Ansible shall read the inventory.
    void inBackground(std::function<std::optional<Inventory>()> read);
    void startAnsible();

    QString m_path;
    QProcess m_process;
    QTimer m_limit;
    quint64 m_load = 0; ///< which load runs; results of an earlier one are dropped
    std::jthread m_reader;
};

} // namespace notrack::gui
