#include "tests/unit/run/memory_table_store.h"

#include <QtGlobal>

#include <algorithm>

namespace notrack
{

namespace
{

Chain& chainOf(Table& table, const std::string& name)
{
    const auto chain = std::find_if(table.chains.begin(), table.chains.end(), [&](const Chain& each) { return each.name == name; });
    if (chain == table.chains.end())
        qFatal("no chain %s", name.c_str());
    return *chain;
}

bool isJumpedTo(const Table& table, const std::string& name)
{
    return std::any_of(table.chains.begin(), table.chains.end(), [&](const Chain& chain) {
        return std::any_of(chain.entries.begin(), chain.entries.end(), [&](const Entry& entry) { return targetOf(entry.body) == name; });
    });
}

struct StepDoer
{
    Table& table;

    void operator()(const CreateChain& step) const
    {
        if (findChain(table, step.chain) != nullptr)
            qFatal("chain %s is there already", step.chain.c_str());
        table.chains.push_back({step.chain, false, {}});
    }
    void operator()(const DeleteChain& step) const
    {
        if (!chainOf(table, step.chain).entries.empty() || isJumpedTo(table, step.chain))
            qFatal("chain %s is in use", step.chain.c_str());
        table.chains.erase(table.chains.begin() + (&chainOf(table, step.chain) - table.chains.data()));
    }
    void operator()(const InsertEntry& step) const
    {
        Chain& chain = chainOf(table, step.chain);
        if (step.position > chain.entries.size())
            qFatal("place %zu is past the end of %s", step.position, step.chain.c_str());
        const std::string target(targetOf(step.entry.body));
        if (std::holds_alternative<Jump>(step.entry.body) && findChain(table, target) == nullptr)
            qFatal("a jump to %s, which is not there", target.c_str());
        chain.entries.insert(chain.entries.begin() + static_cast<std::ptrdiff_t>(step.position), step.entry);
    }
    void operator()(const DeleteEntry& step) const
    {
        Chain& chain = chainOf(table, step.chain);
        if (step.position >= chain.entries.size())
            qFatal("no place %zu in %s", step.position, step.chain.c_str());
        chain.entries.erase(chain.entries.begin() + static_cast<std::ptrdiff_t>(step.position));
    }
};

class LockedMemory : public LockedTables
{
public:
    explicit LockedMemory(MemoryTableStore& store) : m_store(store) { m_store.log.emplace_back("lock"); }
    ~LockedMemory() override { m_store.log.emplace_back("unlock"); }

    Result<Table> snapshot(Family family) override { return m_store.snapshot(family); }
    bool adopt(const Table& table) override { return m_store.adopt(table); }
    Result<void> commit(std::span<const Plan> plans) override { return m_store.commit(plans); }

private:
    MemoryTableStore& m_store;
};

RuleBody readBody(const std::string& text, const Ruleset& ruleset)
{
    if (text.rfind("-j ", 0) == 0)
        return Jump{text.substr(3)};
    if (text.rfind("rule ", 0) == 0)
        return ruleset.prerouting.at(static_cast<std::size_t>(std::stoi(text.substr(5)) - 1));
    return ForeignRule{"", text, {}};
}

} // namespace

Table withStepsDone(Table table, const Plan& plan)
{
    for (const Step& step : plan.steps)
        std::visit(StepDoer{table}, step);
    return table;
}

MemoryTableStore::MemoryTableStore()
{
    for (const Family family : allFamilies)
        tables[family] = {family, {{"PREROUTING", true, {}}, {"OUTPUT", true, {}}}};
}

Result<std::unique_ptr<LockedTables>> MemoryTableStore::lock(std::chrono::milliseconds /*wait*/)
{
    if (failLock || (failLocks > 0 && failLocks-- > 0))
        return makeError(ErrorKind::Busy, "somebody else holds the lock");
    return std::make_unique<LockedMemory>(*this);
}

Result<Table> MemoryTableStore::snapshot(Family family)
{
    log.push_back("snapshot " + std::string(toText(family)));
    m_seen[family] = tables[family];
    return tables[family];
}

bool MemoryTableStore::adopt(const Table& table)
{
    m_seen[table.family] = table;
    return true;
}

Result<void> MemoryTableStore::commit(std::span<const Plan> plans)
{
    if (beforeNextCommit)
        std::exchange(beforeNextCommit, nullptr)();
    for (const Plan& plan : plans) {
        log.push_back("commit " + std::string(toText(plan.family)) + ": " + std::to_string(plan.steps.size()) + " steps");
        std::vector<Error>& failures = commitFailures[plan.family];
        if (!failures.empty()) {
            const Error failure = failures.front();
            failures.erase(failures.begin());
            return tl::unexpected(failure);
        }
        if (tables[plan.family] != m_seen[plan.family])
            return makeError(ErrorKind::Conflict, "the table changed");
        tables[plan.family] = withStepsDone(tables[plan.family], plan);
    }
    if (afterNextCommit)
        std::exchange(afterNextCommit, nullptr)();
    return {};
}

std::vector<std::string> toLines(const Table& table)
{
    std::vector<std::string> lines;
    for (const Chain& chain : table.chains) {
        lines.push_back(chain.name + ":");
        for (const Entry& entry : chain.entries) {
            const bool counted = entry.counters != Counters{};
            lines.push_back(
                "  " + toText(entry.body) +
                (counted ? " [" + std::to_string(entry.counters.packets) + ":" + std::to_string(entry.counters.bytes) + "]" : ""));
        }
    }
    return lines;
}

Table readLines(const std::vector<std::string>& lines, const Ruleset& ruleset)
{
    Table table{ruleset.family, {}};
    std::uint64_t number = 0;
    for (const std::string& line : lines) {
        if (line.back() == ':') {
            const std::string name = line.substr(0, line.size() - 1);
            table.chains.push_back({name, name == "PREROUTING" || name == "OUTPUT", {}});
            continue;
        }
        ++number; // every entry gets counters of its own, so that a test sees where they go
        table.chains.back().entries.push_back({readBody(line.substr(line.find_first_not_of(' ')), ruleset), {number, number * 100}});
    }
    return table;
}

} // namespace notrack
