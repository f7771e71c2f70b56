#pragma once

#include "core/run/remembered.h"

#include <chrono>
#include <string>

namespace notrack
{

/// Which delivery keeps a node's rules, as another one sees it: the one whose run gave the verdict, as long as it runs. Unattended runs of the
/// others count themselves; the keeper's next one forgets the count, as the holder of a lease renews it. Times are those of the clock since boot.
class Keeper
{
public:
    /// `counts`: this is an unattended run that may write.
    Keeper(Memory& memory, const std::optional<Verdict>& verdict, const std::string& delivery, bool counts);

    /// Another delivery gave the verdict.
    bool isAnother() const { return !m_name.empty(); }

    /// For how long others have run, at least three times, without it; zero where it is ours or has run.
    std::chrono::seconds silentFor() const { return m_silentFor; }

    /// Whether it is another one that has to be left its rules. Where these are unsafe, that ends sooner: what the keeper would do at once, somebody
    /// has to do.
    bool mustBeLeft(bool unsafe) const;

    /// The sentence for whoever leaves it the rules, and for whoever takes over.
    std::string toWait(const std::string& delivery) const;
    std::string toTakeOver() const;

private:
    std::string m_name; ///< empty: nobody's, or ours
    std::chrono::seconds m_silentFor{0};
};

} // namespace notrack
