#pragma once

#include "gui/remote/ansible_inventory.h"

#include <QObject>
#include <QStringList>

namespace notrack::gui
{

/// Where the nodes come from; what is remembered between two starts.
struct NodeSources
{
    QStringList inventories; ///< paths of Ansible inventories or plain lists
    QStringList sshConfigs;  ///< paths of ssh client configurations
    QStringList nodes;       ///< as a person types them; "local" is this machine

    bool empty() const { return inventories.isEmpty() && sshConfigs.isEmpty() && nodes.isEmpty(); }
    bool operator==(const NodeSources&) const = default;
};

/// Reads all sources, one after the other, and joins them.
class SourceLoader : public QObject
{
    Q_OBJECT

public:
    explicit SourceLoader(QObject* parent = nullptr);

    void load(const NodeSources& sources);

signals:
    void loaded(const notrack::gui::Inventory& joined);

private:
    void loadNext();

    InventoryLoader m_loader;
    QStringList m_pending;
    std::vector<Inventory> m_inventories;
};

} // namespace notrack::gui
