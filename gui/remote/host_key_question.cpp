#include "gui/remote/host_key_question.h"

#include <QRegularExpression>

namespace notrack::gui
{

std::optional<HostKeyQuestion> readHostKeyQuestion(const QString& text)
{
    static const QRegularExpression opening(QStringLiteral(R"(^The authenticity of host '(.*)' can't be established)"));
    static const QRegularExpression key(QStringLiteral(R"(^(\S+) key fingerprint is (\S+?)\.?$)"));
    static const QRegularExpression name(QStringLiteral(R"(^\s+\S+:\d+: (.*)$)"));
    HostKeyQuestion question;
    QStringList remarks;
    const QStringList lines = text.split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    for (const QString& line : lines) {
        if (const auto said = opening.match(line); said.hasMatch()) {
            question.host = said.captured(1);
        } else if (const auto shown = key.match(line); shown.hasMatch()) {
            question.type = shown.captured(1);
            question.fingerprint = shown.captured(2);
        } else if (const auto known = name.match(line); known.hasMatch()) {
            question.knownAs.append(known.captured(1));
        } else if (!line.startsWith(QLatin1String("Are you sure you want to continue connecting")) &&
                   !line.startsWith(QLatin1String("This host key is known by the following"))) {
            remarks.append(line);
        }
    }
    question.remarks = remarks.join(QLatin1Char('\n'));
    return question.host.isEmpty() || question.fingerprint.isEmpty() ? std::nullopt : std::make_optional(question);
}

} // namespace notrack::gui
