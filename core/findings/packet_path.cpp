#include "core/findings/packet_path.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace notrack
{

namespace
{

constexpr int deepestCall = 64;
// 20,000 rules are followed in full; a set whose doubtful calls multiply beyond that is given up as unknown.
constexpr int longestJourney = 400'000;
constexpr std::size_t mostEndings = 4096; // for evidence; nothing is decided by their number

/// What can be said at one point of the journey.
struct Position
{
    Certainty reached = Certainty::Yes; ///< No: no packet comes this far
    KnownMark mark;
};

KnownMark joinMarks(const KnownMark& one, const KnownMark& other)
{
    const std::uint32_t agreed = one.known & other.known & ~(one.value ^ other.value);
    return {one.value & agreed, agreed};
}

/// Where two ways meet again.
Position join(const Position& one, const Position& other)
{
    if (one.reached == Certainty::No)
        return other;
    if (other.reached == Certainty::No)
        return one;
    return {std::max(one.reached, other.reached), joinMarks(one.mark, other.mark)};
}

std::optional<Fate> fateOfTarget(std::string_view target)
{
    struct Known
    {
        std::string_view target;
        Fate fate;
    };
    constexpr std::array known{
        Known{"ACCEPT", Fate::Accepted},     Known{"DROP", Fate::Dropped},      Known{"REJECT", Fate::Dropped},
        Known{"DNAT", Fate::Translated},     Known{"SNAT", Fate::Translated},   Known{"MASQUERADE", Fate::Translated},
        Known{"REDIRECT", Fate::Translated}, Known{"NETMAP", Fate::Translated}, Known{"NOTRACK", Fate::Untracked},
        Known{"NFQUEUE", Fate::Unknown},     Known{"QUEUE", Fate::Unknown},     Known{"TPROXY", Fate::Unknown},
        Known{"TARPIT", Fate::Dropped},      Known{"SYNPROXY", Fate::Unknown},
    };
    const auto* const found = std::find_if(known.begin(), known.end(), [&](const Known& one) { return one.target == target; });
    if (found == known.end())
        return std::nullopt;
    return found->fate;
}

/// Targets that let the packet go on to the next rule, those that belong to iptables and to xtables-addons.
bool goesOn(std::string_view target)
{
    constexpr std::array known{"",        "LOG", "NFLOG",     "ULOG",    "AUDIT", "TRACE",    "TCPMSS",   "TCPOPTSTRIP", "TOS",
                               "DSCP",    "ECN", "TTL",       "HL",      "SET",   "CLASSIFY", "CHECKSUM", "CONNMARK",    "CONNSECMARK",
                               "SECMARK", "LED", "IDLETIMER", "RATEEST", "TEE",   "CT",       "ACCOUNT"};
    return std::find(known.begin(), known.end(), target) != known.end();
}

const Condition* findOption(const SavedRule& rule, std::string_view option)
{
    const auto found =
        std::find_if(rule.targetOptions.begin(), rule.targetOptions.end(), [&](const Condition& one) { return one.option == option; });
    return found == rule.targetOptions.end() ? nullptr : &*found;
}

std::string targetText(const SavedRule& rule)
{
    if (rule.targetOptions.empty() || rule.targetOptions.front().values.empty())
        return rule.target;
    return rule.target + " " + rule.targetOptions.front().values.front();
}

/// --set-xmark VALUE/MASK zeroes the bits of MASK, then flips those of VALUE (xt_mark.c).
KnownMark setMark(const SavedRule& rule, KnownMark mark)
{
    const Condition* const option = findOption(rule, "--set-xmark");
    const std::optional<MarkAndMask> change =
        option != nullptr && !option->values.empty() ? readMark(option->values.front()) : std::nullopt;
    if (!change)
        return {0, 0};
    mark.known |= change->mask;
    mark.value = ((mark.value & ~change->mask) ^ change->value) & mark.known;
    return mark;
}

class Walk
{
public:
    Walk(const SavedChains& table, PacketClass packet, const std::vector<std::string>& ignored)
        : m_table(table), m_packet(std::move(packet)), m_ignored(ignored)
    {
    }

    /// Goes through a chain; gives the position of those packets that come out at its end or by RETURN.
    Position through(const SavedChain& chain, Position position, int depth)
    {
        Position left{Certainty::No, position.mark};
        for (const std::uint32_t at : chain.index.candidates(m_packet)) {
            const SavedRule& rule = chain.rules.at(at);
            if (position.reached == Certainty::No || m_gaveUp)
                break;
            if (++m_steps > longestJourney || depth > deepestCall)
                return giveUp(chain, rule);
            step(chain, rule, position, left, depth);
        }
        return join(position, left);
    }

    /// Where some or all of those that are at the position leave the table.
    void end(Fate fate, const SavedChain* chain, std::string line, std::string target, const Position& position)
    {
        if (fate != Fate::Dropped)
            m_through = join(m_through, position);
        if (std::find(m_journey.fates.begin(), m_journey.fates.end(), fate) == m_journey.fates.end())
            m_journey.fates.push_back(fate);
        if (m_journey.endings.size() < mostEndings && m_lines[chain].insert(line).second)
            m_journey.endings.push_back({fate, std::move(line), std::move(target), chain});
    }

    Journey take()
    {
        m_journey.mark = m_through.mark;
        return std::move(m_journey);
    }

private:
    Position giveUp(const SavedChain& chain, const SavedRule& rule)
    {
        m_gaveUp = true;
        end(Fate::Unknown, &chain, rule.line, "too long to follow", {Certainty::Maybe, {0, 0}});
        return {Certainty::No, {}};
    }

    /// The packets that match go one way, the rest stay in the chain.
    void step(const SavedChain& chain, const SavedRule& rule, Position& position, Position& left, int depth)
    {
        const Certainty match = matches(rule, m_packet, position.mark);
        if (match == Certainty::No)
            return;
        const Position taken{std::min(match, position.reached), position.mark};
        const Position stayed{match == Certainty::Yes ? Certainty::No : Certainty::Maybe, position.mark};
        if (rule.target == "RETURN") {
            left = join(left, taken);
            position = stayed;
        } else if (rule.target == "MARK") {
            position = join({taken.reached, setMark(rule, taken.mark)}, stayed);
        } else if (rule.target == "CONNMARK" && m_packet.tracking != Tracking::Untracked) {
            position.mark = findOption(rule, "--restore-mark") != nullptr ? KnownMark{0, 0} : position.mark;
        } else if (rule.target == "HMARK") {
            position.mark = {0, 0};
        } else if (rule.target == "CT" && findOption(rule, "--notrack") != nullptr) {
            finish(chain, rule, Fate::Untracked, taken, stayed, position);
        } else if (const std::optional<Fate> fate = fateOfTarget(rule.target)) {
            finish(chain, rule, *fate, taken, stayed, position);
        } else {
            call(chain, rule, taken, stayed, position, left, depth);
        }
    }

    void finish(const SavedChain& chain, const SavedRule& rule, Fate fate, const Position& taken, const Position& stayed,
                Position& position)
    {
        end(fate, &chain, rule.line, targetText(rule), taken);
        position = stayed;
    }

    void call(const SavedChain& from, const SavedRule& rule, const Position& taken, const Position& stayed, Position& position,
              Position& left, int depth)
    {
        const SavedChain* const chain = m_table.find(rule.target);
        const bool ignored = std::find(m_ignored.begin(), m_ignored.end(), rule.target) != m_ignored.end();
        if (ignored || (chain == nullptr && goesOn(rule.target)))
            return;
        if (chain == nullptr) { // whatever it does, others may go on
            end(Fate::Unknown, &from, rule.line, targetText(rule), {taken.reached, {0, 0}});
            position = {Certainty::Maybe, {0, 0}};
            return;
        }
        PacketClass outside = std::exchange(m_packet, narrowed(rule, m_packet));
        const Position back = through(*chain, taken, depth + 1);
        m_packet = std::move(outside);
        if (rule.isGoto) {
            left = join(left, back);
            position = stayed;
        } else {
            position = join(back, stayed);
        }
    }

    const SavedChains& m_table;
    PacketClass m_packet; // what is known of it in the chain that is walked
    const std::vector<std::string>& m_ignored;
    Journey m_journey;
    Position m_through{Certainty::No, {}};                                          ///< of those that leave the table
    std::unordered_map<const SavedChain*, std::unordered_set<std::string>> m_lines; ///< of the endings
    int m_steps = 0;
    bool m_gaveUp = false;
};

/// What is known of it at a hook: before it is routed it has no way out yet, and what the node sends came in nowhere.
PacketClass seenAt(std::string_view hook, PacketClass packet)
{
    if (hook == "PREROUTING" || hook == "INPUT")
        packet.outInterface = noInterface;
    if (hook == "OUTPUT")
        packet.inInterface = noInterface;
    return packet;
}

} // namespace

bool Journey::may(Fate fate) const
{
    return std::find(fates.begin(), fates.end(), fate) != fates.end();
}

bool Journey::always(Fate fate) const
{
    return fates.size() == 1 && fates.front() == fate;
}

Journey follow(const SavedChains& table, std::string_view builtInChain, const PacketClass& packet,
               const std::vector<std::string>& chainsToIgnore, KnownMark mark)
{
    Walk walk(table, seenAt(builtInChain, packet), chainsToIgnore);
    const SavedChain* const chain = table.find(builtInChain);
    if (chain == nullptr) {
        walk.end(Fate::Accepted, nullptr, std::string(builtInChain) + " is not there", "", {Certainty::Yes, mark});
        return walk.take();
    }
    const Position end = walk.through(*chain, {Certainty::Yes, mark}, 0);
    if (end.reached != Certainty::No) {
        const std::string policy = chain->policy.empty() ? "ACCEPT" : chain->policy;
        walk.end(policy == "DROP" ? Fate::Dropped : Fate::Accepted, chain, ":" + std::string(builtInChain) + " " + policy, policy, end);
    }
    return walk.take();
}

std::vector<Station> followWay(const std::vector<SavedChains>& tables, Family family, const std::vector<PassedHook>& steps)
{
    // By the priorities of their hooks; nft's own may change the mark first. At INPUT nat comes last (NF_IP_PRI_NAT_SRC).
    constexpr std::array<std::string_view, 5> order{"", "raw", "mangle", "nat", "filter"};
    constexpr std::array<std::string_view, 5> orderOfInput{"", "raw", "mangle", "filter", "nat"};
    std::vector<Station> way;
    KnownMark mark;
    for (std::size_t at = 0; at < steps.size(); ++at) {
        const PassedHook& step = steps[at];
        for (const std::string_view name : step.chain == "INPUT" ? orderOfInput : order) {
            for (const SavedChains& table : tables) {
                const bool skipsNat = table.role == "nat" && step.packet.tracking != Tracking::New;
                if (table.role != name || table.family != family || skipsNat || table.find(step.chain) == nullptr)
                    continue;
                way.push_back({&table, step.chain, at, follow(table, step.chain, step.packet, {}, mark)});
                if (!way.back().journey.always(Fate::Dropped))
                    mark = way.back().journey.mark;
            }
        }
    }
    return way;
}

Certainty getsThrough(const std::vector<Station>& way)
{
    Certainty result = Certainty::Yes;
    for (const Station& station : way) {
        if (station.journey.always(Fate::Dropped))
            return Certainty::No;
        if (station.journey.may(Fate::Dropped) || station.journey.may(Fate::Unknown))
            result = Certainty::Maybe;
    }
    return result;
}

} // namespace notrack
