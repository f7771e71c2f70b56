#pragma once

#include "core/base/keyed_hash.h"
#include "core/profile/profile.h"
#include "core/report/capture.h"

#include <optional>
#include <string>
#include <vector>

namespace notrack
{

/// A capture to give away: other addresses (see PrivateAddresses), and hashes for the names of the node, of its profile, of pods, and of chains and
/// sets that no known software made, and for comments. Interfaces keep their names. Of the report only what was asked and counted is to be used:
/// the rest has to be judged anew. `profile` is what the captured one says to this node, and is written in its place; chains of ours under
/// `chainPrefixes` keep their names.
Capture redact(Capture capture, const std::optional<Profile>& profile, const std::vector<std::string>& chainPrefixes, const HashKey& key);

} // namespace notrack
