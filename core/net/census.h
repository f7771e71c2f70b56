#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace notrack
{

struct TcpStateCount
{
    std::string state; ///< "ESTABLISHED", as conntrack(8) prints it
    std::uint64_t entries = 0;

    bool operator==(const TcpStateCount&) const = default;
};

/// Who fills the conntrack table. Each entry counts once: `dns` and `tunnel` before `tcp` and `otherUdp`.
struct Census
{
    std::uint64_t entries = 0;
    std::uint64_t takenOut = 0; ///< of them: those that are not made where the profile's rules stand
    std::uint64_t dns = 0;      ///< of the services and the pods behind them, by the profile's ports, over UDP and TCP
    std::uint64_t tunnel = 0;   ///< outer packets of VXLAN (4789, 8472), Geneve (6081) and the profile's tunnels
    std::uint64_t otherUdp = 0;
    std::vector<TcpStateCount> tcp; ///< states that there are, in the kernel's order
    std::uint64_t other = 0;        ///< other protocols

    bool operator==(const Census&) const = default;
};

} // namespace notrack
