#pragma once

#include "core/net/backend.h"
#include "core/profile/profile.h"
#include "core/report/report.h"
#include "core/rules/comparison.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

/// A change that is written before its verdict is known: all that a later run needs to judge it, should this one be ended.
struct Pending
{
    std::string digest; ///< of the profile
    Backend backend = Backend::Iptables;
    Profile asking;                    ///< services, networks, ports, protocols, scope, chain prefix and probe; nothing else of the profile
    std::vector<ProbeResult> baseline; ///< from before the change; empty where nobody was asked
    std::vector<OwnedPart> before;     ///< what the tables of the backend held of ours
    std::vector<OwnedPart> otherBefore; ///< the other backend's

    bool operator==(const Pending&) const = default;
};

/// One JSON document. Rules of others that stood in chains of ours are left out: nobody but the run that read them can put them back.
std::string writePending(const Pending& pending);

/// Nothing for text that this version did not write, whatever it is.
std::optional<Pending> readPending(std::string_view text);

} // namespace notrack
