#pragma once

#include "core/linux/dns/pace.h"
#include "core/linux/dns/query_entries.h"
#include "core/linux/dns/witness_places.h"
#include "core/run/witnesses.h"

#include <chrono>
#include <span>
#include <string>
#include <vector>

namespace notrack
{

/// Interrogator::ask(), for a thread of runInThread(): goes from place to place, and leaves the thread in one of them. `pace` counts over all
/// calls, so that one after the other keeps the rate, too. What `entries`, which is open,
/// has of earlier questions is forgotten while the sender waits for its turn.
std::vector<Reply> askQuestions(const WitnessSources& sources, std::span<const Witness> witnesses, std::span<const Question> questions,
                                const std::string& name, std::chrono::milliseconds timeout, Pace& pace, QueryEntries& entries);

} // namespace notrack
