#pragma once

#include "core/findings/findings.h"

#include <QString>

/// Routes of a node with a network of pods of its own, and of one without any; as nodeWith() reads them.
inline const char* const routed = "0.0.0.0/0 eth0 gateway, 192.0.2.0/24 eth0, 10.244.1.0/24 cni0, 10.244.2.0/24 flannel.1 gateway";
inline const char* const flat = "0.0.0.0/0 eth0 gateway, 192.0.2.0/24 eth0";

/// "10.244.2.3:53 Masq"
notrack::RealServer readServer(const QString& text);
/// A node with one DNS service, and what its tables hold.
notrack::NodeFacts nodeWith(const QString& routes, const QString& server, const QString& tables);
/// "refuses", "warns" or "goes on", with the ids that are worse than worth knowing.
QString verdict(const notrack::Profile& profile, const notrack::NodeFacts& facts);
/// A profile of that service with these further lines.
notrack::Profile readText(const QString& more);
