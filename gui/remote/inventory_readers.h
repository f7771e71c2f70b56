#pragma once

#include "gui/remote/node_entry.h"

#include <QByteArray>

namespace notrack::gui
{

/// Reads an Ansible INI inventory: groups, `:children`, `:vars` and host variables as far as they say how to connect, and
/// numeric and alphabetic ranges as in `node[01:20]`. What Ansible would refuse gives no nodes and a problem with the line.
Inventory readIniInventory(const QString& text);

/// Reads an Ansible YAML inventory (JSON included): `hosts`, `children` and `vars`. Refuses as readIniInventory() does.
Inventory readYamlInventory(const QString& text);

/// Reads what `ansible-inventory --list` prints.
Inventory readAnsibleList(const QByteArray& json);

/// Reads the Host lines of an ssh client configuration, patterns passed over; `Include` is followed a few levels deep.
Inventory readSshConfig(const QString& path);

/// Reads one node a line, '#' starts a comment.
Inventory readPlainList(const QString& text);

/// Whether the file holds nothing but one node a line, which Ansible would not read as we do.
bool isPlainList(const QString& path);

/// Whether there is something at `path` that is neither a regular file nor a directory: a pipe or a device may never end.
bool isSpecialFile(const QString& path);

/// Picks the reader by the file's name and content.
Inventory readInventoryFile(const QString& path);

/// Expands Ansible's ranges: "node[01:03].a" gives node01.a, node02.a, node03.a. At most 10,000 names; a pattern without a range is one
/// itself, and where the brackets hold no range there is nothing.
std::optional<QStringList> expandHostRange(const QString& pattern);

/// A pattern of hosts without the port behind it, as in "node[1:3]:22" or "[fd00::1]:22"; port 0 without one.
std::pair<QString, int> splitPort(const QString& pattern);

} // namespace notrack::gui
