#include "core/run/remembered.h"

#include "core/base/number_text.h"
#include "core/profile/profile.h"
#include "core/report/report_codec.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace notrack
{

namespace
{

constexpr std::size_t mostPrefixes = 100;
constexpr std::size_t mostDigests = 20;
constexpr std::size_t mostSamples = 20;
constexpr std::size_t longestTime = 64;

/// Whether a line can be a prefix at all: the file is only ever a list of names to look for, whoever wrote it.
bool isPrefix(std::string_view line)
{
    return !line.empty() && line.size() <= longestChainPrefix && line.find_first_of(" \t/") == std::string_view::npos;
}

std::vector<std::string> linesOf(const std::string& text)
{
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        lines.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return lines;
}

std::string joined(const std::vector<std::string>& lines)
{
    std::string text;
    for (const std::string& line : lines)
        text += line + "\n";
    return text;
}

/// "SECONDS INSERT_FAILED DROP"
std::string textOf(const LossesOver& losses)
{
    return std::to_string(losses.seconds) + " " + std::to_string(losses.insertFailed) + " " + std::to_string(losses.drop);
}

/// Nothing for any other text.
std::optional<LossesOver> readLosses(std::string_view line)
{
    const std::size_t first = std::min(line.find(' '), line.size());
    const std::size_t second = std::min(line.find(' ', first + 1), line.size());
    if (second == line.size())
        return std::nullopt;
    const auto seconds = readNumber<std::uint64_t>(line.substr(0, first));
    const auto insertFailed = readNumber<std::uint64_t>(line.substr(first + 1, second - first - 1));
    const auto drop = readNumber<std::uint64_t>(line.substr(second + 1));
    return seconds && insertFailed && drop ? std::optional(LossesOver{*seconds, *insertFailed, *drop}) : std::nullopt;
}

} // namespace

ChangesRemembered Memory::stateOfChanges() const
{
    return {m_files.read(Remembered::Pending), m_files.read(Remembered::Verdict), retired()};
}

std::optional<Pending> Memory::pending() const
{
    const auto text = m_files.read(Remembered::Pending);
    return text ? readPending(*text) : std::nullopt;
}

std::optional<Verdict> Memory::verdict() const
{
    const auto text = m_files.read(Remembered::Verdict);
    return text ? readVerdict(*text) : std::nullopt;
}

Damping Memory::damping() const
{
    const auto text = m_files.read(Remembered::Damping);
    return text ? readDamping(*text) : Damping{};
}

TrialMemory Memory::trial() const
{
    const auto text = m_files.read(Remembered::Trial);
    return text ? readTrialMemory(*text) : TrialMemory{};
}

std::optional<Judged> Memory::judged() const
{
    const auto text = m_files.read(Remembered::Judged);
    return text ? readJudged(*text) : std::nullopt;
}

std::vector<std::string> Memory::prefixes() const
{
    std::vector<std::string> prefixes;
    for (std::string& line : linesOf(m_files.read(Remembered::Prefixes).value_or(""))) {
        if (prefixes.size() < mostPrefixes && isPrefix(line))
            prefixes.push_back(std::move(line));
    }
    return prefixes;
}

bool Memory::hasApplied(const std::string& digest) const
{
    const std::vector<std::string> known = linesOf(m_files.read(Remembered::Digests).value_or(""));
    return std::find(known.begin(), known.end(), digest) != known.end();
}

std::optional<std::string> Memory::retired() const
{
    const auto text = m_files.read(Remembered::Retired);
    return text ? std::optional(text->substr(0, std::min(text->find('\n'), longestTime))) : std::nullopt;
}

Result<void> Memory::retire(const std::string& since)
{
    return m_files.write(Remembered::Retired, since + "\n");
}

void Memory::endRetirement()
{
    m_files.erase(Remembered::Retired);
}

std::optional<LossesOver> Memory::losses(Remembered what) const
{
    const std::vector<std::string> lines = linesOf(m_files.read(what).value_or(""));
    return lines.size() == 1 ? readLosses(lines.front()) : std::nullopt;
}

std::optional<LossesOver> Memory::lossesAtStart() const
{
    return losses(Remembered::Start);
}

std::optional<LossesOver> Memory::lossesBefore() const
{
    return losses(Remembered::Before);
}

void Memory::writeLossesAtStart(const LossesOver& losses)
{
    static_cast<void>(m_files.write(Remembered::Start, textOf(losses) + "\n"));
}

void Memory::writeLossesBefore(const LossesOver& losses)
{
    static_cast<void>(m_files.write(Remembered::Before, textOf(losses) + "\n"));
}

std::vector<LossesOver> Memory::samples() const
{
    std::vector<LossesOver> samples;
    for (const std::string& line : linesOf(m_files.read(Remembered::Samples).value_or(""))) {
        const std::optional<LossesOver> sample = readLosses(line);
        if (!sample || samples.size() == mostSamples)
            return {};
        samples.push_back(*sample);
    }
    return samples;
}

void Memory::addSample(const LossesOver& sample)
{
    std::vector<LossesOver> known = samples();
    if (known.size() == mostSamples)
        known.erase(known.begin());
    known.push_back(sample);
    std::string text;
    for (const LossesOver& one : known)
        text += textOf(one) + "\n";
    static_cast<void>(m_files.write(Remembered::Samples, text));
}

/// In a report's own words, by its own codec.
CensusesKept Memory::censuses() const
{
    const Result<Report> report = readReport(m_files.read(Remembered::Census).value_or(""));
    return report && report->effect ? CensusesKept{report->effect->countedBefore, report->effect->countedSince} : CensusesKept{};
}

void Memory::write(const CensusesKept& censuses)
{
    Report report;
    report.effect = Effect{.countedBefore = censuses.before, .countedSince = censuses.since};
    static_cast<void>(m_files.write(Remembered::Census, writeReport(report)));
}

void Memory::addDigest(const std::string& digest)
{
    if (hasApplied(digest))
        return;
    std::vector<std::string> known = linesOf(m_files.read(Remembered::Digests).value_or(""));
    if (known.size() >= mostDigests)
        known.erase(known.begin(), known.end() - (mostDigests - 1));
    known.push_back(digest);
    static_cast<void>(m_files.write(Remembered::Digests, joined(known)));
}

Result<void> Memory::write(const Pending& pending)
{
    return m_files.write(Remembered::Pending, writePending(pending));
}

void Memory::write(const TrialMemory& trial)
{
    static_cast<void>(m_files.write(Remembered::Trial, writeTrialMemory(trial)));
}

void Memory::write(const Judged& judged)
{
    static_cast<void>(m_files.write(Remembered::Judged, writeJudged(judged)));
}

Result<void> Memory::write(const Verdict& verdict)
{
    Result<void> written = m_files.write(Remembered::Verdict, writeVerdict(verdict));
    if (written) {
        m_files.erase(Remembered::Pending);
        addDigest(verdict.digest);
    }
    return written;
}

void Memory::erasePending()
{
    m_files.erase(Remembered::Pending);
}

void Memory::forgetChanges()
{
    m_files.erase(Remembered::Pending);
    m_files.erase(Remembered::Verdict);
}

void Memory::update(const std::function<Damping(const Damping&)>& next)
{
    const Damping present = damping();
    const Damping wanted = next(present);
    if (wanted == present)
        return;
    if (wanted == Damping{})
        m_files.erase(Remembered::Damping);
    else
        static_cast<void>(m_files.write(Remembered::Damping, writeDamping(wanted)));
}

Result<void> Memory::addPrefix(const std::string& prefix)
{
    std::vector<std::string> known = prefixes();
    if (std::find(known.begin(), known.end(), prefix) != known.end())
        return {};
    known.push_back(prefix);
    return m_files.write(Remembered::Prefixes, joined(known));
}

void Memory::forgetPrefixes()
{
    m_files.erase(Remembered::Prefixes);
}

void Memory::keepPrefixOnly(const std::string& prefix)
{
    if (prefixes() != std::vector{prefix})
        static_cast<void>(m_files.write(Remembered::Prefixes, prefix + "\n")); // a name too many costs a look, nothing else
}

} // namespace notrack
