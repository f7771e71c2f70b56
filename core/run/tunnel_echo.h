#pragma once

#include "core/net/tunnel_link.h"
#include "core/run/change.h"
#include "core/run/verify.h"

#include <optional>
#include <vector>

namespace notrack
{

/// The door to the far ends of tunnels.
class TunnelEchoes
{
public:
    TunnelEchoes() = default;
    TunnelEchoes(const TunnelEchoes&) = delete;
    TunnelEchoes& operator=(const TunnelEchoes&) = delete;
    virtual ~TunnelEchoes() = default;

    /// What this node reaches through these tunnels.
    virtual std::vector<FarEnd> farEnds(const std::vector<Tunnel>& tunnels) = 0;

    /// Those of them that answer an ICMP echo, of which each gets three within a second.
    virtual std::vector<Address> answering(const std::vector<Address>& asked) = 0;
};

/// Far ends of the profile's tunnels that answer, by their inner addresses; empty where there are none, or where nobody can ask.
std::vector<Address> answeringEnds(const Node& node, const Profile& profile);

/// Whether `ends` answer with what `change` put in. Before the rules are blamed for silence they are taken out, and the silent ones asked once more;
/// where one answers then, `done` says that the change was taken back, and the sentence that is returned says why. Empty where all is well.
std::string verifyTunnels(const Node& node, const std::vector<Address>& ends, Change& change, Verification& done);

} // namespace notrack
