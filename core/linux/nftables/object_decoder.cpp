#include "core/linux/nftables/expression_decoder.h"
#include "core/linux/nftables/rules_reader.h"
#include "core/linux/system/netlink.h"

#include <linux/netfilter/nf_tables.h>

#include <algorithm>
#include <utility>

namespace notrack::nf_tables
{

namespace
{

/// More than the kernel lets a chain have devices (NFT_NETDEVICE_MAX), and a concatenation fields.
constexpr std::size_t mostNested = 256;

/// The type of the comment among the user data that nft keeps with a rule (libnftnl's NFTNL_UDATA_RULE_COMMENT): type, length, bytes.
constexpr std::uint8_t commentType = 0;

std::string commentOf(Attributes userData)
{
    while (userData.size() >= 2) {
        const auto length = std::to_integer<std::size_t>(userData[1]);
        if (userData.size() < 2 + length)
            break;
        if (std::to_integer<std::uint8_t>(userData[0]) == commentType) {
            const std::string_view text(reinterpret_cast<const char*>(userData.data()) + 2, length);
            return std::string(text.substr(0, text.find('\0')));
        }
        userData = userData.subspan(2 + length);
    }
    return {};
}

BaseHook decodeHook(Attributes chain, Attributes hook)
{
    BaseHook base;
    base.type = textAt(chain, NFTA_CHAIN_TYPE);
    base.hook = numberAt(hook, NFTA_HOOK_HOOKNUM).value_or(0);
    base.priority = static_cast<std::int32_t>(numberAt(hook, NFTA_HOOK_PRIORITY).value_or(0));
    base.policyAccepts = numberAt(chain, NFTA_CHAIN_POLICY).value_or(1) != 0;
    if (std::string device = textAt(hook, NFTA_HOOK_DEV); !device.empty())
        base.devices.push_back(std::move(device));
    netlink::forEachAttribute(findAttribute(hook, NFTA_HOOK_DEVS).value_or(Attributes{}), [&](std::uint16_t, Attributes device) {
        const std::string_view text(reinterpret_cast<const char*>(device.data()), device.size());
        std::string name(text.substr(0, text.find('\0')));
        if (base.devices.size() < mostNested && std::find(base.devices.begin(), base.devices.end(), name) == base.devices.end())
            base.devices.push_back(std::move(name));
    });
    return base;
}

Bytes keyAt(Attributes element, std::uint16_t type)
{
    const auto attribute = findAttribute(element, type);
    const auto data = attribute ? decodeData(*attribute) : std::nullopt;
    const auto* bytes = data ? std::get_if<Bytes>(&*data) : nullptr;
    return bytes == nullptr ? Bytes{} : *bytes;
}

} // namespace

Chain decodeChain(Attributes attributes)
{
    Chain chain{textAt(attributes, NFTA_CHAIN_NAME), longNumberAt(attributes, NFTA_CHAIN_HANDLE).value_or(0), std::nullopt, {}};
    if (const auto hook = findAttribute(attributes, NFTA_CHAIN_HOOK))
        chain.base = decodeHook(attributes, *hook);
    return chain;
}

Rule decodeRule(Attributes attributes)
{
    return {longNumberAt(attributes, NFTA_RULE_HANDLE).value_or(0),
            decodeExpressions(findAttribute(attributes, NFTA_RULE_EXPRESSIONS).value_or(Attributes{})),
            commentOf(findAttribute(attributes, NFTA_RULE_USERDATA).value_or(Attributes{}))};
}

Set decodeSet(Attributes attributes)
{
    Set set;
    set.name = textAt(attributes, NFTA_SET_NAME);
    set.flags = numberAt(attributes, NFTA_SET_FLAGS).value_or(0);
    set.keyType = numberAt(attributes, NFTA_SET_KEY_TYPE).value_or(0);
    set.keyLength = numberAt(attributes, NFTA_SET_KEY_LEN).value_or(0);
    set.valueType = numberAt(attributes, NFTA_SET_DATA_TYPE).value_or(0);
    set.valueLength = numberAt(attributes, NFTA_SET_DATA_LEN).value_or(0);
    const Attributes description = findAttribute(attributes, NFTA_SET_DESC).value_or(Attributes{});
    netlink::forEachAttribute(findAttribute(description, NFTA_SET_DESC_CONCAT).value_or(Attributes{}),
                              [&](std::uint16_t, Attributes field) {
                                  if (set.fields.size() < mostNested)
                                      set.fields.push_back(numberAt(field, NFTA_SET_FIELD_LEN).value_or(0));
                              });
    return set;
}

SetElement decodeElement(Attributes attributes)
{
    const std::uint32_t flags = numberAt(attributes, NFTA_SET_ELEM_FLAGS).value_or(0);
    SetElement element{keyAt(attributes, NFTA_SET_ELEM_KEY), keyAt(attributes, NFTA_SET_ELEM_KEY_END),
                       (flags & NFT_SET_ELEM_INTERVAL_END) != 0, (flags & NFT_SET_ELEM_CATCHALL) != 0, std::monostate{}};
    if (const auto attribute = findAttribute(attributes, NFTA_SET_ELEM_DATA)) {
        if (auto data = decodeData(*attribute))
            std::visit([&](auto& value) { element.value = std::move(value); }, *data);
    } else if (std::string object = textAt(attributes, NFTA_SET_ELEM_OBJREF); !object.empty()) {
        element.value = std::move(object);
    }
    return element;
}

} // namespace notrack::nf_tables
