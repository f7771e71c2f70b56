#include "core/report/report_codec.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

using namespace notrack;

/// Any bytes give a report or an error, and a report that was read comes through another round unchanged.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    const std::string json(bytes, bytes + size);
    const Result<Report> report = readReport(json);
    if (!report)
        return 0;
    const std::string written = writeReport(*report);
    if (written.size() > longestReport)
        return 0; // what is no ASCII grows
    const Result<Report> again = readReport(written);
    if (!again || *again != *report)
        std::abort();
    return 0;
}
