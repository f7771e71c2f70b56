#pragma once

#include "core/base/error.h"
#include "core/linux/system/file_descriptor.h"

#include <utility>

namespace notrack
{

/// Addresses of this network namespace that come or go, and links that go, as the kernel announces them over rtnetlink. What every pod's start and
/// end brings is passed over: links of the kind veth, and link-local addresses.
class LinkEvents
{
public:
    /// What changes from here on is told.
    static Result<LinkEvents> open();

    /// Waits until something has changed. What the kernel had no room to tell counts as a change.
    Result<void> wait();

    /// Whether something changed that was not waited for; takes it all.
    Result<bool> drain();

private:
    explicit LinkEvents(FileDescriptor file) : m_file(std::move(file)) {}

    enum class News { None, OfPods, Change };

    Result<News> read(int flags);

    FileDescriptor m_file;
};

} // namespace notrack
