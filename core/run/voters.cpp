#include "core/run/voters.h"

#include <algorithm>

namespace notrack
{

bool hasVote(const Witness& witness, Scope scope)
{
    return witness.role == Role::Pod || (witness.role == Role::Node && scope == Scope::Any);
}

bool hasVoter(const Witnesses& witnesses, Scope scope)
{
    return std::any_of(witnesses.all.begin(), witnesses.all.end(), [&](const Witness& witness) { return hasVote(witness, scope); });
}

bool Voters::canBeAsked()
{
    return mayBeAsked() && hasVoter(witnesses(), m_profile->scope);
}

const Witnesses& Voters::witnesses()
{
    if (mayBeAsked() && !m_looked)
        m_witnesses = m_door->find(*m_profile);
    m_looked = true;
    return m_witnesses;
}

} // namespace notrack
