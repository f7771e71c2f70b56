#include "core/linux/captured_node.h"
#include "core/linux/redacted_capture.h"
#include "core/net/nft_listing.h"
#include "core/report/capture_codec.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace
{

using namespace notrack;

Profile anyProfile()
{
    Profile profile;
    profile.services = {*readAddress("10.96.0.10"), *readAddress("fd00:96::a")};
    profile.podCidrs = {*readPrefix("10.244.0.0/16"), *readPrefix("fd00:244::/48")};
    return profile;
}

void judge(const Capture& capture)
{
    const Profile profile = capturedProfile(capture).value_or(anyProfile());
    const auto node = CapturedNode::open(capture, profile.backend, profile.chainPrefix);
    if (!node)
        return;
    static_cast<void>((*node)->run({.intent = Intent::Status, .mode = Mode::Check, .profile = profile}));
    static_cast<void>((*node)->run({.intent = Intent::Apply, .mode = Mode::Check, .profile = profile}));
}

} // namespace

/// A capture comes from whoever sent it: it is read, judged, and redacted, whatever it holds.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    Result<Capture> capture = readCapture({reinterpret_cast<const char*>(data), size});
    if (!capture)
        return 0;
    Result<Capture> again = readCapture(writeCapture(*capture));
    if (!again)
        std::abort();
    capture->report.clear(); // numbers of JSON may be written in another way
    again->report.clear();
    if (*again != *capture)
        std::abort();
    judge(*capture);
    static_cast<void>(writeProfile(capturedClues(*capture)));
    if (capture->nftables.rules)
        static_cast<void>(nf_tables::toText(*capture->nftables.rules));
    if (const Result<RedactedCapture> redacted = redactCapture(*capture, {1, 2}))
        judge(redacted->capture);
    return 0;
}
