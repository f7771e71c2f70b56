#pragma once

#include <QByteArray>
#include <QString>

#include <optional>
#include <vector>

namespace notrack::gui
{

/// Cuts a node's output into its documents, one a line. What a login shell prints before the first document is passed over,
/// up to a limit; from then on every line must be a document. Holds at most one line, and no line over the limit.
class DocumentReader
{
public:
    static constexpr qsizetype longestDocument = 1 << 20;
    static constexpr qsizetype mostNoise = 64 << 10;
    static constexpr qsizetype mostInASecond = 16 << 20;

    /// Takes the next bytes and gives the documents that are complete. `now` is steadyNow().
    std::vector<QByteArray> read(const QByteArray& bytes, qint64 now);

    /// Why nothing more can come of this stream, once that is so.
    const std::optional<QString>& failure() const { return m_failure; }

private:
    void takeLine(QByteArray line, std::vector<QByteArray>& documents);
    void fail(const QString& reason);

    QByteArray m_rest;
    qsizetype m_noise = 0;
    qint64 m_second = 0; ///< when the second began that m_inSecond counts
    qsizetype m_inSecond = 0;
    bool m_started = false;
    std::optional<QString> m_failure;
};

} // namespace notrack::gui
