#pragma once

#include "core/net/ip.h"
#include "core/report/report.h"
#include "core/run/sandwich.h"
#include "core/run/witnesses.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace notrack
{

/// Puts the ports of a trial into an arm. A failure leaves the arm as it was.
struct ArmSwitch
{
    std::function<Result<void>()> track;
    std::function<Result<void>()> untrack;
    std::function<std::uint64_t()> counted; ///< packets that the untracked arm's rules have seen; empty where nobody can tell
};

/// What was asked of whom, before it is asked.
struct TrialSize
{
    std::uint16_t portsEach = 2; ///< client ports a place, service and arm
    std::uint16_t ports = 2;     ///< client ports in a row; TCP takes fresh ones for every arm
    std::uint32_t pairs = 0;     ///< places and services that are asked
    std::uint32_t left = 0;      ///< those that have to wait for a later trial

    bool operator==(const TrialSize&) const = default;
};

/// Where a trial starts and what it goes by.
struct TrialSettings
{
    Arm start = Arm::Tracked;    ///< the arm that the ports are in before anything is switched
    TrialSize size;              ///< of this profile and these witnesses
    PortRange ports;             ///< client ports, as findPorts gave them for that size
    bool entriesExpected = true; ///< a tracked query leaves an entry: not so where IPVS keeps its connections out of conntrack
    std::uint32_t firstPair = 0; ///< where places and services take turns, the first that has its turn
    bool witnessesKnown = false; ///< that places are witnesses was shown before, and `passedBy` has those that are none
    std::map<std::size_t, bool> passedBy{};
};

/// clamp(5000 / (places x services x 8), 2, 8) ports each, services counted by port and protocol: at most 5,000 packets where each query is
/// sent at most eight times. What does not fit with two ports takes turns.
TrialSize sizeOf(const Profile& profile, const std::vector<Witness>& witnesses);

/// Every witness's questions to every service, one from each of these ports.
std::vector<Question> questionsFrom(const PortRange& ports, const Profile& profile, const std::vector<Witness>& witnesses);

/// Of `ports`, those that the untracked arm's rules are narrowed to.
PortRange untrackedPorts(const PortRange& ports, const TrialSize& size);

/// Asks each port tracked, untracked, and tracked again where untracked was silent; from two lost ports at one place on it asks again, up to
/// four times, so that a network that loses packets is not taken for a firewall. Starting untracked where
/// the witnesses are known, ports that are answered are not asked tracked at all.
struct TrialRun
{
    TrialReport report;
    Arm arm = Arm::Tracked;                 ///< in which the ports were left
    std::string gain;                       ///< where it passed: what untracked queries gain, one sentence, or nothing
    std::map<std::size_t, bool> passedBy{}; ///< witnesses whose answered tracked query left no entry in conntrack
    std::optional<Error> error;             ///< an arm could not be switched
};
TrialRun askBothArms(Interrogator& interrogator, const Profile& profile, const std::vector<Witness>& witnesses,
                     const TrialSettings& settings, const ArmSwitch& arms);

} // namespace notrack
