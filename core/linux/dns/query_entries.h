#pragma once

#include "core/linux/dns/conntrack_lookup.h"
#include "core/run/witnesses.h"

#include <map>
#include <optional>
#include <string>
#include <tuple>

namespace notrack
{

/// What this node's conntrack has of the questions that its places asked.
class QueryEntries
{
public:
    /// To be called in the node's own namespace before forget(), which may be called in any.
    void open() { m_conntrack.open(); }

    /// Notes the address from which the place asked the question's service.
    void askedFrom(const Witness& witness, const Question& question, const Address& source);

    /// Takes out what an earlier question left that looked the same. An answer that no rule names is tracked: with that entry it would pass as
    /// the answer of the earlier one.
    void forget(const Witness& witness, const Question& question);

    /// Interrogator::isTracked().
    std::optional<bool> has(const Witness& witness, const Question& question);

private:
    /// As conntrack knows the question, where its service was asked from that place before; else nothing.
    std::optional<QueryTuple> tupleOf(const Witness& witness, const Question& question) const;

    std::map<std::tuple<Role, std::string, Address>, Address> m_sources; ///< by place and service
    ConntrackLookup m_conntrack;
};

} // namespace notrack
