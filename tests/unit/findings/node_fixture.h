#pragma once

#include "core/linux/node/node_inspector.h"
#include "core/profile/profile.h"

#include <QString>

/// Sources of a node that is laid out in a directory: `node/` is its root, `saves/` what programs printed there,
/// `nft-tables` the nftables tables, one a line.
notrack::FactSources fixtureSources(const QString& directory);

/// What the inspector finds in a capture of it, written and read, with the legacy raw tables that a store would have read.
notrack::NodeFacts fixtureFacts(const QString& directory, const notrack::Profile& profile);

/// The profile.yaml of such a directory.
notrack::Profile fixtureProfile(const QString& directory);
