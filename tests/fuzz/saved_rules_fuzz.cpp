#include "core/findings/packet_path.h"

#include <cstddef>
#include <cstdint>
#include <string>

/// Rules of any tool on the node end up in what iptables-save prints.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    notrack::SavedTable saved{notrack::Backend::Iptables, notrack::Family::Ipv4, "filter", {":FORWARD DROP [0:0]"}};
    std::string line;
    for (std::size_t i = 0; i < size; ++i) {
        const char c = static_cast<char>(data[i]);
        if (c != '\n') {
            line += c;
            continue;
        }
        saved.lines.push_back(line);
        line.clear();
    }
    saved.lines.push_back(line);
    notrack::PacketClass packet;
    packet.tracking = notrack::Tracking::Untracked;
    static_cast<void>(notrack::follow(notrack::readSavedTable(saved), "FORWARD", packet));
    return 0;
}
