#include "gui/remote/ssh_arguments.h"

#include "gui/remote/node_entry.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include <algorithm>
#include <array>

namespace notrack::gui
{

namespace
{

struct SshArgumentsText
{
    Q_DECLARE_TR_FUNCTIONS(SshArguments)
};

template <std::size_t Size>
bool isOneOf(const QString& option, const std::array<QLatin1String, Size>& options)
{
    return std::any_of(options.begin(), options.end(), [&](QLatin1String each) { return option.compare(each, Qt::CaseInsensitive) == 0; });
}

/// Say which way the node is reached, and run nothing.
bool isWay(const QString& option)
{
    static constexpr std::array ways{
        QLatin1String("Port"),           QLatin1String("User"),          QLatin1String("IdentityFile"),
        QLatin1String("IdentitiesOnly"), QLatin1String("HostKeyAlias"),  QLatin1String("HostName"),
        QLatin1String("AddressFamily"),  QLatin1String("BindAddress"),   QLatin1String("BindInterface"),
        QLatin1String("Ciphers"),        QLatin1String("KexAlgorithms"), QLatin1String("HostKeyAlgorithms"),
        QLatin1String("MACs"),           QLatin1String("Compression"),   QLatin1String("PubkeyAcceptedAlgorithms"),
    };
    return isOneOf(option, ways);
}

/// The viewer decides these itself, or they change nothing that is seen.
bool isOurs(const QString& option)
{
    static constexpr std::array ours{
        QLatin1String("StrictHostKeyChecking"),
        QLatin1String("UserKnownHostsFile"),
        QLatin1String("ControlMaster"),
        QLatin1String("ControlPersist"),
        QLatin1String("ControlPath"),
        QLatin1String("ConnectTimeout"),
        QLatin1String("ServerAliveInterval"),
        QLatin1String("ServerAliveCountMax"),
        QLatin1String("ForwardAgent"),
        QLatin1String("LogLevel"),
        QLatin1String("PreferredAuthentications"),
        QLatin1String("ConnectionAttempts"),
        QLatin1String("TCPKeepAlive"),
        QLatin1String("PasswordAuthentication"),
        QLatin1String("GSSAPIAuthentication"),
    };
    return isOneOf(option, ours);
}

bool areHops(const QString& value)
{
    const QStringList hops = value.split(QLatin1Char(','));
    return std::all_of(hops.begin(), hops.end(), [](const QString& hop) {
        QString problem;
        return hop != QLatin1String("local") && readNodeArgument(hop, problem).has_value();
    });
}

/// The jump host of "ssh -W %h:%p -q user@host", which is what ProxyJump does; empty for any other command.
QString jumpOf(const QString& command)
{
    QString jump;
    QString port;
    bool forwards = false;
    QStringList words = shellWords(command);
    if (words.isEmpty() || words.takeFirst() != QLatin1String("ssh")) {
        return {};
    }
    while (!words.isEmpty()) {
        const QString word = words.takeFirst();
        if (word == QLatin1String("-q")) {
            continue;
        }
        if (word == QLatin1String("-W") && words.value(0) == QLatin1String("%h:%p")) {
            forwards = true;
            words.removeFirst();
        } else if (word == QLatin1String("-p") && !words.isEmpty()) {
            port = QLatin1Char(':') + words.takeFirst();
        } else if (!word.startsWith(QLatin1Char('-')) && jump.isEmpty()) {
            jump = word;
        } else {
            return {};
        }
    }
    return forwards ? jump + port : QString();
}

void takeOption(SshArguments& arguments, const QString& option)
{
    static const QRegularExpression parts(QStringLiteral(R"(^\s*(\w+)\s*[=\s]\s*(.*?)\s*$)"));
    const auto match = parts.match(option);
    const QString name = match.captured(1);
    QString value = match.captured(2);
    const bool command = name.compare(QLatin1String("ProxyCommand"), Qt::CaseInsensitive) == 0;
    value = command ? jumpOf(value) : value;
    if (command || name.compare(QLatin1String("ProxyJump"), Qt::CaseInsensitive) == 0) {
        if (!value.isEmpty() && areHops(value)) {
            arguments.taken << QStringLiteral("-o") << QStringLiteral("ProxyJump=") + value;
        } else {
            arguments.passedOver << (name.isEmpty() ? option : name);
        }
    } else if (isWay(name)) {
        arguments.taken << QStringLiteral("-o") << name + QLatin1Char('=') + value;
    } else if (!isOurs(name)) {
        arguments.passedOver << (name.isEmpty() ? option : name);
    }
}

} // namespace

QStringList shellWords(const QString& line)
{
    QStringList words;
    QString word;
    QChar quote;
    bool any = false; // '' is a word
    for (qsizetype place = 0; place < line.size(); ++place) {
        const QChar character = line.at(place);
        const bool escape = character == QLatin1Char('\\') && quote != QLatin1Char('\'') && place + 1 < line.size();
        if (escape) {
            word += line.at(++place);
            any = true;
        } else if (!quote.isNull()) {
            quote = character == quote ? QChar() : quote;
            word += quote.isNull() ? QString() : QString(character);
        } else if (character == QLatin1Char('"') || character == QLatin1Char('\'')) {
            quote = character;
            any = true;
        } else if (character.isSpace()) {
            if (any) {
                words.append(word);
            }
            word.clear();
            any = false;
        } else {
            word += character;
            any = true;
        }
    }
    return any ? words + QStringList{word} : words;
}

SshArguments readSshArguments(const QString& text)
{
    SshArguments arguments;
    if (text.contains(QLatin1String("{{"))) {
        arguments.passedOver << SshArgumentsText::tr("a template");
        return arguments;
    }
    QStringList words = shellWords(text);
    while (!words.isEmpty()) {
        const QString word = words.takeFirst();
        const QString letter = word.left(2);
        const bool takesValue = letter == QLatin1String("-o") || letter == QLatin1String("-J") || letter == QLatin1String("-p") ||
                                letter == QLatin1String("-l") || letter == QLatin1String("-i");
        const QString value = !takesValue ? QString() : word.size() > 2 ? word.mid(2) : words.isEmpty() ? QString() : words.takeFirst();
        if (letter == QLatin1String("-o")) {
            takeOption(arguments, value);
        } else if (letter == QLatin1String("-J")) {
            takeOption(arguments, QStringLiteral("ProxyJump=") + value);
        } else if (takesValue) {
            takeOption(arguments, (letter == QLatin1String("-p")   ? QStringLiteral("Port=")
                                   : letter == QLatin1String("-l") ? QStringLiteral("User=")
                                                                   : QStringLiteral("IdentityFile=")) +
                                      value);
        } else if (word == QLatin1String("-4") || word == QLatin1String("-6") || word == QLatin1String("-C")) {
            arguments.taken << word;
        } else if (word != QLatin1String("-q") && word != QLatin1String("-A")) {
            arguments.passedOver << word;
        }
    }
    return arguments;
}

} // namespace notrack::gui
