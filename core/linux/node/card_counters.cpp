#include "core/linux/node/card_counters.h"

#include "core/linux/system/file_descriptor.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <filesystem>

namespace notrack
{

namespace
{

constexpr std::size_t mostInterfaces = 64;
constexpr std::uint32_t mostCounters = 4096;
/// The kernel writes as many as the driver has at that moment, whatever was asked for.
constexpr std::size_t roomToGrow = 1024;

/// One ioctl with what ethtool(8) sends; the structures of <linux/ethtool.h> end in as many items as the driver has.
bool ask(int file, const std::string& interface, void* command)
{
    ifreq request{};
    interface.copy(static_cast<char*>(request.ifr_name), IFNAMSIZ - 1);
    request.ifr_data = static_cast<char*>(command);
    return ioctl(file, SIOCETHTOOL, &request) == 0;
}

template <typename Head>
std::vector<std::byte> bufferFor(const Head& head, std::size_t itemSize, std::uint32_t count)
{
    std::vector<std::byte> buffer(sizeof head + itemSize * (count + roomToGrow));
    std::memcpy(buffer.data(), &head, sizeof head);
    return buffer;
}

std::vector<PlaceCounter> countersOf(int file, const std::string& interface, std::string_view suffix)
{
    ethtool_drvinfo info{};
    info.cmd = ETHTOOL_GDRVINFO;
    if (!ask(file, interface, &info) || info.n_stats == 0 || info.n_stats > mostCounters)
        return {};
    ethtool_gstrings wantedNames{};
    wantedNames.cmd = ETHTOOL_GSTRINGS;
    wantedNames.string_set = ETH_SS_STATS;
    wantedNames.len = info.n_stats;
    std::vector<std::byte> names = bufferFor(wantedNames, ETH_GSTRING_LEN, info.n_stats);
    ethtool_stats wantedValues{};
    wantedValues.cmd = ETHTOOL_GSTATS;
    wantedValues.n_stats = info.n_stats;
    std::vector<std::byte> values = bufferFor(wantedValues, sizeof(std::uint64_t), info.n_stats);
    if (!ask(file, interface, names.data()) || !ask(file, interface, values.data()))
        return {};
    std::vector<PlaceCounter> counters;
    for (std::size_t i = 0; i < info.n_stats; ++i) {
        const auto* const begin = reinterpret_cast<const char*>(names.data() + sizeof wantedNames + i * ETH_GSTRING_LEN);
        const std::string_view name(begin, strnlen(begin, ETH_GSTRING_LEN));
        std::uint64_t count = 0;
        std::memcpy(&count, values.data() + sizeof wantedValues + i * sizeof count, sizeof count);
        if (count > 0 && name.ends_with(suffix))
            counters.push_back({interface, std::string(name), count});
    }
    return counters;
}

} // namespace

std::vector<std::string> hardwareInterfaces()
{
    std::vector<std::string> interfaces;
    std::error_code problem;
    for (std::filesystem::directory_iterator entry("/sys/class/net", problem), end; !problem && entry != end; entry.increment(problem)) {
        std::error_code ignored;
        if (std::filesystem::exists(entry->path() / "device", ignored) && interfaces.size() < mostInterfaces)
            interfaces.push_back(entry->path().filename().string());
    }
    std::sort(interfaces.begin(), interfaces.end());
    return interfaces;
}

std::vector<PlaceCounter> readCardCounters(const std::vector<std::string>& interfaces, std::string_view suffix)
{
    const FileDescriptor file(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    std::vector<PlaceCounter> counters;
    for (const std::string& interface : interfaces) {
        std::vector<PlaceCounter> more = countersOf(file.get(), interface, suffix);
        counters.insert(counters.end(), more.begin(), more.end());
    }
    return counters;
}

} // namespace notrack
