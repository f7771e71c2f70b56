#include "gui/remote/node_sources.h"

#include "gui/remote/inventory_readers.h"

#include <QLocale>

#include <algorithm>
#include <utility>

namespace notrack::gui
{

void SourceLoader::load(const NodeSources& sources)
{
    m_typed = readPlainList(sources.nodes.join(QLatin1Char('\n')));
    std::vector<std::unique_ptr<Source>> before = std::exchange(m_sources, {});
    const auto add = [&](SourceKind kind, const QString& path) {
        const auto known = std::find_if(before.begin(), before.end(), [&](const std::unique_ptr<Source>& source) {
            return source && source->kind == kind && source->path == path;
        });
        auto source = known == before.end() ? std::make_unique<Source>() : std::move(*known);
        source->kind = kind;
        source->path = path;
        source->reading = true;
        source->load = std::make_unique<InventoryLoad>(kind, path);
        connect(source->load.get(), &InventoryLoad::loaded, this,
                [this, to = source.get()](const Inventory& inventory) { take(*to, inventory); });
        m_sources.push_back(std::move(source));
    };
    for (const QString& path : sources.sshConfigs) {
        add(SourceKind::SshConfig, path);
    }
    for (const QString& path : sources.inventories) {
        add(SourceKind::Inventory, path);
    }
    for (const QString& path : sources.captures) { // last: a node that is watched keeps its name
        add(SourceKind::Captures, path);
    }
    if (m_sources.empty()) {
        emit loaded(joined());
        return;
    }
    for (const auto& source : m_sources) {
        source->load->start();
    }
    if (!m_typed.nodes.empty()) {
        emit progressed(joined());
    }
}

void SourceLoader::take(Source& source, Inventory inventory)
{
    source.reading = false;
    const bool lost = inventory.nodes.empty() || inventory.unsound;
    if (!source.inventory.nodes.empty() && lost) {
        if (inventory.problems.isEmpty()) {
            inventory.problems.append(tr("%1: names no nodes any more").arg(source.path));
        }
        inventory.problems.append(tr("%1: its nodes of %2 are shown; close all nodes and open it again to take it as it is")
                                      .arg(source.path, QLocale().toString(source.readAt, QLocale::ShortFormat)));
        source.inventory.problems = inventory.problems;
    } else {
        source.inventory = std::move(inventory);
        source.readAt = QDateTime::currentDateTime();
    }
    const bool done = std::none_of(m_sources.begin(), m_sources.end(), [](const auto& each) { return each->reading; });
    if (done) {
        emit loaded(joined());
    } else {
        emit progressed(joined());
    }
}

Inventory SourceLoader::joined() const
{
    std::vector<Inventory> all{m_typed};
    for (const auto& source : m_sources) {
        all.push_back(source->inventory);
    }
    return joinInventories(all);
}

} // namespace notrack::gui
