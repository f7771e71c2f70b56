#include "gui/remote/document_reader.h"

#include <QCoreApplication>

namespace notrack::gui
{

namespace
{

constexpr const char* documentStart = "{\"schema\":";

} // namespace

std::vector<QByteArray> DocumentReader::read(const QByteArray& bytes, qint64 now)
{
    constexpr qint64 second = 1000;
    std::vector<QByteArray> documents;
    if (now - m_second >= second) {
        m_second = now;
        m_inSecond = 0;
    }
    m_inSecond += bytes.size();
    if (m_inSecond > mostInASecond) {
        fail(QCoreApplication::translate("DocumentReader", "it sent more than 16 MiB in a second"));
    }
    qsizetype from = 0;
    while (!m_failure && from < bytes.size()) {
        const qsizetype end = bytes.indexOf('\n', from);
        const qsizetype length = (end < 0 ? bytes.size() : end) - from;
        if (m_rest.size() + length > longestDocument) {
            fail(QCoreApplication::translate("DocumentReader", "it sent a line of more than 1 MiB"));
            break;
        }
        if (end < 0) {
            m_rest.append(bytes.constData() + from, length);
            break;
        }
        takeLine(m_rest + bytes.mid(from, length), documents);
        m_rest.clear();
        from = end + 1;
    }
    return documents;
}

void DocumentReader::takeLine(QByteArray line, std::vector<QByteArray>& documents)
{
    if (line.endsWith('\r')) {
        line.chop(1);
    }
    if (line.isEmpty()) {
        return;
    }
    if (!m_started && !line.startsWith(documentStart)) {
        m_noise += line.size();
        if (m_noise > mostNoise) {
            fail(QCoreApplication::translate("DocumentReader", "it sent 64 KiB of other text and no report"));
        }
        return;
    }
    m_started = true;
    documents.push_back(line);
}

void DocumentReader::fail(const QString& reason)
{
    m_failure = reason;
    m_rest = {};
}

} // namespace notrack::gui
