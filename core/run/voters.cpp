#include "core/run/voters.h"

#include <algorithm>

namespace notrack
{

bool hasVoter(const Witnesses& witnesses, Scope scope)
{
    return std::any_of(witnesses.all.begin(), witnesses.all.end(), [&](const Witness& witness) {
        return witness.role == Role::Pod || (witness.role == Role::Node && scope == Scope::Any);
    });
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
