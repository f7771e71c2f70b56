#pragma once

#include "tests/unit/run/canned_interrogator.h"
#include "tests/unit/run/canned_run.h"

#include <map>
#include <memory>
#include <string>

namespace notrack
{

/// A node in memory with places to ask from, and whole runs on it.
class CannedTrial
{
protected:
    void renew()
    {
        m_node = std::make_unique<CannedNode>();
        m_interrogator = std::make_unique<CannedInterrogator>(*m_node->store);
    }

    static std::map<Family, Table> rulesOf(const MemoryTableStore& store)
    {
        std::map<Family, Table> tables = store.tables;
        for (auto& [family, table] : tables) {
            for (Chain& chain : table.chains) {
                for (Entry& entry : chain.entries)
                    entry.counters = {};
            }
        }
        return tables;
    }

    Report execute(Intent intent)
    {
        Node node = m_node->doors();
        node.interrogator = m_interrogator.get();
        return run({.intent = intent, .profile = m_node->profile, .wait = std::chrono::milliseconds(0)}, node);
    }

    bool holdsTrial() const
    {
        for (const auto& [family, table] : m_node->store->tables) {
            for (const Chain& chain : table.chains) {
                if (chain.name.find("TRIAL") != std::string::npos)
                    return true;
            }
        }
        return false;
    }

    std::unique_ptr<CannedNode> m_node;
    std::unique_ptr<CannedInterrogator> m_interrogator;
};

} // namespace notrack
