#include "gui/remote/node_sources.h"

#include "gui/remote/inventory_readers.h"

namespace notrack::gui
{

SourceLoader::SourceLoader(QObject* parent) : QObject(parent), m_loader(this)
{
    connect(&m_loader, &InventoryLoader::loaded, this, [this](const Inventory& inventory) {
        m_inventories.push_back(inventory);
        loadNext();
    });
}

void SourceLoader::load(const NodeSources& sources)
{
    m_inventories.clear();
    m_inventories.push_back(readPlainList(sources.nodes.join(QLatin1Char('\n'))));
    for (const QString& path : sources.sshConfigs) {
        m_inventories.push_back(readSshConfig(path));
    }
    m_pending = sources.inventories;
    loadNext();
}

void SourceLoader::loadNext()
{
    if (m_pending.isEmpty()) {
        emit loaded(joinInventories(m_inventories));
        return;
    }
    m_loader.load(m_pending.takeFirst());
}

} // namespace notrack::gui
