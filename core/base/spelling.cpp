#include "core/base/spelling.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace notrack
{

namespace
{

constexpr std::size_t mostLettersAway = 2;
constexpr std::size_t longestWord = 64;

/// Levenshtein's distance: letters to insert, delete or replace.
std::size_t distance(std::string_view from, std::string_view to)
{
    std::vector<std::size_t> row(to.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < from.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < to.size(); ++j) {
            const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

} // namespace

std::string lowerCase(std::string_view text)
{
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return lower;
}

std::string_view similarWord(std::string_view written, std::span<const std::string_view> known)
{
    if (written.size() > longestWord)
        return {};
    std::string_view best;
    std::size_t bestDistance = mostLettersAway + 1;
    for (const std::string_view word : known) {
        const std::size_t away = distance(lowerCase(written), lowerCase(word));
        if (away < bestDistance && away * 3 <= word.size()) {
            best = word;
            bestDistance = away;
        }
    }
    return best;
}

std::string suggestion(std::string_view written, std::span<const std::string_view> known)
{
    const std::string_view similar = similarWord(written, known);
    if (similar.empty())
        return "; allowed: " + enumerate(known);
    return "; did you mean " + std::string(similar) + "? Allowed: " + enumerate(known);
}

std::string enumerate(std::span<const std::string_view> words)
{
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0)
            text += i + 1 == words.size() ? " and " : ", ";
        text += words[i];
    }
    return text;
}

} // namespace notrack
