#pragma once

#include "core/profile/profile.h"

#include <string>

namespace notrack
{

/// The profile as one YAML document, which readProfile() reads as an equal one for every node; the override that was in place for one node is
/// part of it, and not told apart.
std::string writeProfile(const Profile& profile);

} // namespace notrack
