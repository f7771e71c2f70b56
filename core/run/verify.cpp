#include "core/run/verify.h"

#include <utility>

namespace notrack
{

namespace
{

/// Rounds of a comparison by counts, for a loss of some pairs only: four rounds are 24 pairs a service, enough to tell one dead server of
/// six from a network that loses 30 % in each direction.
constexpr int roundsOfCounting = 4;

std::vector<ProbeResult> askRounds(Prober& prober, const Profile& profile, int rounds, std::vector<ProbeResult> results = {})
{
    for (int i = 0; i < rounds; ++i)
        results = addUp(std::move(results), prober.probe(profile, *profile.safety.probe));
    return results;
}

Verification passed(Verification done, Scope scope)
{
    done.places = answeredPlaces(done.after, scope);
    done.outcome = done.places > 0 ? Outcome::Passed : Outcome::Unverified;
    if (done.places == 0)
        done.why = wasAsked(done.after, scope) ? "DNS did not answer"
                   : scope == Scope::Pods      ? "no pod of this node could ask"
                                               : "nobody could ask";
    return done;
}

/// Takes the rules out, asks, and leaves them out if that brought answers back.
Verification blame(Change& change, const Profile& profile, Prober& prober, Verification done, bool byCounts)
{
    if (const Result<void> undone = change.undo(); !undone) {
        done.outcome = Outcome::Failed;
        done.error = undone.error();
        return done;
    }
    done.without = askRounds(prober, profile, byCounts ? roundsOfCounting : 1);
    if (byCounts ? lostServers(done.without, done.after) : lostAnswers(done.without, done.after)) {
        done.outcome = Outcome::TakenBack;
        return done;
    }
    if (const Result<void> redone = change.redo(); !redone) {
        done.outcome = Outcome::Failed;
        done.error = redone.error();
        return done;
    }
    done = passed(std::move(done), profile.scope);
    if (done.outcome == Outcome::Unverified) {
        done.why += ", and does not without the rules either";
        done.silent = true;
    }
    return done;
}

} // namespace

Verification verify(Change& change, const Profile& profile, Prober& prober, const std::optional<std::vector<ProbeResult>>& baseline)
{
    Verification done;
    done.after = askRounds(prober, profile, 1);
    const std::vector<ProbeResult> before = baseline ? *baseline : answersOfAll(done.after);
    if (lostAnswers(before, done.after))
        return blame(change, profile, prober, std::move(done), false);
    if (!lostPairs(before, done.after))
        return passed(std::move(done), profile.scope);
    done.after = askRounds(prober, profile, roundsOfCounting - 1, std::move(done.after));
    if (!mayHaveLostServers(done.after))
        return passed(std::move(done), profile.scope);
    const std::vector<ProbeResult> again = askRounds(prober, profile, roundsOfCounting); // a lost server is lost twice, chance seldom is
    done.after = addUp(std::move(done.after), again);
    if (!mayHaveLostServers(again))
        return passed(std::move(done), profile.scope);
    return blame(change, profile, prober, std::move(done), true);
}

} // namespace notrack
