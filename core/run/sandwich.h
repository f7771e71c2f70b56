#pragma once

#include "core/report/report.h"
#include "core/run/witnesses.h"

#include <map>
#include <string>
#include <vector>

namespace notrack
{

/// Whether conntrack sees a trial's packets.
enum class Arm { Tracked, Untracked };

/// One asking of a port.
struct Round
{
    Arm arm = Arm::Tracked;
    Reply reply;

    bool operator==(const Round&) const = default;
};

/// A client port and how it was asked, in order. The same port meets the same real server as long as IPVS remembers it (300 s for UDP), so a
/// real server that dies is not taken for a loss. TCP asks from a port that is fresh for every connect; `question` has the first.
struct AskedPort
{
    Question question;
    std::vector<Round> rounds;

    bool operator==(const AskedPort&) const = default;
};

/// All that a verdict is made from.
struct Evidence
{
    std::vector<Witness> witnesses;
    std::vector<AskedPort> ports;
    Scope scope = Scope::Pods;
    std::map<std::size_t, bool> passedBy; ///< places whose answered tracked query left no entry in conntrack: not through these tables
    bool counted = true;                  ///< the trial's rules counted packets while untracked queries were sent
};

/// Ports to be asked again: silent in every untracked round, at a place that got an answer, or was not asked tracked yet. A tracked answer of
/// the port itself is not waited for, which a network that loses packets may have lost.
std::vector<std::size_t> silentPorts(const Evidence& evidence);

/// Ports that are lost: silent in every untracked round, and answered tracked after the last one.
std::vector<std::size_t> lostPorts(const Evidence& evidence);

/// Whether these ports, were they lost, are a no: two at one place that has a vote, or one at each of three places.
bool wouldBeNo(const Evidence& evidence, const std::vector<std::size_t>& ports);

/// Whether so many ports at one place were lost in two sandwiches that chance is out of question: with 30 % of the packets lost in each
/// direction one port of eight looks lost after one, seven of sixteen after two in 1 of 100 million places. After a single one all of them may be
/// those of a server that died and came back.
bool isBeyondChance(const Evidence& evidence, const std::vector<std::size_t>& lost);

/// What untracked queries gain where most tracked ones get no answer, as with a full table: one sentence, or nothing.
std::string gainOf(const Evidence& evidence);

/// The table of a trial and what it comes to; `confirmed`: lost ports stayed lost as often as they were to be asked.
TrialReport judgeTrial(const Evidence& evidence, bool confirmed);

} // namespace notrack
