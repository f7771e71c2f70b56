#pragma once

#include <QHash>
#include <QString>
#include <QStringList>

#include <memory>
#include <optional>
#include <vector>

namespace notrack::gui
{

struct CapturedReport;

/// One node as an inventory names it. `name` is the key everywhere in the viewer; `host` is what ssh is given.
struct NodeEntry
{
    QString name;
    QString host;
    QString user;         ///< empty: ssh decides
    int port = 0;         ///< 0: ssh decides
    QString identityFile; ///< empty: ssh decides
    bool local = false;   ///< this machine: the runner is started without ssh
    QStringList groups;
    QStringList commonArguments = {};                    ///< for ssh, of an inventory: as readSshArguments() takes them
    QStringList extraArguments = {};                     ///< the same, after those
    QStringList passedOver = {};                         ///< of both: what an inventory may not decide
    QString refusal = {};                                ///< why it cannot be watched, in words; empty: it can
    std::shared_ptr<const CapturedReport> captured = {}; ///< the node is read from a capture, and nothing else here is said of it

    bool operator==(const NodeEntry&) const = default;
};

/// What one source of nodes gave; `problems` names what was passed over and why, one sentence each.
struct Inventory
{
    QString source;
    std::vector<NodeEntry> nodes;
    QStringList problems;
    bool unsound = false;             ///< a mistake kept something from being read: what is here may not be all
    QHash<QString, std::size_t> rows; ///< of `nodes` by name; addNode() keeps it
};

/// Why `host` must not reach an ssh command line: an inventory is input. Empty when it may. A leading '-' would be an
/// option; spaces, control characters and shell characters could act in a ProxyCommand of the person's configuration.
std::optional<QString> objectionToHost(const QString& host);

/// The same for a user name.
std::optional<QString> objectionToUser(const QString& user);

/// A name without its domain, in lower case; an address as it is.
QString shortName(const QString& name);

/// The entry for this machine.
NodeEntry localNode();

/// Reads "host", "user@host" or "user@host:port", as a person types it; "local" is this machine. Empty with `problem` set when
/// the host is refused.
std::optional<NodeEntry> readNodeArgument(const QString& text, QString& problem);

/// Adds `entry`, or, when its name is known, its groups to the entry that is there; a refused host becomes a problem.
void addNode(Inventory& inventory, const NodeEntry& entry);

/// Joins several sources into one, first entry of a name wins, groups are united.
Inventory joinInventories(const std::vector<Inventory>& inventories);

} // namespace notrack::gui
