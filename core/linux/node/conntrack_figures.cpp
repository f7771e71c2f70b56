#include "core/linux/node/conntrack_figures.h"

#include "core/base/number_text.h"
#include "core/base/text_lines.h"

#include <array>

namespace notrack
{

namespace
{

struct Column
{
    std::string_view name;
    std::uint64_t ConntrackFigures::*figure;
};

constexpr std::array columns{
    Column{"insert_failed", &ConntrackFigures::insertFailed},
    Column{"drop", &ConntrackFigures::drop},
    Column{"early_drop", &ConntrackFigures::earlyDrop},
    Column{"clashres", &ConntrackFigures::clashResolved},
};

} // namespace

ConntrackFigures readConntrackCounters(std::string_view text)
{
    ConntrackFigures figures;
    const std::vector<std::string_view> lines = splitLines(text);
    if (lines.empty())
        return figures;
    const std::vector<std::string_view> names = splitWords(lines.front());
    for (std::size_t line = 1; line < lines.size(); ++line) {
        const std::vector<std::string_view> values = splitWords(lines.at(line));
        for (std::size_t i = 0; i < names.size() && i < values.size(); ++i)
            for (const Column& column : columns)
                if (column.name == names.at(i))
                    figures.*column.figure += readNumber<std::uint64_t>(values.at(i), 16).value_or(0);
    }
    return figures;
}

} // namespace notrack
