#include "core/report/redaction.h"

#include "core/profile/profile_writer.h"
#include "core/report/address_text.h"
#include "core/report/redacted_names.h"
#include "core/report/redacted_rules.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <map>

namespace notrack
{

namespace
{

using Json = nlohmann::ordered_json;

bool isNft(const CapturedOutput& output)
{
    return !output.command.empty() && output.command.front() == "nft";
}

/// Changes every text in JSON, but no key.
void changeTexts(Json& json, const std::function<std::string(const std::string&)>& change)
{
    if (json.is_string())
        json = change(json.get_ref<const std::string&>());
    else if (json.is_structured()) {
        for (Json& item : json)
            changeTexts(item, change);
    }
}

/// Calls `use` with every network that the profile names.
template <typename AnyProfile, typename Use>
void forEachNetwork(AnyProfile& profile, const Use& use)
{
    std::for_each(profile.podCidrs.begin(), profile.podCidrs.end(), use);
    std::for_each(profile.safety.trialIgnore.begin(), profile.safety.trialIgnore.end(), use);
    for (auto& tunnel : profile.tunnels)
        std::for_each(tunnel.peers.begin(), tunnel.peers.end(), use);
}

/// Goes over a capture twice: what is to be kept apart is learned before anything is replaced.
class Redaction
{
public:
    Redaction(Capture capture, const std::optional<Profile>& profile, const std::vector<std::string>& chainPrefixes, const HashKey& key)
        : m_capture(std::move(capture)), m_profile(profile), m_addresses(key), m_names(key, chainPrefixes)
    {
    }

    Capture go()
    {
        learn();
        nameEverybody();
        m_capture.redacted = true;
        redactProfile();
        m_capture.node = m_names.hashOf(m_capture.node);
        for (CapturedFile& file : m_capture.files) {
            file.text = replaceAddresses(HashedNames::replaced(file.text, m_people), formOf(file.path), m_addresses);
            redact(file.error);
        }
        for (CapturedOutput& output : m_capture.outputs)
            redact(output);
        for (CapturedPods* pods : {&m_capture.pods, &m_capture.witnesses})
            redact(*pods);
        for (TunnelLink& tunnel : m_capture.tunnels)
            for (Prefix& network : tunnel.underlay)
                network = m_addresses.imageOf(network);
        redactNftables();
        redactSets();
        for (CapturedBackend& backend : m_capture.backends)
            redact(backend);
        redactMemory();
        redactReport();
        return std::move(m_capture);
    }

private:
    void learn()
    {
        for (const CapturedFile& file : m_capture.files)
            learnAddresses(file.text, formOf(file.path), m_addresses);
        if (m_profile) {
            forEachNetwork(*m_profile, [&](const Prefix& network) { m_addresses.learn(network); });
        }
        for (const TunnelLink& tunnel : m_capture.tunnels)
            std::for_each(tunnel.underlay.begin(), tunnel.underlay.end(), [&](const Prefix& network) { m_addresses.learn(network); });
        for (const CapturedOutput& output : m_capture.outputs)
            learnAddresses(output.text, AddressForm::Plain, m_addresses);
        for (const IpSet& set : m_capture.ipSets.found)
            for (const IpSetElement& element : set.elements)
                for (const std::optional<Prefix>& network : {element.network, element.other})
                    if (network && !network->isOneAddress())
                        m_addresses.learn(*network);
        if (m_capture.nftables.rules)
            learnAddresses(*m_capture.nftables.rules, m_addresses);
        for (const CapturedBackend& backend : m_capture.backends) {
            for (const CapturedTable& table : backend.tables) {
                if (table.table)
                    learn(*table.table);
            }
        }
    }

    void learn(const Table& table)
    {
        for (const Chain& chain : table.chains) {
            for (const Entry& entry : chain.entries) {
                learnAddresses(toText(entry.body), AddressForm::Plain, m_addresses);
                const auto* foreign = std::get_if<ForeignRule>(&entry.body);
                if (foreign == nullptr || !foreign->reach)
                    continue;
                for (const std::optional<Prefix>& network : {foreign->reach->source, foreign->reach->destination}) {
                    if (network)
                        m_addresses.learn(*network);
                }
            }
        }
    }

    void nameEverybody()
    {
        namePerson(m_capture.node);
        if (m_profile && m_profile->safety.probe)
            namePerson(m_profile->safety.probe->name);
        for (const CapturedFile& file : m_capture.files) {
            for (const std::string_view key : {"clusterDomain: [\"", "--cluster-domain="}) {
                if (const std::size_t found = file.text.find(key); found != std::string::npos) {
                    const std::size_t at = found + key.size();
                    namePerson(file.text.substr(at, file.text.find_first_of("\" \n", at) - at));
                }
            }
        }
        for (const CapturedPods* pods : {&m_capture.pods, &m_capture.witnesses}) {
            for (const PodNamespace& pod : pods->found) {
                if (!pod.name.starts_with("pid:"))
                    namePerson(pod.name);
            }
        }
    }

    /// The domain that clusters have unless somebody chose another says nothing.
    void namePerson(const std::string& name)
    {
        if (!name.empty() && !name.ends_with("cluster.local") && !name.ends_with("cluster.local."))
            m_people[name] = m_names.hashOf(name);
    }

    std::string personal(const std::string& name) const
    {
        const auto known = m_people.find(name);
        return known == m_people.end() ? name : known->second;
    }

    /// Written anew from its values: comments and overrides for other nodes are not in it.
    void redactProfile()
    {
        m_capture.profile.clear();
        if (!m_profile)
            return;
        Profile profile = *m_profile;
        if (!profile.name.empty())
            profile.name = m_names.hashOf(profile.name);
        for (Address& service : profile.services)
            service = m_addresses.imageOf(service);
        forEachNetwork(profile, [&](Prefix& network) { network = m_addresses.imageOf(network); });
        if (profile.safety.probe)
            profile.safety.probe->name = personal(profile.safety.probe->name);
        m_capture.profile.push_back({"profile.yaml", writeProfile(profile), {}});
    }

    std::string plain(std::string_view text) { return replaceAddresses(text, AddressForm::Plain, m_addresses); }
    std::string sentence(std::string_view text) { return plain(HashedNames::replaced(text, m_people)); }

    void redact(std::optional<Error>& error)
    {
        if (error) {
            error->message = sentence(error->message);
            error->where = sentence(error->where);
        }
    }

    void redact(std::optional<Prefix>& network)
    {
        if (network)
            network = m_addresses.imageOf(*network);
    }

    void redact(CapturedOutput& output)
    {
        output.text = plain(m_names.inRules(output.text, isNft(output)));
        if (isNft(output))
            output.command.back() = m_names.ofRules(output.command.back());
        redact(output.error);
    }

    void redact(CapturedPods& pods)
    {
        for (PodNamespace& pod : pods.found) {
            pod.name = personal(pod.name);
            for (Address& address : pod.addresses)
                address = m_addresses.imageOf(address);
        }
        for (std::string& text : pods.unread) { // "/run/netns/NAME: not a network namespace"
            const std::size_t colon = std::min(text.find(':'), text.size());
            const std::size_t slash = text.rfind('/', colon);
            if (slash != std::string::npos && text.find("netns") < slash)
                text = text.substr(0, slash + 1) + m_names.hashOf(text.substr(slash + 1, colon - slash - 1)) + text.substr(colon);
        }
    }

    void redactNftables()
    {
        for (std::string& table : m_capture.nftables.tables) {
            const std::size_t name = std::min(table.find(' '), table.size() - std::min<std::size_t>(1, table.size())) + 1;
            table = table.substr(0, name) + m_names.ofRules(table.substr(std::min(name, table.size())));
        }
        redact(m_capture.nftables.unlisted);
        redact(m_capture.nftables.error);
        if (!m_capture.nftables.rules)
            return;
        replaceAddresses(*m_capture.nftables.rules, m_addresses);
        for (nf_tables::Table& table : m_capture.nftables.rules->tables)
            redact(table);
    }

    void redactSets()
    {
        redact(m_capture.ipSets.error);
        for (IpSet& set : m_capture.ipSets.found) {
            set.name = m_names.ofRules(set.name);
            for (std::string& member : set.members)
                member = m_names.ofRules(member);
            for (IpSetElement& element : set.elements) {
                redact(element.network);
                redact(element.other);
            }
        }
    }

    void redact(nf_tables::Table& table)
    {
        const auto rename = [&](std::string& name) { name = m_names.ofRules(name); };
        rename(table.name);
        for (nf_tables::Chain& chain : table.chains) {
            rename(chain.name);
            for (nf_tables::Rule& rule : chain.rules) {
                if (!rule.comment.empty())
                    rule.comment = m_names.hashOf(rule.comment);
                for (nf_tables::Expression& expression : rule.expressions)
                    redact(expression);
            }
        }
        for (nf_tables::Set& set : table.sets) {
            rename(set.name);
            for (nf_tables::SetElement& element : set.elements) {
                if (auto* verdict = std::get_if<nf_tables::Verdict>(&element.value))
                    rename(verdict->chain);
                else if (auto* object = std::get_if<std::string>(&element.value))
                    rename(*object);
            }
        }
    }

    void redact(nf_tables::Expression& expression)
    {
        const auto rename = [&](std::string& name) { name = m_names.ofRules(name); };
        if (auto* verdict = std::get_if<nf_tables::Verdict>(&expression))
            rename(verdict->chain);
        else if (auto* lookup = std::get_if<nf_tables::Lookup>(&expression))
            rename(lookup->set);
        else if (auto* dynset = std::get_if<nf_tables::Dynset>(&expression))
            rename(dynset->set);
        else if (auto* log = std::get_if<nf_tables::Log>(&expression); log != nullptr && !log->prefix.empty())
            log->prefix = m_names.hashOf(log->prefix);
        else if (auto* reference = std::get_if<nf_tables::ObjectReference>(&expression)) {
            rename(reference->name);
            rename(reference->set);
        }
    }

    void redact(CapturedBackend& backend)
    {
        redact(backend.error);
        for (CapturedTable& table : backend.tables) {
            redact(table.error);
            if (table.table)
                redact(*table.table, backend.backend);
        }
    }

    void redact(Table& table, Backend backend)
    {
        std::map<std::string, std::string, std::less<>> chains;
        for (Chain& chain : table.chains) {
            chains[chain.name] = m_names.ofRules(chain.name);
            chain.name = chains[chain.name];
        }
        for (Chain& chain : table.chains) {
            for (Entry& entry : chain.entries)
                redact(entry.body, chains, backend);
        }
        for (std::string& object : table.foreignObjects) { // "table ip nmanager: counter NAME"
            const std::size_t colon = std::min(object.find(": "), object.size());
            const std::size_t name = object.rfind(' ') == std::string::npos ? 0 : object.rfind(' ') + 1;
            if (name > colon + 2)
                object = object.substr(0, name) + m_names.ofRules(object.substr(name));
        }
    }

    void redact(RuleBody& body, const std::map<std::string, std::string, std::less<>>& chains, Backend backend)
    {
        if (auto* rule = std::get_if<NotrackRule>(&body)) {
            redact(rule->source);
            redact(rule->destination);
        } else if (auto* jump = std::get_if<Jump>(&body)) {
            jump->chain = m_names.ofRules(jump->chain);
        } else if (auto* foreign = std::get_if<ForeignRule>(&body)) {
            const auto known = chains.find(foreign->target);
            if (known != chains.end()) {
                foreign->text = HashedNames::replaced(foreign->text, {{foreign->target, known->second}});
                foreign->target = known->second;
            }
            foreign->text = plain(m_names.inRules(foreign->text, backend == Backend::Nftables));
            if (foreign->reach) {
                const auto reach = std::make_shared<Reach>(*foreign->reach);
                redact(reach->source);
                redact(reach->destination);
                foreign->reach = reach;
            }
        }
    }

    /// Of a change without a verdict it only counts that there is one.
    void redactMemory()
    {
        const auto change = [&](const std::string& text) { return sentence(text); };
        for (CapturedFile& file : m_capture.memory.texts) {
            if (file.path == "pending")
                file.text = "{}";
            if (file.path == "damping")
                file.text = sentence(file.text);
            if (file.path != "trial")
                continue;
            Json trial = Json::parse(file.text, nullptr, false);
            if (trial.is_discarded())
                continue;
            if (const auto last = trial.find("last"); trial.is_object() && last != trial.end() && last->is_string()) {
                Json report = Json::parse(last->get_ref<const std::string&>(), nullptr, false);
                if (!report.is_discarded()) {
                    changeTexts(report, change);
                    *last = report.dump();
                }
            }
            file.text = trial.dump();
        }
    }

    /// What a doctor asked and counted; all else is judged anew.
    void redactReport()
    {
        Json report = Json::parse(m_capture.report, nullptr, false);
        if (!report.is_object())
            return;
        Json kept = Json::object();
        for (const char* key : {"schema", "probe", "losses"}) {
            if (report.contains(key))
                kept[key] = std::move(report[key]);
        }
        changeTexts(kept, [&](const std::string& text) { return sentence(text); });
        m_capture.report = kept.dump();
    }

    Capture m_capture;
    const std::optional<Profile>& m_profile;
    PrivateAddresses m_addresses;
    HashedNames m_names;
    std::map<std::string, std::string, std::less<>> m_people; ///< the node, its pods, its domain
};

} // namespace

Capture redact(Capture capture, const std::optional<Profile>& profile, const std::vector<std::string>& chainPrefixes, const HashKey& key)
{
    return Redaction(std::move(capture), profile, chainPrefixes, key).go();
}

} // namespace notrack
