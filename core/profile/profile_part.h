#pragma once

#include "core/profile/profile.h"
#include "core/profile/profile_source.h"
#include "core/profile/yaml_document.h"

#include <optional>
#include <string>
#include <vector>

namespace notrack
{

/// A value and where it was stated.
template <typename Value>
struct Stated
{
    Value value{};
    Spot spot;
};

template <typename Item>
using StatedList = Stated<std::vector<Stated<Item>>>;

/// What one file or one override says of `safety`. Absent parts are not stated.
struct SafetyPart
{
    std::optional<StatedList<std::string>> waive;
    std::optional<Stated<bool>> probe; ///< false for `probe: false`, true for a map
    std::optional<Stated<std::string>> name;
    std::optional<StatedList<ProbeOrigin>> from;
    std::optional<Stated<std::chrono::milliseconds>> timeout;
    std::optional<StatedList<Prefix>> trialIgnore;
};

struct OverridePart;

/// What one file or one override says of a profile. Absent parts are not stated.
struct ProfilePart
{
    std::optional<Stated<int>> version;
    std::optional<Stated<std::string>> name;
    std::optional<StatedList<Address>> services;
    std::optional<StatedList<Prefix>> podCidrs;
    std::optional<StatedList<Port>> ports;
    std::optional<StatedList<Protocol>> protocols;
    std::optional<Stated<Scope>> scope;
    std::optional<StatedList<Tunnel>> tunnels;
    std::optional<Stated<BackendChoice>> backend;
    std::optional<Stated<std::string>> chainPrefix;
    SafetyPart safety;
    std::vector<OverridePart> nodes;
};

/// An entry of `nodes`: globs of host names, and what holds for those nodes instead.
struct OverridePart
{
    Spot spot;
    std::optional<StatedList<std::string>> match;
    ProfilePart part;
};

/// Reads one file; every key and every value is checked for itself, overrides too. The part refers to `source`.
Result<ProfilePart> readProfilePart(const ProfileSource& source);

} // namespace notrack
