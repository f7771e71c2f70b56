#pragma once

#include "core/net/ip.h"
#include "core/net/nft_rules.h"

#include <array>
#include <random>
#include <string>
#include <vector>

/// The filter rules of a node at random: networks, single addresses, ranges, sets, comments, chains of its own, in both forms.
class RandomRules
{
public:
    explicit RandomRules(std::mt19937_64& random) : m_random(random) {}

    /// As iptables-save prints them.
    std::string save()
    {
        std::string text = "*filter\n:INPUT " + policy() + " [0:0]\n:FORWARD " + policy() +
                           " [0:0]\n:OUTPUT ACCEPT [0:0]\n:ACME-IN - [0:0]\n:KUBE-X - [0:0]\n";
        for (const std::string chain : {"INPUT", "FORWARD", "FORWARD", "OUTPUT", "ACME-IN", "KUBE-X"}) {
            for (std::size_t i = below(4); i > 0; --i)
                text += rule(chain);
        }
        return text + "COMMIT\n";
    }

    /// The sets that the rules name.
    std::vector<notrack::IpSet> sets()
    {
        notrack::IpSet pods{
            .name = "acme-pods", .type = "hash:net", .family = notrack::Family::Ipv4, .elements = {}, .members = {}, .unread = {}};
        notrack::IpSet services = pods;
        services.name = "KUBE-CLUSTER-IP";
        services.type = "hash:ip,port";
        for (std::size_t i = below(4); i > 0; --i)
            pods.elements.push_back(
                {.network = *notrack::readPrefix(oneOf("10.244.0.0/16", "10.244.1.0/24", "10.244.2.0/25", "203.10.0.0/21")),
                 .other = {},
                 .ports = {},
                 .except = below(3) == 0});
        for (std::size_t i = below(3); i > 0; --i)
            services.elements.push_back({.network = notrack::Prefix(*notrack::readAddress(host())),
                                         .other = {},
                                         .protocol = 17,
                                         .ports = notrack::PortRange::of(notrack::Port{53})});
        return {pods, services};
    }

    /// A table of nft's.
    notrack::nf_tables::Rules decoded()
    {
        using namespace notrack::nf_tables;
        notrack::nf_tables::Chain chain{"acme", 1, BaseHook{"filter", 2, 0, {}, below(2) == 0}, {}};
        const Set set{"trusted", setInterval, 7, 4, 0, 0, {}, interval(), true};
        for (std::uint64_t i = 0; i < 1 + below(4); ++i) {
            notrack::nf_tables::Rule rule{i + 1, {}, "the bank's"};
            rule.expressions = {Payload{PayloadBase::Network, below(2) == 0 ? 12U : 16U, 4, 1}};
            if (below(2) == 0)
                rule.expressions.push_back(Lookup{"trusted", 1, std::nullopt, false, below(4) == 0});
            else
                rule.expressions.push_back(
                    Compare{below(4) == 0 ? notrack::nf_tables::CompareOperator::NotEqual : notrack::nf_tables::CompareOperator::Equal, 1,
                            bytes(host())});
            if (below(2) == 0) {
                rule.expressions.push_back(Ct{CtKey::State, std::nullopt, 2, false});
                rule.expressions.push_back(Bitwise{2, 2, {6, 0, 0, 0}, {0, 0, 0, 0}});
                rule.expressions.push_back(Compare{notrack::nf_tables::CompareOperator::NotEqual, 2, {0, 0, 0, 0}});
            }
            rule.expressions.push_back(notrack::nf_tables::Verdict{below(2) == 0 ? VerdictCode::Accept : VerdictCode::Drop, {}});
            chain.rules.push_back(rule);
        }
        return {1, {{"ip", "acmewall", 0, {chain}, {set}}}, true};
    }

private:
    std::size_t below(std::size_t limit) { return m_random() % limit; }
    template <typename... Words>
    std::string oneOf(Words... words)
    {
        const std::array<std::string, sizeof...(Words)> all{words...};
        return all.at(below(all.size()));
    }
    std::string policy() { return oneOf("ACCEPT", "DROP"); }
    std::string host() { return oneOf("10.96.0.10", "10.244.1.5", "10.244.2.3", "192.168.7.11", "203.10.7.5", "10.244.1.9"); }
    std::string network()
    {
        return oneOf("10.244.0.0/16", "10.244.1.0/24", "10.244.2.0/25", "10.96.0.0/12", "203.10.0.0/21", "10.0.0.0/8", "0.0.0.0/0");
    }

    std::string rule(const std::string& chain)
    {
        std::string text = "-A " + chain;
        if (below(2) == 0)
            text += oneOf(" -s ", " ! -s ", " -d ") + (below(2) == 0 ? network() : host() + "/32");
        if (below(5) == 0)
            text += " -m iprange --src-range 10.244.1." + std::to_string(below(9)) + "-10.244.2." + std::to_string(below(99));
        if (below(3) == 0)
            text += " -p udp -m udp " + oneOf("--dport 53", "--sport 53", "--dport 123");
        if (below(3) == 0)
            text += " -m conntrack --ctstate " + oneOf("RELATED,ESTABLISHED", "NEW", "INVALID", "UNTRACKED");
        if (below(5) == 0)
            text += " -m set --match-set " + oneOf("acme-pods src", "KUBE-CLUSTER-IP dst,dst");
        if (below(4) == 0)
            text += " -m comment --comment \"the bank's " + host() + "\"";
        const bool mayJump = chain != "ACME-IN" && chain != "KUBE-X";
        return text + " -j " + (mayJump && below(3) == 0 ? oneOf("ACME-IN", "KUBE-X") : oneOf("ACCEPT", "DROP", "REJECT", "RETURN")) + "\n";
    }

    static notrack::nf_tables::Bytes bytes(const std::string& text)
    {
        const notrack::Address::Bytes all = notrack::readAddress(text)->bytes();
        return {all.begin(), all.begin() + 4};
    }

    /// Two intervals that do not touch, the second perhaps without an end.
    std::vector<notrack::nf_tables::SetElement> interval()
    {
        std::vector<notrack::nf_tables::SetElement> elements{{{0, 0, 0, 0}, {}, true, false, {}}};
        elements.push_back({bytes("10.244." + std::to_string(below(2)) + "." + std::to_string(below(200))), {}, false, false, {}});
        elements.push_back({bytes("10.244.2." + std::to_string(below(200))), {}, true, false, {}});
        elements.push_back({bytes("203.10." + std::to_string(below(9)) + ".0"), {}, false, false, {}});
        if (below(3) > 0)
            elements.push_back({bytes("203.11.0.0"), {}, true, false, {}});
        return elements;
    }

    std::mt19937_64& m_random;
};
