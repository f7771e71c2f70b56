#pragma once

#include "core/net/backend.h"
#include "core/report/report.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

/// The delivery of packages, Ansible and people, beside which others (a DaemonSet) have names of their own.
inline constexpr std::string_view hostDelivery = "host";

/// What was shown of the rules that stand, by which run of this boot.
struct Verdict
{
    std::string digest; ///< of the profile
    Backend backend = Backend::Iptables;
    Verified verified;
    std::string fingerprint;            ///< of the facts that it was given under
    std::vector<std::string> overruled; ///< fatal findings that a trial or the probe overruled under those facts

    std::string delivery{hostDelivery}; ///< who runs what wrote it on this node

    bool operator==(const Verdict&) const = default;
};

/// One JSON document.
std::string writeVerdict(const Verdict& verdict);

/// Nothing for text that this version did not write, whatever it is.
std::optional<Verdict> readVerdict(std::string_view text);

} // namespace notrack
