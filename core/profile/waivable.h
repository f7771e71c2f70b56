#pragma once

#include <array>
#include <string_view>

namespace notrack
{

/// The ids that `safety.waive` may name: those of all findings, in the order in which findings of the same weight are told.
/// They stand here because a profile is read before anything is judged; findings.cpp has the check of each.
inline constexpr std::array<std::string_view, 29> waivableFindings{
    "not-ipvs",
    "service-dnat",
    "host-queries",
    "host-port",
    "stateful-forward",
    "no-backends",
    "backend-outside-pod-cidrs",
    "per-node-cidr",
    "other-notrack",
    "other-backend",
    "bridge-netfilter",
    "unread-rules",
    "contended",
    "missing-modules",
    "lost-snat",
    "masqueraded-answer",
    "foreign-networks",
    "early-raw",
    "one-packet-scheduling",
    "icmp-invalid",
    "stale-servers",
    "foreign-objects",
    "stateful-tunnel",
    "translated-tunnel",
    "other-tunnel-notrack",
    "trial",
    "dns-silent",
    "no-witness",
    "no-effect",
};

} // namespace notrack
