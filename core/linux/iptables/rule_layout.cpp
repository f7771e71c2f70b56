#include "core/linux/iptables/rule_layout.h"

#include "core/base/fingerprint.h"
#include "core/linux/iptables/extension_text.h"
#include "core/net/flow.h"

// net/if.h and linux/if.h clash; the xtables headers only need IFNAMSIZ and come with linux/if.h.
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

#include <algorithm>
#include <array>

namespace notrack
{

namespace
{

/// The two layouts differ in the header only; both start their matches right after it.
struct Ipv4Layout
{
    using Entry = ipt_entry;
    static constexpr Family family = Family::Ipv4;
    static auto& header(Entry& entry) { return entry.ip; }
    static const auto& header(const Entry& entry) { return entry.ip; }
    static unsigned specialFlags(const Entry& entry) { return entry.ip.flags & static_cast<unsigned>(~IPT_F_GOTO); }
    static bool isGoto(const Entry& entry) { return (entry.ip.flags & IPT_F_GOTO) != 0; }
    static void setProtocolFlag(Entry& /*entry*/) {}
    static bool looksAtProtocol(const Entry& /*entry*/) { return true; }
};

struct Ipv6Layout
{
    using Entry = ip6t_entry;
    static constexpr Family family = Family::Ipv6;
    static auto& header(Entry& entry) { return entry.ipv6; }
    static const auto& header(const Entry& entry) { return entry.ipv6; }
    static unsigned specialFlags(const Entry& entry) { return entry.ipv6.flags & static_cast<unsigned>(~(IP6T_F_GOTO | IP6T_F_PROTO)); }
    static bool isGoto(const Entry& entry) { return (entry.ipv6.flags & IP6T_F_GOTO) != 0; }
    static void setProtocolFlag(Entry& entry) { entry.ipv6.flags |= IP6T_F_PROTO; }
    /// Without the flag the kernel passes over the protocol (net/ipv6/netfilter/ip6_tables.c, ip6_packet_match).
    static bool looksAtProtocol(const Entry& entry) { return entry.ipv6.proto == 0 || (entry.ipv6.flags & IP6T_F_PROTO) != 0; }
};

/// Calls `function` with the layout of the family.
template <typename Function>
auto withLayout(Family family, Function function)
{
    return family == Family::Ipv4 ? function(Ipv4Layout{}) : function(Ipv6Layout{});
}

template <typename T>
T loadAt(std::span<const std::byte> bytes, std::size_t offset)
{
    T value{};
    std::memcpy(&value, bytes.data() + offset, sizeof(T));
    return value;
}

template <typename T>
void storeAt(std::span<std::byte> bytes, std::size_t offset, const T& value)
{
    std::memcpy(bytes.data() + offset, &value, sizeof(T));
}

template <typename InAddress>
Address toAddress(Family family, const InAddress& address)
{
    Address::Bytes bytes{};
    static_assert(sizeof(address) <= sizeof(bytes));
    std::memcpy(bytes.data(), &address, sizeof(address));
    return Address(family, bytes);
}

/// The prefix length of a mask, or nothing for a mask with holes.
std::optional<int> maskLength(const Address& mask)
{
    for (int length = 0; length <= mask.bits(); ++length) {
        Address::Bytes ones;
        ones.fill(0xff);
        if (Prefix(Address(mask.family(), ones), length).address() == mask)
            return length;
    }
    return std::nullopt;
}

template <typename InAddress>
std::optional<Prefix> toPrefix(Family family, const InAddress& address, const InAddress& mask)
{
    const std::optional<int> length = maskLength(toAddress(family, mask));
    if (!length)
        return std::nullopt;
    return Prefix(toAddress(family, address), *length);
}

/// Bits outside the mask: the kernel compares (packet & mask) with the whole address, so that such a rule never matches.
template <typename InAddress>
bool hasHostBits(const InAddress& address, const InAddress& mask)
{
    std::array<std::byte, sizeof(InAddress)> addressBytes{};
    std::array<std::byte, sizeof(InAddress)> maskBytes{};
    std::memcpy(addressBytes.data(), &address, sizeof(address));
    std::memcpy(maskBytes.data(), &mask, sizeof(mask));
    for (std::size_t i = 0; i < sizeof(InAddress); ++i) {
        if ((addressBytes.at(i) & ~maskBytes.at(i)) != std::byte{0})
            return true;
    }
    return false;
}

std::string toInterface(const char (&name)[IFNAMSIZ], const unsigned char (&mask)[IFNAMSIZ])
{
    const std::size_t length = strnlen(name, IFNAMSIZ);
    const bool whole = length >= IFNAMSIZ || mask[length] != 0; // the mask of a whole name covers its NUL
    return std::string(name, length) + (length != 0 && !whole ? "+" : "");
}

template <typename Layout>
RawHeader readHeader(const typename Layout::Entry& entry)
{
    const auto& header = Layout::header(entry);
    return {.source = toPrefix(Layout::family, header.src, header.smsk),
            .destination = toPrefix(Layout::family, header.dst, header.dmsk),
            .inputInterface = toInterface(header.iniface, header.iniface_mask),
            .outputInterface = toInterface(header.outiface, header.outiface_mask),
            .protocol = header.proto,
            .inverted = header.invflags,
            .special = Layout::specialFlags(entry) != 0 || Layout::isGoto(entry) || !Layout::looksAtProtocol(entry) ||
                       hasHostBits(header.src, header.smsk) || hasHostBits(header.dst, header.dmsk),
            .isGoto = Layout::isGoto(entry)};
}

/// A match or target as it lies in a rule.
struct ExtensionPlace
{
    std::string_view name;
    std::uint8_t revision = 0;
    std::span<const std::byte> payload;
    std::size_t size = 0;
};

/// Finds the match or target at `offset`, which must end at `limit` at the latest.
std::optional<ExtensionPlace> findExtension(std::span<const std::byte> bytes, std::size_t offset, std::size_t limit)
{
    if (limit > bytes.size() || offset > limit || limit - offset < sizeof(xt_entry_match))
        return std::nullopt;
    const auto header = loadAt<xt_entry_match>(bytes, offset);
    const std::size_t size = header.u.match_size;
    if (size < sizeof(xt_entry_match) || size > limit - offset)
        return std::nullopt;
    const auto* name = reinterpret_cast<const char*>(bytes.data() + offset + offsetof(xt_entry_match, u.user.name));
    return ExtensionPlace{{name, strnlen(name, sizeof(header.u.user.name))},
                          header.u.user.revision,
                          bytes.subspan(offset + sizeof(xt_entry_match), size - sizeof(xt_entry_match)),
                          size};
}

std::optional<RawExtension> readExtension(std::span<const std::byte> bytes, std::size_t offset, std::size_t limit, std::size_t& size)
{
    const auto found = findExtension(bytes, offset, limit);
    if (!found)
        return std::nullopt;
    size = found->size;
    return RawExtension{std::string(found->name), found->revision, found->payload};
}

template <typename Layout>
std::optional<RawRule> readRule(std::span<const std::byte> bytes)
{
    using Entry = typename Layout::Entry;
    static_assert(sizeof(xt_entry_match) == sizeof(xt_entry_target));
    if (bytes.size() < sizeof(Entry))
        return std::nullopt;
    const auto entry = loadAt<Entry>(bytes, 0);
    if (entry.target_offset < sizeof(Entry) || entry.target_offset > entry.next_offset || entry.next_offset > bytes.size())
        return std::nullopt;

    RawRule rule{.header = readHeader<Layout>(entry), .matches = {}, .target = {}};
    std::size_t size = 0;
    for (std::size_t offset = sizeof(Entry); offset < entry.target_offset; offset += size) {
        std::optional<RawExtension> match = readExtension(bytes, offset, entry.target_offset, size);
        if (!match)
            return std::nullopt;
        rule.matches.push_back(std::move(*match));
    }
    std::optional<RawExtension> target = readExtension(bytes, entry.target_offset, entry.next_offset, size);
    if (!target)
        return std::nullopt;
    rule.target = std::move(*target);
    return rule;
}

/// What follows the end of a name is whatever stood in the buffer that the kernel wrote to, so that it is passed over.
template <typename Layout>
std::size_t fingerprintOf(std::span<const std::byte> bytes, FingerprintOf part)
{
    using Entry = typename Layout::Entry;
    if (bytes.size() < sizeof(Entry))
        return 0;
    const auto entry = loadAt<Entry>(bytes, 0);
    std::uint64_t sum = hashOfBytes(bytes.first(sizeof(Layout::header(entry))));
    const std::size_t end = part == FingerprintOf::All ? entry.next_offset : entry.target_offset;
    for (std::size_t offset = sizeof(Entry); offset < end;) {
        const auto extension = findExtension(bytes, offset, end);
        if (!extension)
            return 0;
        sum = hashOfBytes(std::as_bytes(std::span(extension->name)), sum + extension->revision);
        sum = hashOfBytes(extension->payload, sum);
        offset += extension->size;
    }
    return sum;
}

std::string protocolText(std::uint16_t number)
{
    if (number == udpNumber)
        return "udp";
    if (number == tcpNumber)
        return "tcp";
    return std::to_string(number);
}

template <typename InAddress>
void fillPrefix(const std::optional<Prefix>& prefix, InAddress& address, InAddress& mask)
{
    if (!prefix)
        return;
    Address::Bytes ones;
    ones.fill(0xff);
    const Prefix maskPrefix(Address(prefix->family(), ones), prefix->length());
    std::memcpy(&address, prefix->address().bytes().data(), sizeof(address));
    std::memcpy(&mask, maskPrefix.address().bytes().data(), sizeof(mask));
}

/// A target's name as libiptc reads it.
void copyName(std::string_view name, char (&field)[XT_EXTENSION_MAXNAMELEN])
{
    std::fill(std::begin(field), std::end(field), '\0');
    name.copy(field, sizeof(field) - 1);
}

} // namespace

std::optional<RawRule> readRawRule(Family family, std::span<const std::byte> bytes)
{
    return withLayout(family, [&](auto layout) { return readRule<decltype(layout)>(bytes); });
}

bool hasStandardTarget(Family family, std::span<const std::byte> bytes)
{
    return withLayout(family, [&](auto layout) {
        using RuleEntry = typename decltype(layout)::Entry;
        if (bytes.size() < sizeof(RuleEntry))
            return false;
        const std::size_t offset = loadAt<RuleEntry>(bytes, 0).target_offset;
        if (offset > bytes.size() || bytes.size() - offset < sizeof(xt_entry_target))
            return false;
        return loadAt<xt_entry_target>(bytes, offset).u.user.name[0] == '\0';
    });
}

std::size_t fingerprint(Family family, std::span<const std::byte> bytes, FingerprintOf part)
{
    return withLayout(family, [&](auto layout) { return fingerprintOf<decltype(layout)>(bytes, part); });
}

std::string toText(const RawRule& rule, std::string_view target)
{
    const RawHeader& header = rule.header;
    std::string text;
    const auto add = [&](unsigned inversion, std::string_view option, const std::string& value) {
        text += ((header.inverted & inversion) != 0 ? "! " : "") + std::string(option) + " " + value + " ";
    };
    static_assert(IPT_INV_SRCIP == IP6T_INV_SRCIP && IPT_INV_DSTIP == IP6T_INV_DSTIP && IPT_INV_VIA_IN == IP6T_INV_VIA_IN &&
                  IPT_INV_VIA_OUT == IP6T_INV_VIA_OUT && XT_INV_PROTO == IP6T_INV_PROTO);
    if (!header.source || header.source->length() != 0)
        add(IPT_INV_SRCIP, "-s", header.source ? toText(*header.source) : "[...]");
    if (!header.destination || header.destination->length() != 0)
        add(IPT_INV_DSTIP, "-d", header.destination ? toText(*header.destination) : "[...]");
    if (!header.inputInterface.empty())
        add(IPT_INV_VIA_IN, "-i", header.inputInterface);
    if (!header.outputInterface.empty())
        add(IPT_INV_VIA_OUT, "-o", header.outputInterface);
    if (header.protocol != 0)
        add(XT_INV_PROTO, "-p", protocolText(header.protocol));
    for (const RawExtension& match : rule.matches)
        text += "-m " + match.name + describeOptions(match) + " ";
    if (!target.empty()) {
        // xt_CT's own alias flag is what makes iptables-save print the older spelling.
        const bool alias = target == "CT" && describeOptions(rule.target).empty();
        text += (header.isGoto ? "-g " : "-j ") + std::string(alias ? "NOTRACK" : target);
        text += rule.target.name.empty() ? "" : describeOptions(rule.target);
    }
    if (!text.empty() && text.back() == ' ')
        text.pop_back();
    return text;
}

std::uint16_t protocolNumber(Protocol protocol)
{
    return protocol == Protocol::Udp ? udpNumber : tcpNumber;
}

std::vector<std::byte> encodeEntry(Family family, const std::optional<NotrackRule>& rule, const Counters& counters,
                                   std::span<const std::byte> matches, std::span<const std::byte> target)
{
    return withLayout(family, [&](auto layout) {
        using Layout = decltype(layout);
        typename Layout::Entry entry{};
        if (rule) {
            auto& header = Layout::header(entry);
            fillPrefix(rule->source, header.src, header.smsk);
            fillPrefix(rule->destination, header.dst, header.dmsk);
            header.proto = protocolNumber(rule->protocol);
            Layout::setProtocolFlag(entry);
        }
        entry.counters = {counters.packets, counters.bytes};
        entry.target_offset = static_cast<std::uint16_t>(sizeof(entry) + matches.size());
        entry.next_offset = static_cast<std::uint16_t>(entry.target_offset + target.size());
        std::vector<std::byte> bytes(sizeof(entry));
        storeAt(std::span(bytes), 0, entry);
        bytes.insert(bytes.end(), matches.begin(), matches.end());
        bytes.insert(bytes.end(), target.begin(), target.end());
        return bytes;
    });
}

std::vector<std::byte> encodeExtension(std::string_view name, std::uint8_t revision, std::span<const std::byte> payload)
{
    xt_entry_match header{};
    const std::size_t size = XT_ALIGN(sizeof(header) + payload.size());
    header.u.match_size = static_cast<std::uint16_t>(size);
    header.u.user.revision = revision;
    copyName(name, header.u.user.name);
    std::vector<std::byte> bytes(size);
    storeAt(std::span(bytes), 0, header);
    std::copy(payload.begin(), payload.end(), bytes.begin() + sizeof(header));
    return bytes;
}

std::vector<std::byte> encodeStandardTarget(std::string_view name)
{
    constexpr int noVerdict = 0; // libiptc fills it in
    return encodeExtension(name, 0, noVerdict);
}

bool setTargetName(Family family, std::span<std::byte> bytes, std::string_view name)
{
    const std::optional<RawRule> rule = readRawRule(family, bytes);
    if (!rule)
        return false;
    if (!rule->target.name.empty())
        return true;
    const auto offset = static_cast<std::size_t>(rule->target.payload.data() - bytes.data()) - sizeof(xt_entry_target);
    auto header = loadAt<xt_entry_match>(bytes, offset);
    copyName(name, header.u.user.name);
    storeAt(bytes, offset, header);
    return true;
}

bool setCounters(Family family, std::span<std::byte> bytes, const Counters& counters)
{
    if (!readRawRule(family, bytes))
        return false;
    withLayout(family, [&](auto layout) {
        auto entry = loadAt<typename decltype(layout)::Entry>(bytes, 0);
        entry.counters = {counters.packets, counters.bytes};
        storeAt(bytes, 0, entry);
        return true;
    });
    return true;
}

Counters decodeCounters(Family family, std::span<const std::byte> bytes)
{
    return withLayout(family, [&](auto layout) {
        using Entry = typename decltype(layout)::Entry;
        if (bytes.size() < sizeof(Entry))
            return Counters{};
        const auto entry = loadAt<Entry>(bytes, 0);
        return Counters{entry.counters.pcnt, entry.counters.bcnt};
    });
}

} // namespace notrack
