#include "core/linux/node/loss_figures.h"

#include "core/base/number_text.h"
#include "core/base/text_lines.h"
#include "core/linux/node/card_counters.h"
#include "core/linux/system/file_descriptor.h"
#include "core/linux/system/text_file.h"

#include <linux/ip_vs.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

namespace notrack
{

namespace
{

constexpr const char* ipvsTable = "/proc/net/ip_vs";
constexpr std::size_t mostPlaces = 64;
constexpr unsigned mostTableBits = 27; // what ip_vs_conn.c allows

std::optional<std::uint64_t> readSetting(const std::string& path)
{
    const Result<std::string> text = readOptionalTextFile(path);
    return text ? readNumber<std::uint64_t>(trimmed(*text)) : std::nullopt;
}

/// A defence of IPVS is 0: off, 1: on where memory is short, 2: on now for that reason, 3: always on.
bool isAtWork(const std::string& path)
{
    return readSetting(path).value_or(0) >= 2;
}

/// By the old interface of ipvsadm, which finds no module that is not there.
void readTimeouts(IpvsLoad& load)
{
    const FileDescriptor file(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ip_vs_timeout_user timeouts{};
    socklen_t size = sizeof timeouts;
    if (getsockopt(file.get(), IPPROTO_IP, IP_VS_SO_GET_TIMEOUT, &timeouts, &size) != 0 || size != sizeof timeouts)
        return;
    load.udpTimeout = static_cast<std::uint32_t>(timeouts.udp_timeout);
    load.tcpTimeout = static_cast<std::uint32_t>(timeouts.tcp_timeout);
    load.tcpFinTimeout = static_cast<std::uint32_t>(timeouts.tcp_fin_timeout);
}

std::optional<IpvsLoad> readIpvs()
{
    if (access(ipvsTable, F_OK) != 0)
        return std::nullopt;
    IpvsLoad load;
    const Result<void> read = readLines(ipvsTable, [&](std::string_view line) {
        const std::vector<std::string_view> words = splitWords(line);
        if (words.size() > 5 && words[0] == "->")
            load.entries += readNumber<std::uint64_t>(words[4]).value_or(0) + readNumber<std::uint64_t>(words[5]).value_or(0);
    });
    if (!read)
        return std::nullopt;
    const std::uint64_t bits = readSetting("/sys/module/ip_vs/parameters/conn_tab_bits").value_or(0);
    load.buckets = bits == 0 || bits > mostTableBits ? 0 : std::uint64_t{1} << bits;
    load.dropsEntries = isAtWork("/proc/sys/net/ipv4/vs/drop_entry");
    load.dropsPackets = isAtWork("/proc/sys/net/ipv4/vs/drop_packet");
    readTimeouts(load);
    return load;
}

void add(std::vector<PlaceCounter>& counters, const std::string& place, const std::string& counter, std::uint64_t count)
{
    if (count > 0)
        counters.push_back({place, counter, count});
}

/// The figure of that name in a protocol's two lines, "Udp: NAME..." and "Udp: NUMBER...".
std::uint64_t figureOf(std::string_view snmp, std::string_view protocol, std::string_view name)
{
    std::vector<std::string_view> names;
    for (const std::string_view line : splitLines(snmp)) {
        const std::vector<std::string_view> words = splitWords(line);
        if (words.empty() || words.front() != protocol)
            continue;
        if (names.empty()) {
            names = words;
            continue;
        }
        const auto column = static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
        return column < words.size() ? readNumber<std::uint64_t>(words[column]).value_or(0) : 0;
    }
    return 0;
}

/// The figure of that name, one a line.
std::uint64_t figureOf(std::string_view snmp6, std::string_view name)
{
    for (const std::string_view line : splitLines(snmp6)) {
        const std::vector<std::string_view> words = splitWords(line);
        if (words.size() == 2 && words.front() == name)
            return readNumber<std::uint64_t>(words.back()).value_or(0);
    }
    return 0;
}

/// That of the calling thread's network namespace.
void addThisPlace(const std::string& place, LossFigures& figures)
{
    addPlace(place, readOptionalTextFile("/proc/thread-self/net/snmp").value_or(""),
             readOptionalTextFile("/proc/thread-self/net/snmp6").value_or(""), figures);
}

bool holdsAny(const PodNamespace& pod, const std::vector<Address>& servers)
{
    return std::any_of(pod.addresses.begin(), pod.addresses.end(),
                       [&](const Address& one) { return std::find(servers.begin(), servers.end(), one) != servers.end(); });
}

} // namespace

void addPlace(const std::string& place, std::string_view snmp, std::string_view snmp6, LossFigures& figures)
{
    add(figures.fullBuffers, place, "RcvbufErrors", figureOf(snmp, "Udp:", "RcvbufErrors"));
    add(figures.fullBuffers, place, "Udp6RcvbufErrors", figureOf(snmp6, "Udp6RcvbufErrors"));
    add(figures.lostFragments, place, "ReasmFails", figureOf(snmp, "Ip:", "ReasmFails"));
    add(figures.lostFragments, place, "Ip6ReasmFails", figureOf(snmp6, "Ip6ReasmFails"));
}

LossFigures readLossFigures(const std::vector<Prefix>& podNetworks, const std::vector<Address>& servers, const NamespaceSources& namespaces)
{
    LossFigures figures;
    figures.ipvs = readIpvs();
    addThisPlace("node", figures);
    std::vector<std::string> unread; // a look without the pods is still one
    std::size_t places = 0;
    for (const PodNamespace& pod : findPodNamespaces(namespaces, podNetworks, unread))
        if (holdsAny(pod, servers) && ++places <= mostPlaces)
            static_cast<void>(runInNamespace(namespaces, pod.name, [&] { addThisPlace(pod.name, figures); })); // it may have ended by now
    figures.allowances = readCardCounters(hardwareInterfaces(), "_allowance_exceeded");
    return figures;
}

} // namespace notrack
