#include "core/linux/backend.h"

#include "core/linux/iptables/iptables_store.h"
#include "core/linux/iptables/legacy_table.h"
#include "core/linux/iptables/libiptc.h"
#include "core/linux/nftables/nf_tables.h"
#include "core/linux/nftables/nftables_store.h"
#include "core/linux/system/kernel_modules.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace notrack
{

namespace
{

/// The kubelet makes them in the mangle table of the iptables variant that it runs with; KUBE-IPTABLES-HINT is for this very
/// purpose (kubernetes/enhancements KEP-3178), KUBE-KUBELET-CANARY came before it.
constexpr std::array hintChains{"KUBE-IPTABLES-HINT", "KUBE-KUBELET-CANARY"};
constexpr const char* hintTable = "mangle";

Result<bool> hasNftablesHint(Family family, const char* chain)
{
    if (!isKernelPartActive("nf_tables"))
        return false;
    Result<bool> found = hasNftablesChain(family, hintTable, chain);
    if (!found && found.error().kind == ErrorKind::NoBackend)
        return false;
    return found;
}

Result<bool> hasLegacyHint(Family family, const char* chain)
{
    const Result<bool> present = hasLegacyTable(family, hintTable);
    if (!present || !*present || !checkLibiptc())
        return present ? Result<bool>(false) : present;
    const Result<LegacyTable> table = LegacyTable::read(family, hintTable);
    if (!table)
        return tl::unexpected(table.error());
    return std::any_of(table->chains().begin(), table->chains().end(), [&](const LegacyChain& one) { return one.name == chain; });
}

/// The first hint chain that the mangle tables of a backend hold, as in "KUBE-IPTABLES-HINT in the ipv4 mangle table".
template <typename HasHint>
Result<std::string> findHint(HasHint hasHint)
{
    for (const Family family : allFamilies) {
        for (const char* chain : hintChains) {
            const Result<bool> found = hasHint(family, chain);
            if (!found)
                return tl::unexpected(found.error());
            if (*found)
                return std::string(chain) + " in the " + std::string(toText(family)) + " mangle table";
        }
    }
    return std::string();
}

Result<BackendHints> readHints()
{
    BackendHints hints;
    const Result<std::string> nftables = findHint(hasNftablesHint);
    if (!nftables)
        return tl::unexpected(nftables.error());
    hints.nftablesHint = *nftables;
    if (!hints.nftablesHint.empty())
        return hints; // nothing else counts
    const Result<std::string> legacy = findHint(hasLegacyHint);
    const Result<bool> table = hasLegacyTable(Family::Ipv4, "raw");
    if (!legacy || !table)
        return tl::unexpected(legacy ? table.error() : legacy.error());
    hints.legacyHint = *legacy;
    hints.legacyLibrary = checkLibiptc().has_value();
    hints.legacyRawTable = *table;
    hints.legacyKernel = access("/proc/net/ip_tables_names", F_OK) == 0;
    const bool asked = hints.legacyLibrary && hints.legacyHint.empty() && !hints.legacyRawTable && !hints.legacyKernel;
    hints.legacyModule = asked && isModuleInstalled("iptable_raw");
    return hints;
}

} // namespace

PreferredBackend preferBackend(BackendChoice choice, const BackendHints& hints)
{
    const auto hinted = [](Backend backend, const std::string& hint) {
        return PreferredBackend{backend, "chain " + hint + " of " + std::string(toText(backend)) + " tells that this node uses it"};
    };
    if (choice != BackendChoice::Auto)
        return {choice == BackendChoice::Nftables ? Backend::Nftables : Backend::Iptables, "the profile asks for it"};
    if (!hints.nftablesHint.empty())
        return hinted(Backend::Nftables, hints.nftablesHint);
    if (!hints.legacyHint.empty())
        return hinted(Backend::Iptables, hints.legacyHint);
    if (hints.legacyLibrary && hints.legacyRawTable)
        return {Backend::Iptables, "no hint chains; this node has a legacy raw table"};
    if (hints.legacyLibrary && hints.legacyKernel)
        return {Backend::Iptables, "no hint chains; this kernel has legacy iptables"};
    if (hints.legacyLibrary && hints.legacyModule)
        return {Backend::Iptables, "no hint chains; legacy iptables modules are installed"};
    return {Backend::Nftables, "no hint chains, and legacy iptables cannot be had on this node"};
}

Result<ChosenBackend> chooseBackend(BackendChoice choice, const std::optional<std::string>& chainPrefix)
{
    const Result<BackendHints> hints = choice == BackendChoice::Auto ? readHints() : Result<BackendHints>(BackendHints{});
    if (!hints)
        return tl::unexpected(hints.error());
    PreferredBackend preference = preferBackend(choice, *hints);
    const bool nftables = preference.backend == Backend::Nftables;
    if (const Result<void> loaded = nftables ? Result<void>() : checkLibiptc(); !loaded)
        return tl::unexpected(loaded.error());
    ChosenBackend backend{nullptr, nullptr, std::move(preference.reason)};
    if (nftables) {
        backend.store = makeNftablesStore(chainPrefix);
        backend.other = makeIptablesStore(); // needs its library only where there is a table to look into
    } else {
        backend.store = makeIptablesStore();
        backend.other = makeNftablesStore(std::nullopt);
    }
    return backend;
}

} // namespace notrack
