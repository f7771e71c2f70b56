#pragma once

#include "core/base/error.h"

#include <cstdint>

namespace notrack::nf_tables
{

/// What the tables of a network namespace say, in one number.
struct RulesHash
{
    std::uint64_t hash = 0;
    std::uint32_t generation = 0;
};

/// A hash of every table, chain, rule and set, without what moves while nobody changes them: counters and quotas, handles and places, the order of
/// chains and elements, and elements of sets that packets or time change. Of one moment; fails as readRules() does. Nothing is decoded, so that it
/// costs a part of what reading costs. Ask isKernelPartActive("nf_tables") first.
Result<RulesHash> hashRules();

} // namespace notrack::nf_tables
