#include "core/linux/dns/query_entries.h"

namespace notrack
{

void QueryEntries::askedFrom(const Witness& witness, const Question& question, const Address& source)
{
    m_sources.insert_or_assign({witness.role, witness.name, question.service}, source);
}

void QueryEntries::forget(const Witness& witness, const Question& question)
{
    if (const std::optional<QueryTuple> tuple = tupleOf(witness, question))
        m_conntrack.forget(*tuple);
}

std::optional<bool> QueryEntries::has(const Witness& witness, const Question& question)
{
    const std::optional<QueryTuple> tuple = tupleOf(witness, question);
    return tuple ? m_conntrack.has(*tuple) : std::nullopt;
}

std::optional<QueryTuple> QueryEntries::tupleOf(const Witness& witness, const Question& question) const
{
    const auto source = m_sources.find({witness.role, witness.name, question.service});
    if (source == m_sources.end())
        return std::nullopt;
    return QueryTuple{source->second, question.clientPort, question.service, question.port, question.protocol};
}

} // namespace notrack
