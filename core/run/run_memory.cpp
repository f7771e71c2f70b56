#include "core/run/run_memory.h"

namespace notrack
{

std::string_view toText(Remembered what)
{
    switch (what) {
    case Remembered::Pending:
        return "pending";
    case Remembered::Verdict:
        return "verdict";
    case Remembered::Damping:
        return "damping";
    case Remembered::Trial:
        return "trial";
    case Remembered::Judged:
        return "judged";
    case Remembered::Prefixes:
        return "prefixes";
    case Remembered::Digests:
        return "digests";
    case Remembered::Start:
        return "start";
    case Remembered::Before:
        return "before";
    case Remembered::Samples:
        return "samples";
    case Remembered::Census:
        return "census";
    case Remembered::Retired:
        return "retired";
    }
    return {};
}

} // namespace notrack
