#include "gui/remote/inventory_readers.h"

#include <QRegularExpression>

namespace notrack::gui
{

namespace
{

constexpr int largestRange = 10'000;

/// The letters of ranges, in Ansible's order.
QString rangeLetters()
{
    return QStringLiteral("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
}

/// What stands in the place of a range, as "01", "02", "03" for "01:03"; nothing for what is no range.
std::optional<QStringList> rangeValues(const QString& range)
{
    static const QRegularExpression form(QStringLiteral("^(\\d*|[a-zA-Z]):(\\d+|[a-zA-Z])(?::(\\d+))?$"));
    const auto match = form.match(range);
    const QString first = match.captured(1).isEmpty() ? QStringLiteral("0") : match.captured(1);
    const QString last = match.captured(2);
    const QString letters = rangeLetters();
    const bool alphabetic = letters.contains(first) && letters.contains(last);
    const bool filled = first.size() > 1 && first.startsWith(QLatin1Char('0'));
    const int step = match.capturedLength(3) > 0 ? match.captured(3).toInt() : 1;
    bool begins = alphabetic;
    bool ends = alphabetic;
    const auto from = alphabetic ? letters.indexOf(first) : first.toInt(&begins);
    const auto to = alphabetic ? letters.indexOf(last) : last.toInt(&ends);
    if (!match.hasMatch() || step < 1 || !begins || !ends || (filled && first.size() != last.size()) || (alphabetic && from > to)) {
        return std::nullopt;
    }
    QStringList values;
    for (auto value = from; value <= to && values.size() < largestRange; value += step) {
        values.append(alphabetic ? QString(letters.at(value))
                                 : QString::number(value).rightJustified(filled ? first.size() : 0, QLatin1Char('0')));
    }
    return values;
}

} // namespace

std::optional<QStringList> expandHostRange(const QString& pattern)
{
    const auto begin = pattern.indexOf(QLatin1Char('['));
    if (begin < 0) {
        return QStringList{pattern};
    }
    const auto end = pattern.indexOf(QLatin1Char(']'), begin);
    const auto values = end < 0 ? std::nullopt : rangeValues(pattern.mid(begin + 1, end - begin - 1));
    if (!values) {
        return std::nullopt;
    }
    QStringList names;
    for (const QString& value : *values) {
        const auto more = expandHostRange(pattern.left(begin) + value + pattern.mid(end + 1));
        if (!more) {
            return std::nullopt;
        }
        names += *more;
        if (names.size() >= largestRange) {
            break;
        }
    }
    return names.mid(0, largestRange);
}

std::pair<QString, int> splitPort(const QString& pattern)
{
    static const QRegularExpression address(QStringLiteral(R"(^\[([0-9a-fA-F.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)\](?::(\d+))?$)"));
    static const QRegularExpression host(QStringLiteral(R"(^((?:[^:\[\]]|\[[^\]]*\])+):(\d+)$)"));
    for (const QRegularExpression* form : {&address, &host}) {
        const auto match = form->match(pattern);
        if (match.hasMatch()) {
            return {match.captured(1), match.captured(2).toInt()};
        }
    }
    return {pattern, 0};
}

} // namespace notrack::gui
