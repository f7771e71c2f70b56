#include "core/linux/node/needed_lines.h"

#include "core/base/text_lines.h"
#include "core/linux/node/cluster_files.h"

#include <algorithm>
#include <array>
#include <vector>

namespace notrack
{

namespace
{

constexpr std::string_view modprobeOption = "raw_before_defrag";
constexpr std::array yamlKeys{"clusterDNS", "clusterDomain", "cluster-dns", "cluster-cidr"};
constexpr std::array flags{"cluster-dns", "cluster-domain", "cluster-cidr"};
constexpr std::array jsonKeys{"ipv4_pools", "ipv6_pools", "subnet"};

std::string joined(const std::vector<std::string>& values, const char* quote)
{
    std::string text;
    for (const std::string& value : values)
        text.append(text.empty() ? "" : ",").append(quote).append(value).append(quote);
    return text;
}

std::string linesWith(std::string_view part, std::string_view text)
{
    std::string kept;
    for (const std::string_view line : splitLines(text)) {
        if (line.find(part) != std::string_view::npos)
            kept.append(line).append("\n");
    }
    return kept;
}

std::string valuesOf(std::string_view text)
{
    std::string kept;
    for (const char* key : yamlKeys) {
        if (const auto values = readYamlValues(text, key); !values.empty())
            kept.append(key).append(": [").append(joined(values, "\"")).append("]\n");
    }
    for (const char* flag : flags) {
        for (const std::string& value : readFlagValues(text, flag))
            kept.append("# --").append(flag).append("=").append(value).append("\n");
    }
    for (const char* key : jsonKeys) {
        if (const auto values = readJsonStrings(text, key); !values.empty())
            kept.append("# \"").append(key).append("\": [").append(joined(values, "\"")).append("]\n");
    }
    return kept;
}

bool startsWithAny(std::string_view path, std::initializer_list<std::string_view> beginnings)
{
    return std::any_of(beginnings.begin(), beginnings.end(), [&](std::string_view beginning) { return path.starts_with(beginning); });
}

} // namespace

std::string neededOf(const std::string& path, std::string text)
{
    if (path == "/proc/cmdline" || path.starts_with("/etc/modprobe.d/"))
        return linesWith(modprobeOption, text);
    if (startsWithAny(path, {"/proc/", "/sys/", "/run/"}))
        return text;
    return valuesOf(text);
}

} // namespace notrack
