#pragma once

#include <QString>
#include <QStringList>

#include <optional>

namespace notrack::gui
{

/// What ssh says of a host key that it does not know, taken apart.
struct HostKeyQuestion
{
    QString host; ///< with the address in brackets, as ssh says it
    QString type; ///< "ED25519"
    QString fingerprint;
    QStringList knownAs; ///< other names that the same key is known under
    QString remarks;     ///< everything else but the question itself

    bool operator==(const HostKeyQuestion&) const = default;
};

/// Reads the question of OpenSSH 8 to 10; nothing for any other text.
std::optional<HostKeyQuestion> readHostKeyQuestion(const QString& text);

} // namespace notrack::gui
