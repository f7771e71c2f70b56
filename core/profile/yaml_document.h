#pragma once

#include "core/profile/profile_source.h"

#include <string>
#include <vector>

namespace notrack
{

/// A value of a YAML document with its place.
struct YamlNode
{
    enum class Kind { Null, Scalar, List, Map };

    Kind kind = Kind::Null;
    Spot spot;
    std::string text;    ///< of a scalar
    bool quoted = false; ///< a scalar that can only be text
    std::string key;     ///< of a value in a map
    Spot keySpot;
    std::vector<YamlNode> children; ///< of a list or a map
};

/// Reads the subset of YAML that a profile needs: one document of lists and maps with different keys; no anchors, aliases, tags or
/// control characters, and bounded in size and depth. The nodes refer to `source`, which must outlive them.
Result<YamlNode> readYaml(const ProfileSource& source);

} // namespace notrack
