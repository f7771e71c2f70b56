#pragma once

#include "core/linux/dns/pace.h"
#include "core/linux/dns/witness_places.h"
#include "core/run/witnesses.h"

#include <chrono>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <vector>

namespace notrack
{

/// The addresses from which places have asked services, by the place's role and name and the service.
using SourceAddresses = std::map<std::tuple<Role, std::string, Address>, Address>;

/// Interrogator::ask(), for a thread of runInThread(): goes from place to place, and leaves the thread in one of them. `pace` counts over all
/// calls, so that one after the other keeps the rate, too. The addresses that were asked from are noted in `from`.
std::vector<Reply> askQuestions(const WitnessSources& sources, std::span<const Witness> witnesses, std::span<const Question> questions,
                                const std::string& name, std::chrono::milliseconds timeout, Pace& pace, SourceAddresses& from);

} // namespace notrack
