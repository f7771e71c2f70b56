#include "core/findings/raw_listing.h"

namespace notrack
{

namespace
{

bool isDecoded(const Entry& entry)
{
    const auto* foreign = std::get_if<ForeignRule>(&entry.body);
    return foreign == nullptr || !foreign->text.empty();
}

} // namespace

SavedTable listRawTable(const Table& table)
{
    SavedTable saved{Backend::Iptables, table.family, "raw", {}};
    for (const Chain& chain : table.chains)
        saved.lines.push_back(":" + chain.name + " " + (chain.builtIn ? chain.policy : "-") + " [0:0]");
    for (const Chain& chain : table.chains) {
        for (const Entry& entry : chain.entries) {
            if (isDecoded(entry))
                saved.lines.push_back("-A " + chain.name + " " + toText(entry.body));
        }
    }
    return saved;
}

} // namespace notrack
