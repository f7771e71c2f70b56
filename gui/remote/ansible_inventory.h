#pragma once

#include "gui/remote/node_entry.h"

#include <QObject>
#include <QProcess>
#include <QTimer>

#include <memory>

namespace notrack::gui
{

/// One reading of one inventory, with Ansible's own program where it is installed, since only that knows plugins, scripts and directories;
/// with our own reader otherwise. Never blocks. May be destroyed at any time: what it started is ended, and what a thread still reads
/// reaches nobody.
class InventoryLoad : public QObject
{
    Q_OBJECT

public:
    explicit InventoryLoad(QString path, QObject* parent = nullptr);
    ~InventoryLoad() override;

    void start();

signals:
    /// Once, with what was read and what was wrong.
    void loaded(const notrack::gui::Inventory& inventory);

private:
    void startAnsible(const QString& program);
    void finish(int exitCode);
    /// The file as our own reader understands it, with the problem that Ansible had when there is nothing in it for us either.
    void readStatically(const QString& problem);

    QString m_path;
    QProcess m_process;
    QTimer m_limit;
};

/// Reads one inventory after the other; a load that runs is given up for the next.
class InventoryLoader : public QObject
{
    Q_OBJECT

public:
    explicit InventoryLoader(QObject* parent = nullptr) : QObject(parent) {}

    void load(const QString& path);

signals:
    void loaded(const notrack::gui::Inventory& inventory);

private:
    std::unique_ptr<InventoryLoad> m_load;
};

} // namespace notrack::gui
