#include "gui/remote/askpass.h"

#include "gui/remote/host_key_question.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QLocalSocket>

#include <algorithm>
#include <cstdio>
#include <vector>

namespace notrack::gui
{

namespace
{

constexpr qint64 longestRequest = 16 << 10;
constexpr int connectMilliseconds = 5000;

} // namespace

QuestionKind questionKind(const QString& hint, const QString& text)
{
    if (hint == QLatin1String("none")) {
        return QuestionKind::Notice;
    }
    if (hint == QLatin1String("confirm") || text.contains(QLatin1String("(yes/no"))) {
        return QuestionKind::Confirm;
    }
    return QuestionKind::Secret;
}

AskpassServer::AskpassServer(QObject* parent) : QObject(parent), m_server(this)
{
    m_server.setSocketOptions(QLocalServer::UserAccessOption);
    if (m_directory.isValid()) {
        m_server.listen(m_directory.filePath(QStringLiteral("askpass")));
    }
    connect(&m_server, &QLocalServer::newConnection, this, &AskpassServer::accept);
}

AskpassServer::~AskpassServer()
{
    const auto sockets = m_server.findChildren<QLocalSocket*>();
    for (QLocalSocket* socket : sockets) {
        socket->disconnect(this); // they end with m_server, when m_waiting is gone
    }
}

void AskpassServer::accept()
{
    while (QLocalSocket* socket = m_server.nextPendingConnection()) {
        socket->setReadBufferSize(longestRequest);
        connect(socket, &QLocalSocket::readyRead, this, [this, socket] { readRequest(socket); });
        connect(socket, &QLocalSocket::disconnected, this, [this, socket] { drop(socket); });
    }
}

void AskpassServer::readRequest(QLocalSocket* socket)
{
    if (!socket->canReadLine()) {
        if (socket->bytesAvailable() >= longestRequest) {
            socket->abort();
        }
        return;
    }
    const QJsonObject request = QJsonDocument::fromJson(socket->readLine()).object();
    Question question;
    question.node = request.value(QLatin1String("node")).toString();
    question.text = request.value(QLatin1String("prompt")).toString();
    question.kind = questionKind(request.value(QLatin1String("hint")).toString(), question.text);
    m_waiting.push_back({socket, question});
    askNext();
}

void AskpassServer::drop(QLocalSocket* socket)
{
    socket->deleteLater();
    const auto found =
        std::find_if(m_waiting.begin(), m_waiting.end(), [socket](const Waiting& waiting) { return waiting.socket == socket; });
    if (found == m_waiting.end()) {
        return;
    }
    const bool current = found == m_waiting.begin() && m_asking;
    m_waiting.erase(found);
    if (current) {
        m_asking = false;
        emit withdrawn();
        askNext();
    }
}

void AskpassServer::askNext()
{
    if (m_asking || m_waiting.empty()) {
        return;
    }
    m_asking = true;
    emit asked(m_waiting.front().question);
}

void AskpassServer::answer(const QString& text)
{
    finish(QJsonDocument(QJsonObject{{QStringLiteral("answer"), text}}).toJson(QJsonDocument::Compact) + '\n');
}

void AskpassServer::refuse()
{
    finish("{}\n");
}

void AskpassServer::finish(const QByteArray& bytes)
{
    if (!m_asking || m_waiting.empty()) {
        return;
    }
    const Waiting answered = m_waiting.front();
    m_waiting.pop_front();
    std::vector<QPointer<QLocalSocket>> sockets{answered.socket};
    for (const Waiting& waiting : m_waiting) {
        if (sharesAnswer(waiting.question, answered.question)) {
            sockets.push_back(waiting.socket);
        }
    }
    std::erase_if(m_waiting, [&](const Waiting& waiting) { return sharesAnswer(waiting.question, answered.question); });
    m_asking = false;
    for (const QPointer<QLocalSocket>& socket : sockets) {
        if (socket) {
            socket->write(bytes);
            socket->flush();
            socket->disconnectFromServer();
        }
    }
    askNext();
}

bool sharesAnswer(const Question& one, const Question& other)
{
    return one.kind == QuestionKind::Confirm && other.kind == QuestionKind::Confirm && one.text == other.text &&
           readHostKeyQuestion(one.text).has_value();
}

int runAskpass(const QString& socketPath, const QString& prompt)
{
    QLocalSocket socket;
    socket.connectToServer(socketPath);
    if (!socket.waitForConnected(connectMilliseconds)) {
        return 1;
    }
    const QJsonObject request{
        {QStringLiteral("prompt"), prompt},
        {QStringLiteral("hint"), qEnvironmentVariable("SSH_ASKPASS_PROMPT")},
        {QStringLiteral("node"), qEnvironmentVariable("NOTRACK_VIEWER_NODE")},
    };
    socket.write(QJsonDocument(request).toJson(QJsonDocument::Compact) + '\n');
    socket.flush();
    while (!socket.canReadLine()) {
        if (!socket.waitForReadyRead(-1)) {
            return 1;
        }
    }
    const QJsonObject reply = QJsonDocument::fromJson(socket.readLine()).object();
    if (!reply.contains(QLatin1String("answer"))) {
        return 1;
    }
    const QByteArray answer = reply.value(QLatin1String("answer")).toString().toUtf8();
    std::fwrite(answer.constData(), 1, static_cast<std::size_t>(answer.size()), stdout);
    std::fputc('\n', stdout);
    return 0;
}

} // namespace notrack::gui
