#include "core/report/replaced_words.h"

#include <algorithm>

namespace notrack
{

std::string replaceWords(std::string_view text, std::string_view letters, const ReplaceWord& replace)
{
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const std::size_t start = std::min(text.find_first_of(letters), text.size());
        result += text.substr(0, start);
        text.remove_prefix(start);
        const std::size_t end = std::min(text.find_first_not_of(letters), text.size());
        if (end > 0)
            result += replace(text.substr(0, end));
        text.remove_prefix(end);
    }
    return result;
}

} // namespace notrack
