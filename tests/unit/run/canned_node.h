#pragma once

#include "core/run/operation.h"
#include "tests/unit/run/memory_table_store.h"
#include "tests/unit/run/run_memory_in_memory.h"

#include <functional>

namespace notrack
{

class CannedInspector : public NodeInspector
{
public:
    explicit CannedInspector(NodeFacts node = {}) : facts(std::move(node)) {}

    NodeFacts inspect(const Profile& /*profile*/) override
    {
        ++asked;
        return facts;
    }

    std::optional<NodeTrace> trace(const Profile& /*profile*/, const NodeTrace* before) override
    {
        knewGeneration = before != nullptr ? before->generation : 0;
        return traced;
    }

    NodeFacts readFigures() override { return {}; }

    DropCounts countDrops() override { return drops ? drops() : DropCounts{}; }

    NodeFacts facts;
    std::function<DropCounts()> drops;
    std::optional<NodeTrace> traced;
    std::uint32_t knewGeneration = 0; ///< when it was last traced
    int asked = 0;
};

/// Answers for one pair of queries of a pod, taken from the front; when they are used up everything is answered.
class CannedProber : public Prober
{
public:
    std::vector<ProbeResult> probe(const Profile& /*profile*/, const ProbeSettings& /*settings*/) override
    {
        ++asked;
        if (beforeAnswer)
            beforeAnswer();
        const std::uint32_t answered = answers.empty() ? 12 : answers.front();
        if (!answers.empty())
            answers.erase(answers.begin());
        if (answered > 12)
            return {};
        return {{.from = from, .service = "10.96.0.10", .asked = 12, .answered = answered, .silent = (12 - answered) / 2}};
    }

    std::vector<std::uint32_t> answers; ///< of 12; more than that: nobody could be asked
    std::string from = "pod";
    std::function<void()> beforeAnswer; ///< runs at every asking
    int asked = 0;
};

/// Facts of a node where nothing speaks against the profile below.
inline NodeFacts soundNode()
{
    NodeFacts facts;
    facts.ipvs = true;
    for (const char* service : {"10.96.0.10", "fd00:96::a"}) {
        const Address address = *readAddress(service);
        const Address realServer = *readAddress(address.family() == Family::Ipv4 ? "10.244.1.3" : "fd00:244::3");
        facts.virtualServices.push_back({.address = address,
                                         .port = Port{53},
                                         .protocol = Protocol::Udp,
                                         .scheduler = "rr",
                                         .realServers = {{.address = realServer, .port = Port{53}, .forwarding = "Masq", .weight = 1}}});
    }
    return facts;
}

inline Profile dualStack()
{
    Profile profile;
    profile.services = {*readAddress("10.96.0.10"), *readAddress("fd00:96::a")};
    profile.podCidrs = {*readPrefix("10.244.0.0/16"), *readPrefix("fd00:244::/48")};
    return profile;
}

} // namespace notrack
