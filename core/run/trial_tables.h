#pragma once

#include "core/run/run_context.h"

#include <cstdint>
#include <memory>

namespace notrack
{

/// The tables of a trial before a write: its own rules, narrowed to its ports, come and go. Rules of ours that stand are kept from those ports
/// by exceptions in both backends; under scope any, where masquerading takes other ports than an exception names, they are out for the
/// moment.
class NarrowedRules
{
public:
    NarrowedRules(RunContext& run, const TrialStep& step, PortRange ports) : m_run(run), m_step(step), m_ports(ports) {}

    /// Makes room for the tracked arm where rules of ours stand.
    Result<void> prepare();
    Result<void> untrack();
    Result<void> track();
    /// Packets that the narrowed rules have seen; 1 where nobody can tell.
    std::uint64_t counted() const;
    /// What stood before the trial stands again.
    Result<void> takeOut();
    /// What that is.
    const Former& before() const { return m_before; }

private:
    RunContext& m_run;
    const TrialStep& m_step;
    PortRange m_ports;
    Former m_before;
    Former m_tracked; ///< nothing where nothing of ours stood
    std::unique_ptr<Change> m_narrowed;
    std::unique_ptr<Change> m_room; ///< nothing where nothing of ours stood
    bool m_stands = false;
};

/// The tables of a trial of rules that stand: what keeps them from its ports comes and goes, and the rules of tunnels go and come.
class StandingRules
{
public:
    StandingRules(RunContext& run, const TrialStep& step, PortRange ports) : m_run(run), m_step(step), m_ports(ports) {}

    Result<void> prepare();
    Result<void> track();
    Result<void> untrack();
    /// The rules stand as they did.
    Result<void> takeOut() { return m_tracked ? untrack() : Result<void>(); }

private:
    RunContext& m_run;
    const TrialStep& m_step;
    PortRange m_ports;
    std::unique_ptr<Change> m_room;
    bool m_tracked = false;
};

} // namespace notrack
