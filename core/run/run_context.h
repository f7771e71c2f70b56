#pragma once

#include "core/base/stopwatch.h"
#include "core/run/change.h"
#include "core/run/observe.h"
#include "core/run/remembered.h"
#include "core/run/witnesses.h"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

/// What a run knows when it comes to a trial.
struct TrialStep
{
    const Profile& profile;
    std::vector<OwnedPart> wanted;        ///< of both families
    std::vector<OwnedPart> wantedOfOther; ///< what the backend that is not in use shall hold: nothing of ours
    const Facts& facts;
    const Witnesses& witnesses;
    bool canAsk = false; ///< somebody can be asked whose answer counts
    bool waived = false; ///< a loss is told, and refuses nothing
};

/// What the steps of one run share.
struct RunContext
{
    Node& node;
    Memory& memory;
    Report& report;
    Stopwatch& watch;
    bool unattended = false;
    std::string delivery{hostDelivery}; ///< who runs this
    std::chrono::milliseconds wait{0};
    NodeState stateBefore = NodeState::Absent; ///< of the tables, before this run wrote
    std::string fingerprint{};                 ///< of the facts that this run judged by
    std::vector<std::string> overruled{};      ///< fatal findings that are overruled where DNS is shown to work
    const TrialStep* trial = nullptr;          ///< nothing where packets of our own decide nothing
    std::optional<std::uint32_t> tried{};      ///< places that a trial of this run passed at
    std::map<std::size_t, bool> passedBy{};    ///< witnesses that this trial found to be none
    bool witnessesKnown = false;               ///< that trial, or an earlier verdict, showed that witnesses are some
    std::optional<DropCounts> drops{};         ///< as they were before the first trial
    std::vector<std::string> quoted{};         ///< rules that dropped packets while the last trial lost
    std::optional<Former> before{};            ///< what stood before a trial whose rules still stand
    bool waivesTrial = false;                  ///< a trial said no, and the profile waives it

    /// Ends the run with an error. Under the timer, that somebody else writes just now is something to wait for.
    void fail(Error error);
};

/// The head of a report: whose it is and what ran, under which profile (nullptr where none matters).
Report startReport(const Node& node, std::string_view command, const Profile* profile);

} // namespace notrack
