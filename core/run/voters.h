#pragma once

#include "core/run/witnesses.h"

namespace notrack
{

/// Whether its answer counts: that of a pod, and under scope any of the node itself.
bool hasVote(const Witness& witness, Scope scope);

/// Whether somebody can be asked whose answer counts.
bool hasVoter(const Witnesses& witnesses, Scope scope);

/// The witnesses of a run, looked for once and only where somebody wants to know.
class Voters
{
public:
    Voters() = default;
    Voters(Interrogator& door, const Profile& profile) : m_door(&door), m_profile(&profile) {}

    /// Nothing of this node or its profile speaks against a trial.
    bool mayBeAsked() const { return m_door != nullptr; }
    bool canBeAsked();
    const Witnesses& witnesses();

private:
    Interrogator* m_door = nullptr;
    const Profile* m_profile = nullptr;
    Witnesses m_witnesses;
    bool m_looked = false;
};

} // namespace notrack
