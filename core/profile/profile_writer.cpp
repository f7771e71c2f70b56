#include "core/profile/profile_writer.h"

#include <string_view>
#include <vector>

namespace notrack
{

namespace
{

std::string inQuotes(std::string_view text)
{
    std::string result = "\"";
    for (const char letter : text) {
        if (letter == '"' || letter == '\\')
            result += '\\';
        result += letter;
    }
    return result + "\"";
}

std::string wordOf(const std::string& text)
{
    return inQuotes(text);
}

std::string wordOf(Port port)
{
    return std::to_string(port.value);
}

template <typename Value>
std::string wordOf(const Value& value)
{
    return inQuotes(toText(value));
}

std::string wordOf(const Tunnel& tunnel);

/// "key: [a, b]"
template <typename Item>
std::string listOf(std::string_view key, const std::vector<Item>& items)
{
    std::string text = std::string(key) + ": [";
    for (const Item& item : items)
        text.append(text.ends_with('[') ? "" : ", ").append(wordOf(item));
    return text + "]";
}

std::string wordOf(const Tunnel& tunnel)
{
    return "{ port: " + wordOf(tunnel.port) + ", " + listOf("peers", tunnel.peers) + " }";
}

std::string safetyOf(const Safety& safety)
{
    std::string text = "{ probe: ";
    if (safety.probe)
        text += "{ name: " + inQuotes(safety.probe->name) + ", " + listOf("from", safety.probe->from) +
                ", timeout: " + std::to_string(safety.probe->timeout.count()) + "ms }";
    else
        text += "false";
    if (!safety.waive.empty())
        text += ", " + listOf("waive", safety.waive);
    if (!safety.trialIgnore.empty())
        text += ", trial: { " + listOf("ignore", safety.trialIgnore) + " }";
    return text + " }";
}

} // namespace

std::string writeProfile(const Profile& profile)
{
    std::string text = "version: 1\n";
    if (!profile.name.empty())
        text += "name: " + inQuotes(profile.name) + "\n";
    text += listOf("services", profile.services) + "\n" + listOf("podCIDRs", profile.podCidrs) + "\n" + listOf("ports", profile.ports) +
            "\n" + listOf("protocols", profile.protocols) + "\n";
    if (!profile.tunnels.empty())
        text += listOf("tunnels", profile.tunnels) + "\n";
    text.append("scope: ").append(toText(profile.scope)).append("\nbackend: ").append(toText(profile.backend));
    return text + "\nchainPrefix: " + inQuotes(profile.chainPrefix) + "\nsafety: " + safetyOf(profile.safety) + "\n";
}

} // namespace notrack
