#include "core/linux/nftables/rules_reader.h"
#include "core/net/nft_listing.h"

#include <iostream>

using namespace notrack;

namespace
{

constexpr int notWhole = 3;

int failed(const Error& error)
{
    std::cerr << error.message << '\n';
    return 1;
}

/// One table as findings are judged from it; 3 where that needs nft's own listing.
int printTable(const NftablesTable& wanted)
{
    const auto rules = nf_tables::readRulesOf({wanted});
    if (!rules)
        return failed(rules.error());
    for (const nf_tables::Table& table : rules->tables) {
        const nf_tables::TableListing listing = nf_tables::listingOf(table);
        if (!listing.whole)
            return notWhole;
        std::cout << "table " << table.family << ' ' << table.name << " {\n";
        for (const std::string& line : listing.lines)
            std::cout << line << '\n';
        std::cout << "}\n";
    }
    return 0;
}

} // namespace

/// Prints every nftables table of the network namespace as this program's model of it says it; print_nftables FAMILY TABLE one of them.
int main(int count, char** arguments)
{
    if (count == 3)
        return printTable({arguments[1], arguments[2]});
    const auto rules = nf_tables::readRules();
    if (!rules)
        return failed(rules.error());
    std::cout << nf_tables::toText(*rules);
    return 0;
}
