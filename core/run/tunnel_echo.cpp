#include "core/run/tunnel_echo.h"

#include <algorithm>

namespace notrack
{

namespace
{

/// Enough to tell a broken tunnel from a node that is down; a second each time is what it costs.
constexpr std::size_t mostEnds = 16;

std::string listOf(const std::vector<Address>& addresses)
{
    std::string text;
    for (const Address& address : addresses)
        text += (text.empty() ? "" : ", ") + toText(address);
    return text;
}

} // namespace

std::vector<Address> answeringEnds(const Node& node, const Profile& profile)
{
    if (node.tunnels == nullptr || profile.tunnels.empty())
        return {};
    std::vector<Address> ends;
    for (const FarEnd& end : node.tunnels->farEnds(profile.tunnels))
        if (ends.size() < mostEnds)
            ends.push_back(end.inside);
    return ends.empty() ? ends : node.tunnels->answering(ends);
}

std::string verifyTunnels(const Node& node, const std::vector<Address>& ends, Change& change, Verification& done)
{
    if (ends.empty())
        return {};
    const std::vector<Address> answering = node.tunnels->answering(ends);
    std::vector<Address> silent = ends;
    std::erase_if(silent, [&](const Address& end) { return std::find(answering.begin(), answering.end(), end) != answering.end(); });
    if (silent.empty())
        return {};
    if (const Result<void> undone = change.undo(); !undone) {
        done.outcome = Outcome::Failed;
        done.error = undone.error();
        return {};
    }
    const std::vector<Address> back = node.tunnels->answering(silent);
    if (!back.empty()) {
        done.outcome = Outcome::TakenBack;
        return "beyond the tunnel, " + listOf(back) + (back.size() == 1 ? " answers" : " answer") + " an ICMP echo only without the rules";
    }
    if (const Result<void> redone = change.redo(); !redone) {
        done.outcome = Outcome::Failed;
        done.error = redone.error();
    }
    return {};
}

} // namespace notrack
