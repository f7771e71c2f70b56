#include "core/linux/iptables/legacy_table.h"

#include "core/linux/iptables/rule_codec.h"
#include "core/linux/iptables/rule_layout.h"
#include "core/linux/system/file_descriptor.h"
#include "core/linux/system/system_error.h"
#include "core/net/chain_names.h"

#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <sys/socket.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <numeric>

namespace notrack
{

namespace
{

/// A table whose size changes between the two questions is asked for again.
constexpr int mostReadingsOfTable = 100;
/// Behind this many rules of others our jump is not first, whatever they match.
constexpr std::size_t longestPathToJump = 64;
constexpr std::array<std::string_view, 5> namesOfHooks{"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"};

/// struct ipt_entry and ip6t_entry differ in what they match; this is where the rest stands.
struct EntryShape
{
    std::size_t size;
    std::size_t targetOffset;
    std::size_t nextOffset;
};

constexpr EntryShape shapeOf(Family family)
{
    return family == Family::Ipv4 ? EntryShape{sizeof(ipt_entry), offsetof(ipt_entry, target_offset), offsetof(ipt_entry, next_offset)}
                                  : EntryShape{sizeof(ip6t_entry), offsetof(ip6t_entry, target_offset), offsetof(ip6t_entry, next_offset)};
}

template <typename T>
T fieldAt(std::span<const std::byte> bytes, std::size_t offset)
{
    T value{};
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

std::string_view nameAt(std::span<const std::byte> bytes, std::size_t offset, std::size_t most)
{
    const auto* name = reinterpret_cast<const char*>(bytes.data() + offset);
    return {name, strnlen(name, std::min(most, bytes.size() - offset))};
}

std::string_view nameOfTarget(std::span<const std::byte> entry, std::size_t target)
{
    return nameAt(entry, target + offsetof(xt_entry_target, u.user.name), XT_EXTENSION_MAXNAMELEN);
}

/// libiptc's names for what a standard target's number says where it is no chain.
std::string_view nameOfVerdict(int verdict)
{
    switch (verdict) {
    case -NF_ACCEPT - 1:
        return "ACCEPT";
    case -NF_DROP - 1:
        return "DROP";
    case -NF_QUEUE - 1:
        return "QUEUE";
    case XT_RETURN:
        return "RETURN";
    default:
        return {};
    }
}

tl::unexpected<Error> noSense()
{
    return makeError(ErrorKind::Failed, "the kernel's legacy table makes no sense", "");
}

ErrorKind kindOfTableFailure(int number)
{
    const bool noTables = number == ENOENT || number == ENOPROTOOPT || number == EPROTONOSUPPORT || number == EAFNOSUPPORT;
    return noTables ? ErrorKind::NoBackend : kindOfErrno(number);
}

/// The two questions of a family: level and names of socket options, and the structures of the answers.
struct Ipv4Questions
{
    using Info = ipt_getinfo;
    using Entries = ipt_get_entries;
    static constexpr int domain = AF_INET;
    static constexpr int level = IPPROTO_IP;
    static constexpr int info = IPT_SO_GET_INFO;
    static constexpr int entries = IPT_SO_GET_ENTRIES;
};

struct Ipv6Questions
{
    using Info = ip6t_getinfo;
    using Entries = ip6t_get_entries;
    static constexpr int domain = AF_INET6;
    static constexpr int level = IPPROTO_IPV6;
    static constexpr int info = IP6T_SO_GET_INFO;
    static constexpr int entries = IP6T_SO_GET_ENTRIES;
};

/// Memory for so many bytes: what there is where it is large enough. What is asked for anew is up to twice as large, so that the next table fits, too;
/// the kernel gives no page of it before it is written to.
TableBytes sized(TableBytes memory, std::size_t size)
{
    if (!memory.bytes || memory.capacity < size) {
        memory.capacity = std::bit_ceil(size);
        memory.bytes.reset(); // before, so that its place may be taken
        memory.bytes = std::make_unique_for_overwrite<std::byte[]>(memory.capacity);
    }
    memory.size = size;
    return memory;
}

template <typename Questions>
Result<LegacyTable> readFrom(Family family, const std::string& table, TableBytes memory)
{
    const auto failure = [&](int number) {
        return makeError(kindOfTableFailure(number), "the kernel gives no legacy " + table + " table: " + std::strerror(number),
                         std::string(toText(family)));
    };
    const FileDescriptor file(socket(Questions::domain, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW));
    if (!file.valid())
        return failure(errno);
    for (int reading = 0; reading < mostReadingsOfTable; ++reading) {
        typename Questions::Info info{};
        table.copy(info.name, sizeof info.name - 1);
        socklen_t size = sizeof info;
        if (getsockopt(file.get(), Questions::level, Questions::info, &info, &size) != 0)
            return failure(errno);
        typename Questions::Entries header{}; // NOLINT(clang-diagnostic-zero-length-array): the kernel's own structure ends in one
        table.copy(header.name, sizeof header.name - 1);
        header.size = info.size;
        size = static_cast<socklen_t>(sizeof header + info.size);
        memory = sized(std::move(memory), size);
        std::memcpy(memory.bytes.get(), &header, sizeof header);
        if (getsockopt(file.get(), Questions::level, Questions::entries, memory.bytes.get(), &size) == 0) {
            HookOffsets hooks;
            for (std::size_t hook = 0; hook < hooks.size(); ++hook) {
                if ((info.valid_hooks & (1U << hook)) != 0)
                    hooks.at(hook) = info.hook_entry[hook];
            }
            return LegacyTable::from(family, hooks, std::move(memory), sizeof header);
        }
        if (errno != EAGAIN)
            return failure(errno);
    }
    return makeError(ErrorKind::Busy, "the legacy " + table + " table kept changing while it was read", std::string(toText(family)));
}

} // namespace

void TableHash::addChain(std::string_view name, std::string_view policy)
{
    m_sum = hashOfBytes(std::as_bytes(std::span(policy)), hashOfBytes(std::as_bytes(std::span(name)), m_sum));
}

void TableHash::addRule(std::size_t fingerprint, std::string_view target)
{
    m_sum = hashOfBytes(std::as_bytes(std::span(target)), m_sum + fingerprint);
}

Result<LegacyTable> LegacyTable::read(Family family, const std::string& table, TableBytes memory)
{
    return family == Family::Ipv4 ? readFrom<Ipv4Questions>(family, table, std::move(memory))
                                  : readFrom<Ipv6Questions>(family, table, std::move(memory));
}

Result<LegacyTable> LegacyTable::from(Family family, const HookOffsets& hooks, TableBytes bytes, std::size_t entries)
{
    LegacyTable table(family, std::move(bytes), entries);
    if (const Result<void> found = table.findChains(hooks); !found)
        return tl::unexpected(found.error());
    return table;
}

Result<void> LegacyTable::findChains(const HookOffsets& hooks)
{
    const EntryShape shape = shapeOf(m_family);
    std::optional<std::size_t> last; // a chain's last entry is its policy, or the way back
    const auto endChain = [&] {
        if (m_chains.empty())
            return true;
        if (!last || *last < m_chains.back().begin)
            return false;
        m_chains.back().end = *last;
        if (m_chains.back().builtIn)
            m_chains.back().policy = targetOf(*last, entryAt(*last));
        return true;
    };
    for (std::size_t offset = 0; offset < m_entries.size();) {
        const std::span<const std::byte> rest = m_entries.subspan(offset);
        if (rest.size() < shape.size + sizeof(xt_entry_target))
            return noSense();
        const std::size_t target = fieldAt<std::uint16_t>(rest, shape.targetOffset);
        const std::size_t next = fieldAt<std::uint16_t>(rest, shape.nextOffset);
        if (next > rest.size() || target < shape.size || next < target || next - target < sizeof(xt_entry_target))
            return noSense();
        const auto* const hook = std::find(hooks.begin(), hooks.end(), offset);
        const bool isLast = next == rest.size();
        const bool isHead = hook != hooks.end() || nameOfTarget(rest.first(next), target) == XT_ERROR_TARGET;
        if ((isHead || isLast) && !endChain())
            return noSense();
        if (isLast)
            break;
        if (hook != hooks.end())
            m_chains.push_back({namesOfHooks.at(static_cast<std::size_t>(hook - hooks.begin())), true, {}, offset, offset, offset});
        else if (isHead)
            m_chains.push_back(
                {nameAt(rest.first(next), target + sizeof(xt_entry_target), XT_FUNCTION_MAXNAMELEN), false, {}, offset, offset + next, 0});
        last = offset;
        offset += next;
    }
    m_heads.resize(m_chains.size());
    for (std::size_t i = 0; i < m_chains.size(); ++i)
        m_heads[i] = {m_chains[i].head, m_chains[i].name};
    const auto others = std::find_if(m_chains.begin(), m_chains.end(), [](const LegacyChain& chain) { return !chain.builtIn; });
    std::stable_sort(others, m_chains.end(), [](const LegacyChain& left, const LegacyChain& right) { return left.name < right.name; });
    return {};
}

std::span<const std::byte> LegacyTable::entryAt(std::size_t offset) const
{
    const std::span<const std::byte> rest = m_entries.subspan(offset);
    return rest.first(fieldAt<std::uint16_t>(rest, shapeOf(m_family).nextOffset));
}

std::string_view LegacyTable::targetOf(std::size_t offset, std::span<const std::byte> entry) const
{
    const std::size_t target = fieldAt<std::uint16_t>(entry, shapeOf(m_family).targetOffset);
    if (const std::string_view name = nameOfTarget(entry, target); !name.empty())
        return name;
    if (entry.size() - target < sizeof(xt_standard_target))
        return {};
    const int verdict = fieldAt<int>(entry, target + sizeof(xt_entry_target));
    if (verdict < 0)
        return nameOfVerdict(verdict);
    const auto where = static_cast<std::size_t>(verdict);
    if (where == offset + entry.size()) // a rule without a target goes on with the next one
        return {};
    const auto after =
        std::upper_bound(m_heads.begin(), m_heads.end(), where, [](std::size_t one, const auto& head) { return one < head.first; });
    return after == m_heads.begin() ? std::string_view() : std::prev(after)->second;
}

std::uint64_t LegacyTable::hash() const
{
    TableHash hash;
    for (const LegacyChain& chain : m_chains) {
        hash.addChain(chain.name, chain.policy);
        visitRules(chain, [&](std::span<const std::byte> bytes, std::string_view target) {
            hash.addRule(fingerprintOf(m_family, bytes, target), target);
        });
    }
    return hash.get();
}

std::uint64_t LegacyTable::hashOfPlaces() const
{
    HashSum sum;
    for (std::size_t offset = 0; offset < m_entries.size();) {
        const std::span<const std::byte> entry = entryAt(offset);
        sum.add(fingerprint(m_family, entry, FingerprintOf::All));
        offset += entry.size();
    }
    for (const LegacyChain& chain : m_chains) // where the built-in ones begin stands beside the table
        sum.add(chain.builtIn ? chain.head + 1 : 0);
    return sum.get();
}

Table LegacyTable::decode() const
{
    Table table{.family = m_family, .chains = {}};
    TableHash hash;
    table.chains.reserve(m_chains.size());
    for (const LegacyChain& from : m_chains) {
        hash.addChain(from.name, from.policy);
        Chain& chain = table.chains.emplace_back(Chain{std::string(from.name), from.builtIn, {}});
        if (from.builtIn)
            chain.policy = from.policy;
        std::size_t count = 0;
        visitRules(from, [&](std::span<const std::byte>, std::string_view) { ++count; });
        chain.entries.reserve(count);
        RuleDetail detail = readChainName(chain.name) ? RuleDetail::Full : chain.builtIn ? RuleDetail::Reach : RuleDetail::Brief;
        visitRules(from, [&](std::span<const std::byte> bytes, std::string_view target) {
            const Entry& entry =
                chain.entries.emplace_back(Entry{decodeRule(m_family, bytes, target, detail), decodeCounters(m_family, bytes)});
            const auto* foreign = std::get_if<ForeignRule>(&entry.body);
            const bool known = foreign != nullptr && foreign->fingerprint != 0;
            hash.addRule(known ? foreign->fingerprint : fingerprintOf(m_family, bytes, target), target);
            if (detail == RuleDetail::Reach && (chain.entries.size() >= longestPathToJump || readChainName(target)))
                detail = RuleDetail::Brief;
        });
    }
    table.stamp = hash.get();
    return table;
}

} // namespace notrack
