#include "gui/remote/link_state.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>

namespace notrack::gui
{

namespace
{

constexpr int sshFailed = 255;
constexpr int notExecutable = 126;
constexpr int notFound = 127;
constexpr int notPermitted = 77;

struct LinkStateText
{
    Q_DECLARE_TR_FUNCTIONS(LinkState)
};

bool isUnsafe(QChar character)
{
    const QChar::Category category = character.category();
    return category == QChar::Other_Control || category == QChar::Other_Format || category == QChar::Separator_Line ||
           category == QChar::Separator_Paragraph;
}

/// The line in which OpenSSH 8 to 9 say that a person could get further where BatchMode could not: the last of those, since a banner comes
/// before. Not always the last of all: "Connection closed" and the like follow it, of a jump host above all.
QString lineForPerson(const QString& words)
{
    static const std::array signs{
        QLatin1String("Permission denied"),
        QLatin1String("Host key verification failed"),
        QLatin1String("Too many authentication failures"),
        QLatin1String("No supported authentication methods"),
        QLatin1String("no such identity"),
    };
    const QStringList lines = words.split(QLatin1Char('\n'));
    const auto found = std::find_if(lines.rbegin(), lines.rend(), [](const QString& line) {
        return std::any_of(signs.begin(), signs.end(), [&line](QLatin1String sign) { return line.contains(sign); });
    });
    return found == lines.rend() ? QString() : *found;
}

LinkState judgeSshFailure(const QString& words)
{
    const QString lastLine = words.section(QLatin1Char('\n'), -1, -1, QString::SectionSkipEmpty);
    LinkState state{LinkPhase::Waiting, LinkProblem::Unreachable, safeLine(lastLine)};
    if (words.contains(QLatin1String("IDENTIFICATION HAS CHANGED"))) {
        state.phase = LinkPhase::NeedsPerson;
        state.problem = LinkProblem::HostKeyChanged;
        state.reason = LinkStateText::tr("the host key is not the known one: somebody may be listening, or the node was installed anew; "
                                         "check it, then remove the old key with ssh-keygen -R");
    } else if (const QString line = lineForPerson(words); !line.isEmpty()) {
        state.phase = LinkPhase::NeedsPerson;
        state.problem = LinkProblem::Authentication;
        state.reason = safeLine(line);
    }
    return state;
}

/// The runner's exit codes, as its manual page has them; empty for others.
QString exitCodeMeaning(int exitCode)
{
    switch (exitCode) {
    case 64:
        return LinkStateText::tr("the runner does not know this command line");
    case 65:
        return LinkStateText::tr("the runner refuses its profile");
    case 69:
        return LinkStateText::tr("the runner finds no usable backend");
    case 75:
        return LinkStateText::tr("the runner found the rules locked");
    default:
        return {};
    }
}

} // namespace

QString safeLine(const QString& text, int longest)
{
    QString line = text.left(longest);
    for (QChar& character : line) {
        if (isUnsafe(character)) {
            character = QLatin1Char(' ');
        }
    }
    line = line.trimmed();
    return text.size() > longest ? line + QChar(0x2026) : line;
}

LinkState judgeEnd(const ChannelEnd& end, const QString& lastWords, bool reported)
{
    if (!end.failure.isEmpty()) {
        return {LinkPhase::Waiting, end.missing ? LinkProblem::Desk : LinkProblem::Unreachable, safeLine(end.failure)};
    }
    if (end.exitCode == sshFailed) {
        LinkState state = judgeSshFailure(lastWords);
        if (state.reason.isEmpty()) {
            state.reason = reported ? LinkStateText::tr("the connection was lost") : LinkStateText::tr("ssh could not connect");
        }
        return state;
    }
    LinkState state{LinkPhase::Waiting, LinkProblem::Runner, {}, 0, end.exitCode};
    const QString lastLine = safeLine(lastWords.section(QLatin1Char('\n'), -1, -1, QString::SectionSkipEmpty));
    if (end.exitCode == notFound || end.exitCode == notExecutable) {
        state.reason = LinkStateText::tr("the runner is not there: %1").arg(lastLine);
    } else if (end.exitCode == notPermitted) {
        state.reason = LinkStateText::tr("the runner may not read the rules: %1").arg(lastLine);
    } else if (const QString meaning = exitCodeMeaning(end.exitCode); !meaning.isEmpty()) {
        state.reason = lastLine.isEmpty() ? meaning : LinkStateText::tr("%1: %2").arg(meaning, lastLine);
    } else if (lastLine.isEmpty()) {
        state.reason = LinkStateText::tr("the runner ended with exit code %1").arg(end.exitCode);
    } else {
        state.reason = LinkStateText::tr("the runner ended with exit code %1: %2").arg(end.exitCode).arg(lastLine);
    }
    return state;
}

} // namespace notrack::gui
