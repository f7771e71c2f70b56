#pragma once

#include "core/profile/profile.h"
#include "core/profile/yaml_document.h"

#include <string>

/// One function for each kind of value in a profile. An error says what is wrong with the value and what is allowed.
namespace notrack
{

/// Of what somebody wrote an error quotes this many bytes.
inline constexpr std::size_t longestQuote = 60;

/// A unicast address that a Service or an IPVS virtual service can have.
Result<Address> readServiceAddress(const YamlNode& node);
Result<Prefix> readPodCidr(const YamlNode& node);
/// A network of nodes: not every address there is, since others send to a tunnel's port as well.
Result<Prefix> readPeers(const YamlNode& node);
Result<Port> readPort(const YamlNode& node);
Result<Protocol> readProtocol(const YamlNode& node);
Result<Scope> readScope(const YamlNode& node);
Result<BackendChoice> readBackend(const YamlNode& node);
Result<ProbeOrigin> readProbeOrigin(const YamlNode& node);
Result<int> readVersion(const YamlNode& node);
Result<std::string> readLabel(const YamlNode& node);
Result<std::string> readChainPrefix(const YamlNode& node);
Result<std::string> readFindingId(const YamlNode& node);
/// A DNS name of letters, digits, '-' and '_', with or without a dot at its end.
Result<std::string> readDnsName(const YamlNode& node);
/// "2s" or "500ms", from 100 ms to 10 s.
Result<std::chrono::milliseconds> readTimeout(const YamlNode& node);
/// A host name in which '*' stands for any letters.
Result<std::string> readHostGlob(const YamlNode& node);

} // namespace notrack
