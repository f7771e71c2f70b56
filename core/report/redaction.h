#pragma once

#include "core/base/keyed_hash.h"
#include "core/report/capture.h"

#include <string>
#include <vector>

namespace notrack
{

/// What stays as it is although it is a name.
struct KeptNames
{
    std::vector<std::string> chainPrefixes; ///< of ours
};

/// A capture to give away: other addresses (see PrivateAddresses), and hashes for the names of the node, of its profile, of pods, and of chains and
/// sets that no known software made, and for comments. Interfaces keep their names. Of the report only what was asked and counted is to be used:
/// the rest has to be judged anew.
Capture redact(Capture capture, const HashKey& key, const KeptNames& kept);

} // namespace notrack
