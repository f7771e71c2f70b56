#include "core/linux/backend.h"
#include "core/profile/profile_files.h"
#include "core/profile/profile_reader.h"
#include "core/rules/trial_rules.h"
#include "core/run/transaction.h"

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>

namespace
{

using namespace notrack;

/// What a trial wants of one family: "full", "narrowed" and "reverse" by the profile alone, "exceptions" and "both" over what is present.
std::optional<OwnedPart> partFor(const std::string& what, const Ruleset& full, PortRange ports, const Table& table)
{
    if (what == "full")
        return wantedPart(full);
    if (what == "narrowed")
        return wantedPart(narrowed(full, ports));
    if (what == "reverse")
        return wantedPart(withExceptions(full, ports));
    const OwnedPart present = presentPart(table, wantedPart(full));
    if (what == "exceptions")
        return withExceptions(present, full, ports);
    if (what == "both")
        return withNarrowed(present, full, ports);
    if (what == "before")
        return withoutTrial(present);
    return std::nullopt;
}

int fail(const std::string& why)
{
    std::cerr << why << '\n';
    return 1;
}

} // namespace

/// write_trial_rules PROFILE WHAT FIRST LAST: puts that stage of a trial on those client ports into both families, through the very
/// transaction of an apply, and prints "changed" or "unchanged"; "print" instead of a stage prints the narrowed rules as they shall be listed.
int main(int argc, char** argv)
{
    if (argc != 5)
        return fail("usage: write_trial_rules PROFILE WHAT FIRST LAST");
    const std::filesystem::path path(argv[1]);
    const auto sources = loadProfileSources(std::span(&path, 1));
    const auto profile = sources ? readProfile(*sources, "test") : Result<Profile>(tl::unexpected(sources.error()));
    if (!profile)
        return fail(toText(profile.error()));
    const PortRange ports{Port{static_cast<std::uint16_t>(std::atoi(argv[3]))}, Port{static_cast<std::uint16_t>(std::atoi(argv[4]))}};
    auto backend = chooseBackend(profile->backend, profile->chainPrefix);
    if (!backend)
        return fail(toText(backend.error()));

    std::vector<OwnedPart> parts;
    for (const Family family : allFamilies) {
        const Ruleset full = buildRuleset(*profile, family);
        if (std::string(argv[2]) == "print") {
            std::cout << toText(narrowed(full, ports));
            continue;
        }
        const auto table = backend->store->snapshot(family);
        if (!table)
            return fail(toText(table.error()));
        auto part = partFor(argv[2], full, ports, *table);
        if (!part)
            return fail("no such stage");
        parts.push_back(std::move(*part));
    }
    const auto done = writeTables(*backend->store, parts, std::chrono::seconds(5));
    if (!done)
        return fail(toText(done.error()));
    if (!parts.empty())
        std::cout << (done->changed ? "changed" : "unchanged") << '\n';
    return done->unread || done->othersChanged ? fail("not read back as it was written") : 0;
}
