#pragma once

#include "core/rules/comparison.h"
#include "core/rules/table.h"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace notrack
{

struct CreateChain
{
    std::string chain;

    bool operator==(const CreateChain&) const = default;
};

/// The chain is empty and nothing jumps to it when this step comes.
struct DeleteChain
{
    std::string chain;

    bool operator==(const DeleteChain&) const = default;
};

/// The entry stands at `position` (from 0) afterwards and starts with its counters.
struct InsertEntry
{
    std::string chain;
    std::size_t position = 0;
    Entry entry;

    bool operator==(const InsertEntry&) const = default;
};

struct DeleteEntry
{
    std::string chain;
    std::size_t position = 0; ///< from 0

    bool operator==(const DeleteEntry&) const = default;
};

using Step = std::variant<CreateChain, DeleteChain, InsertEntry, DeleteEntry>;

/// The fewest steps, to be done in order, that turn one family's table into what it shall be.
struct Plan
{
    Family family = Family::Ipv4;
    std::vector<Step> steps;

    bool empty() const { return steps.empty(); }
    bool operator==(const Plan&) const = default;
};

/// The steps that make a table what it was compared with.
Plan makePlan(const Comparison& comparison);

/// One step in words and iptables syntax, for tests and messages.
std::string toText(const Step& step);

} // namespace notrack
