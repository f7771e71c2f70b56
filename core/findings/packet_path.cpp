#include "core/findings/packet_path.h"

#include <algorithm>
#include <array>
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
        for (const SavedRule& rule : chain.rules) {
            if (position.reached == Certainty::No || m_gaveUp)
                break;
            if (++m_steps > longestJourney || depth > deepestCall)
                return giveUp(rule);
            step(rule, position, left, depth);
        }
        return join(position, left);
    }

    void end(Fate fate, std::string line, std::string target)
    {
        if (std::find(m_journey.fates.begin(), m_journey.fates.end(), fate) == m_journey.fates.end())
            m_journey.fates.push_back(fate);
        if (m_journey.endings.size() < mostEndings && m_lines.insert(line).second)
            m_journey.endings.push_back({fate, std::move(line), std::move(target)});
    }

    void keepMark(const KnownMark& mark) { m_journey.mark = mark; }
    Journey take() { return std::move(m_journey); }

private:
    Position giveUp(const SavedRule& rule)
    {
        m_gaveUp = true;
        end(Fate::Unknown, rule.line, "too long to follow");
        return {Certainty::No, {}};
    }

    /// The packets that match go one way, the rest stay in the chain.
    void step(const SavedRule& rule, Position& position, Position& left, int depth)
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
        } else if (rule.target == "CT" && findOption(rule, "--notrack") != nullptr) {
            finish(rule, Fate::Untracked, position, stayed);
        } else if (const std::optional<Fate> fate = fateOfTarget(rule.target)) {
            finish(rule, *fate, position, stayed);
        } else {
            call(rule, taken, stayed, position, left, depth);
        }
    }

    void finish(const SavedRule& rule, Fate fate, Position& position, const Position& stayed)
    {
        end(fate, rule.line, targetText(rule));
        position = stayed;
    }

    void call(const SavedRule& rule, const Position& taken, const Position& stayed, Position& position, Position& left, int depth)
    {
        const SavedChain* const chain = m_table.find(rule.target);
        const bool ignored = std::find(m_ignored.begin(), m_ignored.end(), rule.target) != m_ignored.end();
        if (chain == nullptr || ignored)
            return; // LOG, TCPMSS and the like do not end a journey
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
    std::unordered_set<std::string> m_lines; ///< of the endings
    int m_steps = 0;
    bool m_gaveUp = false;
};

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
    Walk walk(table, packet, chainsToIgnore);
    const SavedChain* const chain = table.find(builtInChain);
    if (chain == nullptr) {
        walk.end(Fate::Accepted, std::string(builtInChain) + " is not there", "");
        return walk.take();
    }
    const Position end = walk.through(*chain, {Certainty::Yes, mark}, 0);
    if (end.reached != Certainty::No) {
        const std::string policy = chain->policy.empty() ? "ACCEPT" : chain->policy;
        walk.keepMark(end.mark);
        walk.end(policy == "DROP" ? Fate::Dropped : Fate::Accepted, ":" + std::string(builtInChain) + " " + policy, policy);
    }
    return walk.take();
}

} // namespace notrack
