#pragma once

#include <QString>
#include <QStringList>

namespace notrack::gui
{

/// What an inventory's arguments for ssh come to.
struct SshArguments
{
    QStringList taken;      ///< say which way the node is reached
    QStringList passedOver; ///< would decide something, and an inventory may not: it could run commands on this desk

    bool operator==(const SshArguments&) const = default;
};

/// Reads `ansible_ssh_common_args` or `ansible_ssh_extra_args`. Jump hosts are taken over, also where a ProxyCommand is nothing but ssh with -W, and
/// so are port, user, key and algorithms. Options that the viewer sets itself (host keys, multiplexing, time-outs) go without a word.
SshArguments readSshArguments(const QString& text);

/// The words of a line, as a shell splits it without expanding anything.
QStringList shellWords(const QString& line);

} // namespace notrack::gui
