#pragma once

#include "core/linux/backend.h"
#include "core/linux/node/captured_sources.h"
#include "core/profile/profile_source.h"
#include "core/run/discover.h"
#include "core/run/operation.h"
#include "core/run/replayed_doors.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace notrack
{

/// What a capture is taken with. Without a profile it can be judged by another one only.
struct CaptureRequest
{
    std::string node;
    std::vector<ProfileSource> sources; ///< the files of the profile
    std::optional<Profile> profile;     ///< read from them
};

/// Reads everything that judging this node reads. Changes nothing.
Capture takeCapture(const CaptureRequest& request, ChosenBackend& backend, RunMemory& memory);

/// The profile that a capture was taken with, for the node's name. BadProfile where it holds none.
Result<Profile> capturedProfile(const Capture& capture);

/// A node that is judged from its capture: the same run on other doors. The capture must live as long.
class CapturedNode
{
public:
    /// BadProfile where `choice` names a backend that the capture has no tables of.
    static Result<std::unique_ptr<CapturedNode>> open(const Capture& capture, BackendChoice choice,
                                                      const std::optional<std::string>& chainPrefix);

    /// Runs a command that only reads. The report has the time of the capture.
    Report run(const Request& request);

    /// What a verdict names the facts by (core/findings/fingerprint.h); nothing where the tables cannot be read.
    std::optional<std::string> fingerprint(const Profile& profile);

private:
    CapturedNode(const Capture& capture, BackendChoice choice, const std::optional<std::string>& chainPrefix);

    const Capture& m_capture;
    std::string m_reason;
    ReplayedStore m_store;
    ReplayedStore m_other;
    ReplayedMemory m_memory;
    LinuxNodeInspector m_inspector;
    SilentProber m_prober;
    std::unique_ptr<Interrogator> m_interrogator;
    Node m_node;
};

/// What discover knows of that node.
NodeClues capturedClues(const Capture& capture);

} // namespace notrack
