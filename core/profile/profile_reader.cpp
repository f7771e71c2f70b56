#include "core/profile/profile_reader.h"

#include "core/profile/profile_part.h"

#include <algorithm>
#include <set>
#include <utility>

namespace notrack
{

namespace
{

using Problem = std::optional<Error>;

char lowerCase(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Joins what several files say, and keeps what they disagree about.
class Joiner
{
public:
    const Problem& problem() const { return m_problem; }

    void join(ProfilePart& whole, const ProfilePart& part)
    {
        joinScalar("name", whole.name, part.name);
        joinList("services", whole.services, part.services);
        joinList("podCIDRs", whole.podCidrs, part.podCidrs);
        joinList("ports", whole.ports, part.ports);
        joinList("protocols", whole.protocols, part.protocols);
        joinScalar("scope", whole.scope, part.scope);
        joinList("tunnels", whole.tunnels, part.tunnels);
        joinScalar("backend", whole.backend, part.backend);
        joinScalar("chainPrefix", whole.chainPrefix, part.chainPrefix);
        joinList("waive", whole.safety.waive, part.safety.waive);
        joinScalar("probe", whole.safety.probe, part.safety.probe);
        joinScalar("the name to probe", whole.safety.name, part.safety.name);
        joinList("from", whole.safety.from, part.safety.from);
        joinScalar("timeout", whole.safety.timeout, part.safety.timeout);
        joinList("ignore", whole.safety.trialIgnore, part.safety.trialIgnore);
        whole.nodes.insert(whole.nodes.end(), part.nodes.begin(), part.nodes.end());
    }

private:
    void complain(const Spot& spot, const std::string& sentence) { addProblem(m_problem, problemAt(spot, sentence)); }

    template <typename Value>
    void joinScalar(const std::string& key, std::optional<Stated<Value>>& whole, const std::optional<Stated<Value>>& part)
    {
        if (!whole)
            whole = part;
        else if (part && part->value != whole->value)
            complain(part->spot, key + " is something else at " + toText(whole->spot) + "; the files must agree");
    }

    template <typename Item>
    void joinList(const std::string& key, std::optional<StatedList<Item>>& whole, const std::optional<StatedList<Item>>& part)
    {
        if (!whole || !part) {
            whole = whole ? whole : part;
            return;
        }
        const std::vector<Stated<Item>> before = whole->value;
        for (const Stated<Item>& item : part->value) {
            const auto same =
                std::find_if(before.begin(), before.end(), [&](const Stated<Item>& other) { return other.value == item.value; });
            if (same != before.end())
                complain(item.spot, key + " has this already, at " + toText(same->spot));
            whole->value.push_back(item);
        }
    }

    Problem m_problem;
};

template <typename Value>
void replace(std::optional<Value>& value, const std::optional<Value>& by)
{
    if (by)
        value = by;
}

ProfilePart overridden(ProfilePart part, const ProfilePart& by)
{
    replace(part.name, by.name);
    replace(part.services, by.services);
    replace(part.podCidrs, by.podCidrs);
    replace(part.ports, by.ports);
    replace(part.protocols, by.protocols);
    replace(part.scope, by.scope);
    replace(part.tunnels, by.tunnels);
    replace(part.backend, by.backend);
    replace(part.chainPrefix, by.chainPrefix);
    replace(part.safety.waive, by.safety.waive);
    replace(part.safety.probe, by.safety.probe);
    replace(part.safety.name, by.safety.name);
    replace(part.safety.from, by.safety.from);
    replace(part.safety.timeout, by.safety.timeout);
    replace(part.safety.trialIgnore, by.safety.trialIgnore);
    return part;
}

template <typename Value>
void take(Value& value, const std::optional<Stated<Value>>& stated)
{
    if (stated)
        value = stated->value;
}

template <typename Item>
void take(std::vector<Item>& items, const std::optional<StatedList<Item>>& stated)
{
    if (!stated)
        return;
    items.clear();
    for (const Stated<Item>& item : stated->value)
        items.push_back(item.value);
}

Profile makeProfile(const ProfilePart& part)
{
    Profile profile;
    take(profile.name, part.name);
    take(profile.services, part.services);
    take(profile.podCidrs, part.podCidrs);
    take(profile.ports, part.ports);
    take(profile.protocols, part.protocols);
    take(profile.scope, part.scope);
    take(profile.tunnels, part.tunnels);
    take(profile.backend, part.backend);
    take(profile.chainPrefix, part.chainPrefix);
    take(profile.safety.waive, part.safety.waive);
    take(profile.safety.trialIgnore, part.safety.trialIgnore);
    take(profile.safety.probe->name, part.safety.name);
    take(profile.safety.probe->from, part.safety.from);
    take(profile.safety.probe->timeout, part.safety.timeout);
    if (part.safety.probe && !part.safety.probe->value)
        profile.safety.probe.reset();
    return profile;
}

template <typename Item>
const Stated<Item>* findFamily(const StatedList<Item>& list, Family family)
{
    const auto found =
        std::find_if(list.value.begin(), list.value.end(), [=](const Stated<Item>& item) { return item.value.family() == family; });
    return found == list.value.end() ? nullptr : &*found;
}

std::string familyInWords(Family family)
{
    return family == Family::Ipv4 ? "IPv4" : "IPv6";
}

/// How many rules of one family the fullest chain gets; buildRuleset makes them.
std::size_t countRules(const Profile& profile, Family family)
{
    const auto ofFamily = [=](const auto& item) { return item.family() == family; };
    const auto services = static_cast<std::size_t>(std::count_if(profile.services.begin(), profile.services.end(), ofFamily));
    const auto pods = static_cast<std::size_t>(std::count_if(profile.podCidrs.begin(), profile.podCidrs.end(), ofFamily));
    const std::size_t each = profile.scope == Scope::Any ? services + 2 * pods : pods * (services + 2 * pods);
    std::size_t tunnels = 0;
    for (const Tunnel& tunnel : profile.tunnels) {
        const auto peers = static_cast<std::size_t>(std::count_if(tunnel.peers.begin(), tunnel.peers.end(), ofFamily));
        tunnels += peers * peers;
    }
    return std::max(each * profile.ports.size() * profile.protocols.size(), tunnels);
}

/// A tunnel whose port an earlier one has, or nullptr.
const Stated<Tunnel>* findSecondOfPort(const ProfilePart& part)
{
    if (!part.tunnels)
        return nullptr;
    std::set<Port> ports;
    const std::vector<Stated<Tunnel>>& tunnels = part.tunnels->value;
    const auto found =
        std::find_if(tunnels.begin(), tunnels.end(), [&](const Stated<Tunnel>& tunnel) { return !ports.insert(tunnel.value.port).second; });
    return found == tunnels.end() ? nullptr : &*found;
}

/// What is wrong with a profile as a whole. With `override`, it is what a profile becomes by the override there, and that is where errors point.
Problem problemOfWhole(const ProfilePart& part, const OverridePart* override)
{
    const auto complain = [&](const Spot& spot, const std::string& sentence) {
        return override == nullptr ? problemAt(spot, sentence) : problemAt(override->spot, "with this override, " + sentence);
    };
    for (const Family family : allFamilies) {
        const Stated<Address>* service = findFamily(*part.services, family);
        const Stated<Prefix>* pods = findFamily(*part.podCidrs, family);
        if (service != nullptr && pods == nullptr)
            return complain(service->spot, "the service " + toText(service->value) + " is " + familyInWords(family) +
                                               ", but no pod network in podCIDRs is; every family needs both");
        if (service == nullptr && pods != nullptr)
            return complain(pods->spot, "the pod network " + toText(pods->value) + " is " + familyInWords(family) +
                                            ", but no address in services is; every family needs both");
        const std::size_t rules = countRules(makeProfile(part), family);
        if (rules > mostRulesInChain)
            return complain(part.tunnels ? part.tunnels->spot : part.podCidrs->spot, "a chain would get " + std::to_string(rules) + " " +
                                                                                         familyInWords(family) + " rules; at most " +
                                                                                         std::to_string(mostRulesInChain) + " are allowed");
    }
    if (const Stated<Tunnel>* again = findSecondOfPort(part))
        return complain(again->spot,
                        "tunnels has port " + std::to_string(again->value.port.value) + " twice; name it once, with all its peers");
    return {};
}

/// What all sources say; services and podCIDRs are stated.
Result<ProfilePart> joinSources(std::span<const ProfileSource> sources)
{
    ProfilePart whole;
    Joiner joiner;
    Problem problems;
    for (const ProfileSource& source : sources) {
        const Result<ProfilePart> part = readProfilePart(source);
        if (part)
            joiner.join(whole, *part);
        else
            addProblem(problems, part.error());
    }
    addProblem(problems, joiner.problem());
    if (problems)
        return tl::unexpected(*problems);
    const Spot start{&sources.front(), 1, 1};
    if (!whole.services)
        return tl::unexpected(
            problemAt(start, "services is missing: the virtual IPs of the DNS Service, as in \"services: [10.96.0.10]\""));
    if (!whole.podCidrs)
        return tl::unexpected(
            problemAt(start, "podCIDRs is missing: the pod networks of the cluster, as in \"podCIDRs: [10.244.0.0/16]\""));
    return whole;
}

/// A glob without a dot is for the first part of a host name, as inventories name hosts, or for the whole.
bool isFor(const OverridePart& override, std::string_view node)
{
    const std::vector<Stated<std::string>>& globs = override.match->value;
    const std::string_view firstPart = node.substr(0, node.find('.'));
    return std::any_of(globs.begin(), globs.end(), [&](const Stated<std::string>& glob) {
        const bool dotless = glob.value.find('.') == std::string::npos;
        return matchesHost(glob.value, node) || (dotless && matchesHost(glob.value, firstPart));
    });
}

/// "edge-*, lb-1": how an override is known to its author.
std::string matchText(const OverridePart& override)
{
    std::string text;
    for (const Stated<std::string>& glob : override.match->value)
        text += (text.empty() ? "" : ", ") + glob.value;
    return text;
}

} // namespace

bool matchesHost(std::string_view glob, std::string_view host)
{
    std::size_t inGlob = 0;
    std::size_t inHost = 0;
    std::size_t star = std::string_view::npos; // the last '*' so far, and the part of the host that it stands for ends here:
    std::size_t starEnd = 0;
    while (inHost < host.size()) {
        if (inGlob < glob.size() && glob[inGlob] == '*') {
            star = inGlob++;
            starEnd = inHost;
        } else if (inGlob < glob.size() && lowerCase(glob[inGlob]) == lowerCase(host[inHost])) {
            ++inGlob;
            ++inHost;
        } else if (star != std::string_view::npos) {
            inGlob = star + 1;
            inHost = ++starEnd;
        } else {
            return false;
        }
    }
    return glob.find_first_not_of('*', inGlob) == std::string_view::npos;
}

Result<Profile> readProfile(std::span<const ProfileSource> sources, std::string_view node)
{
    if (sources.empty())
        return makeError(ErrorKind::BadProfile, "there is no profile; name a file or a directory with *.yaml files");
    Result<ProfilePart> whole = joinSources(sources);
    if (!whole)
        return tl::unexpected(whole.error());
    const std::vector<OverridePart> overrides = std::exchange(whole->nodes, {});
    Problem problems = problemOfWhole(*whole, nullptr);
    const OverridePart* matching = nullptr;
    for (const OverridePart& override : overrides) {
        if (!problems || override.part.services || override.part.podCidrs) // else it only repeats what is wrong with the whole
            addProblem(problems, problemOfWhole(overridden(*whole, override.part), &override));
        if (matching == nullptr && isFor(override, node))
            matching = &override;
    }
    if (problems)
        return tl::unexpected(*problems);
    Profile profile = makeProfile(matching == nullptr ? *whole : overridden(*whole, matching->part));
    if (matching != nullptr)
        profile.overriddenBy = matchText(*matching);
    return profile;
}

} // namespace notrack
