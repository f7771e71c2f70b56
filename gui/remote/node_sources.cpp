#include "gui/remote/node_sources.h"

#include "gui/remote/inventory_readers.h"

#include <QLocale>

#include <algorithm>
#include <utility>

namespace notrack::gui
{

bool wantsChoice(SourceKind kind, const Inventory& inventory)
{
    constexpr std::size_t manyNodes = 20;
    switch (kind) {
    case SourceKind::SshConfig:
        return !inventory.nodes.empty();
    case SourceKind::Inventory:
        return inventory.nodes.size() > manyNodes;
    case SourceKind::Captures:
        return false; // nobody is contacted
    }
    return false;
}

void SourceLoader::load(const NodeSources& sources, const SourceChoices& choices)
{
    m_choices = choices;
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

std::vector<SourcePreview> SourceLoader::previews() const
{
    std::vector<SourcePreview> previews;
    for (const auto& source : m_sources) {
        if (wantsChoice(source->kind, source->inventory)) {
            previews.push_back(
                {source->kind, source->path, source->inventory.nodes, m_choices.value(source->path), !m_choices.contains(source->path)});
        }
    }
    return previews;
}

Inventory SourceLoader::chosen(const Source& source) const
{
    Inventory inventory = source.inventory;
    if (!wantsChoice(source.kind, inventory)) {
        return inventory;
    }
    const QStringList names = m_choices.value(source.path);
    const QSet<QString> leftOut(names.begin(), names.end());
    const bool held = !m_choices.contains(source.path);
    std::erase_if(inventory.nodes, [&](const NodeEntry& node) { return held || leftOut.contains(node.name); });
    return inventory;
}

Inventory SourceLoader::joined() const
{
    std::vector<Inventory> all{m_typed};
    for (const auto& source : m_sources) {
        all.push_back(chosen(*source));
    }
    return joinInventories(all);
}

} // namespace notrack::gui
