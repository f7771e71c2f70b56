#pragma once

#include "core/findings/node_facts.h"
#include "core/profile/profile.h"

namespace notrack
{

/// The node as one of its pods meets it: of the routes to pods of this node, those to that pod and to the DNS servers here. What findings say of
/// it, they say of this pod's queries and their answers.
NodeFacts narrowedTo(const Address& pod, const Profile& profile, NodeFacts facts);

} // namespace notrack
