#pragma once

#include "core/net/ip.h"

#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

/// Values of a top-level key in a plain YAML file, as kubelet, k3s and RKE2 have them: `key: value`, `key: [a, b]`, or
/// a list of
/// `- value` lines below. Comma-separated values are split. Anchors and the like are not understood and give nothing.
std::vector<std::string> readYamlValues(std::string_view text, std::string_view key);

/// Values of `--name=value` or `--name value` anywhere in a text: manifests, unit files, environment files. Commas
/// split.
std::vector<std::string> readFlagValues(std::string_view text, std::string_view name);

/// Strings of `"key": "value"` or `"key": ["a", "b"]` anywhere in JSON text, such as a CNI configuration.
std::vector<std::string> readJsonStrings(std::string_view text, std::string_view key);

/// The value of `NAME=value` lines: /run/flannel/subnet.env. Commas split.
std::vector<std::string> readVariable(std::string_view text, std::string_view name);

} // namespace notrack
