#pragma once

#include "gui/remote/ansible_inventory.h"

#include <QDateTime>
#include <QObject>
#include <QStringList>

#include <memory>
#include <vector>

namespace notrack::gui
{

/// Where the nodes come from; what is remembered between two starts.
struct NodeSources
{
    QStringList inventories;   ///< paths of Ansible inventories or plain lists
    QStringList sshConfigs;    ///< paths of ssh client configurations
    QStringList nodes;         ///< as a person types them; "local" is this machine
    QStringList captures = {}; ///< paths of captures or folders of them

    bool empty() const { return inventories.isEmpty() && sshConfigs.isEmpty() && captures.isEmpty() && nodes.isEmpty(); }
    bool operator==(const NodeSources&) const = default;
};

/// Names of the nodes that a person leaves out, by the path of their source. A source whose path is here was chosen from.
using SourceChoices = QHash<QString, QStringList>;

/// The nodes of one source for a person to choose from.
struct SourcePreview
{
    SourceKind kind = SourceKind::Inventory;
    QString path;
    std::vector<NodeEntry> nodes;
    QStringList leftOut;
    bool held = false; ///< nobody has chosen yet, and no node of it is given away
};

/// Whether a person looks through the nodes of a source before the first of them is contacted: the hosts of an ssh configuration are of all kinds, and
/// a large inventory may be the wrong one.
bool wantsChoice(SourceKind kind, const Inventory& inventory);

/// Reads all sources side by side and joins them. A source with a mistake in it, or without nodes all of a sudden, keeps the nodes that it had,
/// and the problems say so.
class SourceLoader : public QObject
{
    Q_OBJECT

public:
    explicit SourceLoader(QObject* parent = nullptr) : QObject(parent) {}

    /// What is being read is given up.
    void load(const NodeSources& sources, const SourceChoices& choices = {});
    /// Those of the sources that wantsChoice(), as far as they are read.
    std::vector<SourcePreview> previews() const;

signals:
    /// Some sources are read; the others have the nodes that they had before.
    void progressed(const notrack::gui::Inventory& joined);
    /// All are read.
    void loaded(const notrack::gui::Inventory& joined);

private:
    struct Source
    {
        SourceKind kind = SourceKind::Inventory;
        QString path;
        Inventory inventory; ///< the last one that was sound
        QDateTime readAt;
        bool reading = false;
        std::unique_ptr<InventoryLoad> load = {};
    };

    void take(Source& source, Inventory inventory);
    /// What of the source may be contacted.
    Inventory chosen(const Source& source) const;
    Inventory joined() const;

    Inventory m_typed;
    SourceChoices m_choices;
    std::vector<std::unique_ptr<Source>> m_sources;
};

} // namespace notrack::gui
