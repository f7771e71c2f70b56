#include "core/report/redacted_names.h"

#include "core/base/number_text.h"
#include "core/base/spelling.h"
#include "core/net/chain_names.h"
#include "core/report/replaced_words.h"

#include <algorithm>
#include <array>
#include <functional>

namespace notrack
{

namespace
{

/// Beginnings of names that software gives, not people: Kubernetes and its networks, Docker, podman's and CNI's plugins, ufw, fail2ban, firewalld.
constexpr std::array knownBeginnings{"KUBE-",    "cali",        "CILIUM", "cilium", "DOCKER",       "FLANNEL",     "WEAVE",     "CNI-",
                                     "NETAVARK", "LIBVIRT",     "ANTREA", "ufw-",   "ufw6-",        "f2b-",        "firewalld", "__set",
                                     "__map",    "kube-router", "inet6:", "felix-", "ovn40subnets", "ovn60subnets"};
constexpr std::array builtInNames{"PREROUTING", "INPUT", "FORWARD", "OUTPUT",   "POSTROUTING", "nat",
                                  "filter",     "raw",   "mangle",  "security", "BROUTING"};
constexpr std::string_view betweenNames = " \t\n";
constexpr std::string_view endsOfNames = ",;}";

using WordReplacement = std::function<std::string(std::string_view word, std::string_view before, std::size_t index)>;

/// The words of a line, with what stands between them kept: `replace` gets the word, the one before, and its number.
std::string replaceInLine(std::string_view line, const WordReplacement& replace)
{
    std::string result;
    std::string_view before;
    std::size_t index = 0;
    while (!line.empty()) {
        const std::size_t start = std::min(line.find_first_not_of(betweenNames), line.size());
        result += line.substr(0, start);
        line.remove_prefix(start);
        const std::size_t end = std::min(line.find_first_of(betweenNames), line.size());
        const std::string_view word = line.substr(0, end);
        if (!word.empty())
            result += replace(word, before, index++);
        before = word;
        line.remove_prefix(end);
    }
    return result;
}

bool isOneOf(std::string_view word, std::initializer_list<std::string_view> words)
{
    return std::find(words.begin(), words.end(), word) != words.end();
}

/// Where the quoted or plain word that begins there ends.
std::size_t endOfValue(std::string_view text)
{
    if (!text.starts_with('"'))
        return std::min(text.find_first_of(betweenNames), text.size());
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '\\')
            ++i;
        else if (text[i] == '"')
            return i + 1;
    }
    return text.size();
}

/// Options of iptables-save and words of nft, behind which a person's own words stand.
constexpr std::array beforeWords{"--comment ",   "--log-prefix ",     "--nflog-prefix ", "--string ", "--hex-string ",
                                 "--name ",      "--hashlimit-name ", "--path ",         "--label ",  "--uid-owner ",
                                 "--gid-owner ", " comment \"",       " prefix \"",      " name \"",  " helper set \""};

/// The line with other words behind those.
std::string withoutComments(std::string_view line, const std::function<std::string(std::string_view)>& hash)
{
    std::string result;
    while (!line.empty()) {
        std::size_t at = std::string_view::npos;
        std::size_t begin = at;
        for (const std::string_view option : beforeWords) {
            if (const std::size_t found = line.find(option); found < at) {
                at = found;
                begin = found + option.size() - (option.ends_with('"') ? 1 : 0);
            }
        }
        if (at == std::string_view::npos)
            break;
        result += line.substr(0, begin);
        line.remove_prefix(begin);
        const std::size_t end = endOfValue(line);
        result.append("\"").append(hash(line.substr(0, end))).append("\"");
        line.remove_prefix(end);
    }
    return result.append(line);
}

} // namespace

std::string HashedNames::hashOf(std::string_view name) const
{
    return "n-" + hexText(keyedHash(m_key, name), 12);
}

bool HashedNames::isKept(std::string_view name) const
{
    const bool known =
        std::any_of(knownBeginnings.begin(), knownBeginnings.end(), [&](const char* each) { return name.starts_with(each); });
    const bool builtIn = std::find(builtInNames.begin(), builtInNames.end(), name) != builtInNames.end();
    const bool ours = std::any_of(m_prefixes.begin(), m_prefixes.end(),
                                  [&](const std::string& prefix) { return name.starts_with(prefix) || name == lowerCase(prefix); });
    return name.empty() || known || builtIn || ours;
}

std::string HashedNames::ofRules(std::string_view name) const
{
    return isKept(name) ? std::string(name) : hashOf(name);
}

std::string HashedNames::ruleLine(std::string_view line, bool nft) const
{
    const std::string plain = withoutComments(line, [&](std::string_view comment) { return hashOf(comment); });
    bool isTable = false;
    return replaceInLine(plain, [&](std::string_view word, std::string_view before, std::size_t index) -> std::string {
        const std::string_view name = word.substr(0, word.find_first_of(endsOfNames));
        const std::string rest(word.substr(name.size()));
        if (!nft) {
            if (before.empty() && word.starts_with(':'))
                return ":" + ofRules(word.substr(1));
            return isOneOf(before, {"-A", "-N", "-g", "--goto", "--match-set", "--add-set", "--del-set"}) ? ofRules(word)
                                                                                                          : std::string(word);
        }
        if (name.starts_with('@'))
            return "@" + ofRules(name.substr(1)) + rest;
        isTable = isTable || (index == 0 && word == "table");
        if (isTable && index == 2)
            return ofRules(name) + rest;
        const bool isObject =
            index == 1 && line.ends_with('{') &&
            isOneOf(before, {"chain", "set", "map", "counter", "quota", "limit", "flowtable", "synproxy", "secmark", "helper"});
        const bool isNamed = isOneOf(before, {"jump", "goto"}) || isObject;
        return isNamed ? ofRules(name) + rest : std::string(word);
    });
}

std::string HashedNames::inRules(std::string_view text, bool nft) const
{
    std::set<std::string, std::less<>> chains; // a target after -j is a name only where it is a chain's
    std::string result;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        if (!nft && line.starts_with(':'))
            chains.emplace(line.substr(1, line.find(' ') - 1));
        result += ruleLine(line, nft);
        if (end < text.size())
            result += '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (nft)
        return result;
    return replaceInLine(result, [&](std::string_view word, std::string_view before, std::size_t /*index*/) {
        return isOneOf(before, {"-j", "--jump"}) && chains.contains(word) ? ofRules(word) : std::string(word);
    });
}

std::string HashedNames::replaced(std::string_view text, const std::map<std::string, std::string, std::less<>>& names)
{
    constexpr std::string_view ofNames = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-";
    return replaceWords(text, ofNames, [&](std::string_view word) {
        if (const auto whole = names.find(word); whole != names.end())
            return whole->second;
        const std::string_view trimmed = word.substr(0, word.find_last_not_of(".:") + 1);
        const auto known = names.find(trimmed);
        return known == names.end() ? std::string(word) : known->second + std::string(word.substr(trimmed.size()));
    });
}

} // namespace notrack
