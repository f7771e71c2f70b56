#pragma once

#include <QLocalServer>
#include <QPointer>
#include <QTemporaryDir>

#include <deque>

class QLocalSocket;

namespace notrack::gui
{

/// What kind of answer ssh waits for.
enum class QuestionKind {
    Secret,  ///< a password, passphrase or other text that is not shown
    Confirm, ///< yes or no: a host key, the use of a key
    Notice   ///< nothing; goes away when the person has touched the token
};

/// A question of ssh. The text holds what ssh and the node say: plain text, never markup.
struct Question
{
    QString node;
    QString text;
    QuestionKind kind = QuestionKind::Secret;
};

/// Listens for this program's askpass half and brings its questions one at a time; one about a host's key once for all who wait for the same.
class AskpassServer : public QObject
{
    Q_OBJECT

public:
    explicit AskpassServer(QObject* parent = nullptr);
    /// Those who still wait get no answer.
    ~AskpassServer() override;

    /// The socket's path, in a directory that only this user may enter; empty when listening failed.
    QString socketPath() const { return m_server.fullServerName(); }

    /// Answers the current question.
    void answer(const QString& text);
    /// Refuses it: ssh goes on without, and most often fails.
    void refuse();

signals:
    void asked(const notrack::gui::Question& question);
    /// ssh no longer waits for the current question.
    void withdrawn();

private:
    void accept();
    void readRequest(QLocalSocket* socket);
    void drop(QLocalSocket* socket);
    void finish(const QByteArray& bytes);
    void askNext();

    struct Waiting
    {
        QPointer<QLocalSocket> socket;
        Question question;
    };

    QTemporaryDir m_directory;
    QLocalServer m_server;
    std::deque<Waiting> m_waiting; ///< the first one is being asked
    bool m_asking = false;
};

/// Tells the kind by SSH_ASKPASS_PROMPT's value and, since ssh sets none for host keys, by the words.
QuestionKind questionKind(const QString& hint, const QString& text);

/// Whether the answer to one question is the answer to the other: of a host's key it is. Words of a person go to the one who asked and nobody else,
/// since a node may ask in the words of another.
bool sharesAnswer(const Question& one, const Question& other);

/// The askpass half: asks the viewer that listens on `socketPath`, prints the answer to stdout and gives the exit code for ssh.
int runAskpass(const QString& socketPath, const QString& prompt);

} // namespace notrack::gui
