#pragma once

#include "core/net/chain_names.h"
#include "core/run/witnesses.h"
#include "tests/unit/run/memory_table_store.h"

#include <functional>

namespace notrack
{

/// Places in memory, asked beside a store in memory: whether a query is tracked is what the store's tables say of its port.
class CannedInterrogator : public Interrogator
{
public:
    explicit CannedInterrogator(MemoryTableStore& store) : m_store(store) {}

    Witnesses find(const Profile& /*profile*/) override { return witnesses; }

    std::optional<PortRange> findPorts(std::span<const Witness> /*witnesses*/, const PortsWanted& wanted) override
    {
        std::uint16_t first = 61000;
        while (std::any_of(wanted.used.begin(), wanted.used.end(), [&](const PortRange& one) {
            return one.overlaps({Port{first}, Port{first}});
        }))
            ++first;
        return PortRange{Port{first}, Port{static_cast<std::uint16_t>(first + wanted.count - 1)}};
    }

    std::vector<Reply> ask(std::span<const Witness> places, std::span<const Question> questions, const std::string& /*name*/,
                           std::chrono::milliseconds /*timeout*/) override
    {
        ++rounds;
        lastAsked.clear();
        for (const Witness& place : places)
            lastAsked.push_back(place.name);
        std::vector<Reply> replies;
        for (const Question& question : questions) {
            const bool answered = answers(question, isUntracked(question));
            replies.push_back({.sent = true, .answered = answered, .milliseconds = answered ? std::optional(1.0) : std::nullopt});
        }
        return replies;
    }

    std::optional<bool> isTracked(const Witness& witness, const Question& /*question*/) override { return witness.name != "elsewhere"; }

    Witnesses witnesses{{{.name = "node", .addresses = {}, .role = Role::Node},
                         {.name = "pod", .addresses = {*readAddress("10.244.0.5"), *readAddress("fd00:244::5")}, .role = Role::Pod}},
                        {}};
    std::function<bool(const Question&, bool untracked)> answers = [](const Question&, bool) { return true; };
    bool elsewhere = false; ///< packets meet no table of this node
    int rounds = 0;
    std::vector<std::string> lastAsked; ///< names of the places
    MemoryTableStore* beside = nullptr; ///< the other backend's, which the kernel asks as well

private:
    bool isUntracked(const Question& question)
    {
        return !elsewhere && (isUntracked(m_store, question) || (beside != nullptr && isUntracked(*beside, question)));
    }

    /// A rule that matches counts, as the kernel's does.
    static bool isUntracked(MemoryTableStore& store, const Question& question)
    {
        auto table = store.tables.find(question.service.family());
        if (table == store.tables.end())
            return false;
        for (Chain& chain : table->second.chains) {
            for (Entry& entry : chain.entries) {
                const auto* rule = std::get_if<NotrackRule>(&entry.body);
                const bool query = rule != nullptr && rule->target == RuleTarget::Notrack && rule->destinationPort &&
                                   rule->destinationPort->contains(question.port);
                if (query && (!rule->sourcePort || rule->sourcePort->contains(question.clientPort)) && !isExcepted(chain, question)) {
                    ++entry.counters.packets;
                    return true;
                }
            }
        }
        return false;
    }

    static bool isExcepted(const Chain& chain, const Question& question)
    {
        return std::any_of(chain.entries.begin(), chain.entries.end(), [&](const Entry& entry) {
            const auto* rule = std::get_if<NotrackRule>(&entry.body);
            return rule != nullptr && rule->target == RuleTarget::Return && rule->sourcePort &&
                   rule->sourcePort->contains(question.clientPort);
        });
    }

    MemoryTableStore& m_store;
};

} // namespace notrack
