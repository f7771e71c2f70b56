#pragma once

#include "core/base/keyed_hash.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace notrack
{

/// Hashes for names. What is judged by its name keeps it: chains and sets of Kubernetes and its networks, of Docker, built-in ones, and ours.
class HashedNames
{
public:
    HashedNames(const HashKey& key, std::vector<std::string> chainPrefixes) : m_key(key), m_prefixes(std::move(chainPrefixes)) {}

    /// "n-1a2b3c4d5e6f": the same for the same name.
    std::string hashOf(std::string_view name) const;

    /// The name of a chain, a set or a table in rules.
    std::string ofRules(std::string_view name) const;

    /// A save or a listing of rules: names of chains, sets and tables where their syntax has them, and comments.
    std::string inRules(std::string_view text, bool nft) const;

    /// Every whole word of `text` that is a key of `names`.
    static std::string replaced(std::string_view text, const std::map<std::string, std::string, std::less<>>& names);

private:
    bool isKept(std::string_view name) const;
    std::string ruleLine(std::string_view line, bool nft) const;

    HashKey m_key;
    std::vector<std::string> m_prefixes;
};

} // namespace notrack
