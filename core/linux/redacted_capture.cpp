#include "core/linux/redacted_capture.h"

#include "core/linux/captured_node.h"
#include "core/report/redaction.h"
#include "core/run/remembered.h"

namespace notrack
{

namespace
{

CapturedFile* findText(Capture& capture, Remembered what)
{
    for (CapturedFile& text : capture.memory.texts) {
        if (text.path == toText(what))
            return &text;
    }
    return nullptr;
}

std::optional<std::string> fingerprintOf(const Capture& capture, const Profile& profile)
{
    const auto node = CapturedNode::open(capture, profile.backend, profile.chainPrefix);
    return node ? (*node)->fingerprint(profile) : std::nullopt;
}

/// The verdict of an earlier run names profile and facts by digests.
void keepVerdict(const Capture& plain, const Profile& profile, Capture& redacted, const Profile& redactedProfile)
{
    CapturedFile* text = findText(redacted, Remembered::Verdict);
    std::optional<Verdict> verdict = text == nullptr ? std::nullopt : readVerdict(text->text);
    if (!verdict)
        return;
    if (verdict->digest == digestOf(profile))
        verdict->digest = digestOf(redactedProfile);
    if (verdict->fingerprint == fingerprintOf(plain, profile))
        verdict->fingerprint = fingerprintOf(redacted, redactedProfile).value_or("");
    text->text = writeVerdict(*verdict);
}

std::string verdictOf(const Report& report)
{
    std::string text(toText(report.state));
    for (const Finding& finding : report.findings)
        text.append(" ").append(finding.id).append(":").append(toText(finding.severity)).append(finding.waived ? ":waived" : "");
    return text + (report.verified ? " verified" : "") + (report.error ? " " + std::string(toText(report.error->kind)) : "");
}

} // namespace

Result<RedactedCapture> redactCapture(const Capture& capture, const HashKey& key)
{
    ReplayedMemory texts(capture.memory);
    std::vector<std::string> prefixes = Memory(texts).prefixes();
    prefixes.push_back(Profile().chainPrefix);
    if (capture.profile.empty())
        return RedactedCapture{redact(capture, {}, prefixes, key), {}};
    const Result<Profile> profile = capturedProfile(capture);
    if (!profile)
        return tl::unexpected(profile.error());
    prefixes.push_back(profile->chainPrefix);
    RedactedCapture redacted{redact(capture, *profile, prefixes, key), {}};
    Result<Profile> other = capturedProfile(redacted.capture);
    if (!other)
        return tl::unexpected(other.error());
    keepVerdict(capture, *profile, redacted.capture, *other);
    redacted.profile = std::move(*other);
    return redacted;
}

std::string differenceOfVerdicts(const Report& one, const Report& other)
{
    const std::string first = verdictOf(one);
    const std::string second = verdictOf(other);
    return first == second ? std::string() : first + " / " + second;
}

} // namespace notrack
