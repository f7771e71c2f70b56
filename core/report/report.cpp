#include "core/report/report.h"

namespace notrack
{

std::string_view toText(NodeState state)
{
    switch (state) {
    case NodeState::InSync:
        return "in-sync";
    case NodeState::Drifted:
        return "drifted";
    case NodeState::Absent:
        return "absent";
    case NodeState::Unsafe:
        return "unsafe";
    case NodeState::Error:
        return "error";
    }
    return {};
}

std::string_view toText(ItemState state)
{
    switch (state) {
    case ItemState::Ok:
        return "ok";
    case ItemState::Missing:
        return "missing";
    case ItemState::Unexpected:
        return "unexpected";
    case ItemState::Misplaced:
        return "misplaced";
    }
    return {};
}

} // namespace notrack
