#include "core/linux/nftables/rules_reader.h"
#include "core/net/nft_text.h"

#include <iostream>

/// Prints every nftables table of the network namespace as this program's model of it says it.
int main()
{
    const auto rules = notrack::nf_tables::readRules();
    if (!rules) {
        std::cerr << rules.error().message << '\n';
        return 1;
    }
    std::cout << notrack::nf_tables::toText(*rules);
    return 0;
}
