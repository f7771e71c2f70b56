#include "core/linux/backend.h"

#include "core/linux/iptables/iptables_store.h"
#include "core/linux/iptables/libiptc.h"
#include "core/linux/nftables/libnftables.h"
#include "core/linux/nftables/nf_tables.h"
#include "core/linux/nftables/nftables_store.h"
#include "core/linux/system/kernel_modules.h"

#include <unistd.h>

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

struct Preference
{
    BackendChoice backend = BackendChoice::Auto;
    std::string reason;
};

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
    return hasLegacyChain(family, hintTable, chain);
}

/// The backend whose mangle table holds a hint chain.
template <typename HasHint>
Result<std::optional<Preference>> findHint(BackendChoice backend, HasHint hasHint)
{
    for (const Family family : allFamilies) {
        for (const char* chain : hintChains) {
            const Result<bool> found = hasHint(family, chain);
            if (!found)
                return tl::unexpected(found.error());
            if (*found)
                return Preference{backend, std::string("chain ") + chain + " in the " + std::string(toText(family)) + " mangle table of " +
                                               std::string(toText(backend)) + " tells that this node uses it"};
        }
    }
    return std::nullopt;
}

/// Why the legacy raw table can be had, or nothing.
Result<std::optional<std::string>> legacyReason()
{
    const Result<bool> present = hasLegacyTable(Family::Ipv4, "raw");
    if (!present)
        return tl::unexpected(present.error());
    if (!checkLibiptc())
        return std::nullopt;
    if (*present)
        return "no hint chains; this node has a legacy raw table";
    if (access("/proc/net/ip_tables_names", F_OK) == 0)
        return "no hint chains; this kernel has legacy iptables";
    if (isModuleInstalled("iptable_raw"))
        return "no hint chains; legacy iptables modules are installed";
    return std::nullopt;
}

Result<Preference> prefer(BackendChoice choice)
{
    if (choice != BackendChoice::Auto)
        return Preference{choice, "the profile asks for it"};
    const auto nftablesHint = findHint(BackendChoice::Nftables, hasNftablesHint);
    if (!nftablesHint)
        return tl::unexpected(nftablesHint.error());
    if (*nftablesHint)
        return **nftablesHint;
    const auto legacyHint = findHint(BackendChoice::Iptables, hasLegacyHint);
    if (!legacyHint)
        return tl::unexpected(legacyHint.error());
    if (*legacyHint)
        return **legacyHint;
    const auto legacy = legacyReason();
    if (!legacy)
        return tl::unexpected(legacy.error());
    if (*legacy)
        return Preference{BackendChoice::Iptables, **legacy};
    return Preference{BackendChoice::Nftables, "no hint chains, and legacy iptables cannot be had on this node"};
}

} // namespace

Result<ChosenBackend> chooseBackend(BackendChoice choice, const std::string& chainPrefix)
{
    Result<Preference> preference = prefer(choice);
    if (!preference)
        return tl::unexpected(preference.error());
    const bool nftables = preference->backend == BackendChoice::Nftables;
    if (const Result<void> loaded = nftables ? checkLibnftables() : checkLibiptc(); !loaded)
        return tl::unexpected(loaded.error());
    ChosenBackend backend{nullptr, nullptr, std::move(preference->reason)};
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
