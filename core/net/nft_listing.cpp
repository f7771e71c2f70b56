#include "core/net/nft_listing.h"

#include "core/base/clean_text.h"
#include "core/net/nft_set_text.h"
#include "core/net/nft_text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace notrack::nf_tables
{

namespace
{

using Text = std::optional<std::string>;

constexpr std::uint32_t verdictType = 0xffffff00; ///< NFT_DATA_VERDICT

/// NF_INET_*, NF_ARP_* and NF_NETDEV_* count from 0 each.
Text hookName(std::string_view family, std::uint32_t hook)
{
    constexpr std::array<std::string_view, 6> inetHooks{"prerouting", "input", "forward", "output", "postrouting", "ingress"};
    constexpr std::array<std::string_view, 3> arpHooks{"input", "output", "forward"};
    constexpr std::array<std::string_view, 2> deviceHooks{"ingress", "egress"};
    std::span<const std::string_view> hooks = inetHooks;
    if (family == "arp")
        hooks = arpHooks;
    else if (family == "netdev")
        hooks = deviceHooks;
    return hook < hooks.size() ? Text(std::string(hooks[hook])) : std::nullopt;
}

/// nft(8), "Standard priority names": by name where it is no further than 10 from one that the hook has.
std::string priorityText(std::string_view family, std::uint32_t hook, std::int32_t priority)
{
    struct Standard
    {
        std::string_view name;
        std::int32_t priority;
        std::optional<std::uint32_t> hook;
    };
    constexpr std::array<Standard, 6> standards{
        {{"raw", -300, {}}, {"mangle", -150, {}}, {"dstnat", -100, 0}, {"filter", 0, {}}, {"security", 50, {}}, {"srcnat", 100, 4}}};
    constexpr std::int64_t reach = 10;
    const bool isInternet = family == "ip" || family == "ip6" || family == "inet";
    for (const Standard& standard : standards) {
        const std::int64_t more = std::int64_t{priority} - standard.priority;
        if (!isInternet || more < -reach || more > reach || (standard.hook && standard.hook != hook))
            continue;
        const std::string name(standard.name);
        return more == 0 ? name : name + (more < 0 ? " - " : " + ") + std::to_string(more < 0 ? -more : more);
    }
    return std::to_string(priority);
}

Text headOf(std::string_view family, const BaseHook& base)
{
    const Text hook = hookName(family, base.hook);
    std::string text = "type " + base.type + " hook " + hook.value_or("unknown");
    for (const std::string& device : base.devices)
        text += " device \"" + device + '"';
    text += " priority " + priorityText(family, base.hook, base.priority) + "; policy " + (base.policyAccepts ? "accept;" : "drop;");
    return hook ? Text(text) : std::nullopt;
}

/// The types of a key's fields, six bits each.
std::optional<std::vector<OperandText>> fieldsOf(std::uint32_t type)
{
    constexpr std::uint32_t bits = 6;
    std::vector<OperandText> fields;
    for (; type != 0; type >>= bits) {
        const auto field = describeType(type & ((1U << bits) - 1));
        if (!field)
            return std::nullopt;
        fields.insert(fields.begin(), *field);
    }
    return fields;
}

std::string namesOf(const std::vector<OperandText>& fields)
{
    std::string text;
    for (const OperandText& field : fields)
        text += (text.empty() ? "" : " . ") + field.text;
    return text;
}

std::string flagsText(std::uint32_t flags)
{
    std::string text;
    for (const auto& [flag, name] : {std::pair(setConstant, "constant"), std::pair(setDynamic, "dynamic"),
                                     std::pair(setInterval, "interval"), std::pair(setTimeout, "timeout")}) {
        if ((flags & flag) != 0)
            text.append(text.empty() ? "flags " : ",").append(name);
    }
    return text;
}

class Listing
{
public:
    explicit Listing(const Table& table) : m_table(table) {}

    TableListing take()
    {
        for (const Set& set : m_table.sets) {
            if ((set.flags & (setAnonymous | setObjects)) == 0)
                list(set);
        }
        for (const Chain& chain : m_table.chains)
            list(chain);
        return std::move(m_listing);
    }

private:
    void add(const std::string& line) { m_listing.lines.push_back(cleanText(line, Newlines::Drop)); }

    void list(const Set& set)
    {
        const bool isMap = (set.flags & setMap) != 0;
        const bool isFilled = (set.flags & (setDynamic | setTimeout)) != 0;
        const auto key = fieldsOf(set.keyType);
        add((isMap ? "map " : "set ") + set.name + " {");
        if (key && (!isMap || set.valueType == verdictType))
            add("type " + namesOf(*key) + (isMap ? " : verdict" : ""));
        if (const std::string flags = flagsText(set.flags); !flags.empty())
            add(flags);
        if (!set.elements.empty() && !isFilled) {
            const Text elements = key ? elementsText(set, *key) : std::nullopt;
            m_listing.whole = m_listing.whole && elements;
            add("elements = " + elements.value_or("unknown"));
        }
        m_listing.whole = m_listing.whole && set.complete;
        add("}");
    }

    void list(const Chain& chain)
    {
        add("chain " + chain.name + " {");
        if (chain.base) {
            const Text head = headOf(m_table.family, *chain.base);
            m_listing.whole = m_listing.whole && head;
            add(head.value_or("type unknown"));
        }
        for (const Rule& rule : chain.rules) {
            RuleLine line = lineOf(rule, m_table);
            m_listing.whole = m_listing.whole && line.whole;
            m_listing.lines.push_back(std::move(line.text));
        }
        add("}");
    }

    const Table& m_table;
    TableListing m_listing;
};

} // namespace

TableListing listingOf(const Table& table)
{
    return Listing(table).take();
}

std::string toText(const Rules& rules)
{
    std::string text;
    for (const Table& table : rules.tables) {
        text += "table " + table.family + " " + table.name + " {\n" + ((table.flags & 1U) != 0 ? "\tflags dormant\n" : "");
        bool inBlock = false;
        for (const std::string& line : listingOf(table).lines) {
            inBlock = inBlock && line != "}";
            text += (inBlock ? "\t\t" : "\t") + line + "\n";
            inBlock = line != "}";
        }
        text += "}\n";
    }
    return text;
}

} // namespace notrack::nf_tables
