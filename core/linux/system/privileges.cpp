#include "core/linux/system/privileges.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

namespace notrack
{

Result<void> requireTableAccess()
{
    __user_cap_header_struct header{};
    header.version = _LINUX_CAPABILITY_VERSION_3;
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
    const bool known = syscall(SYS_capget, &header, sets.data()) == 0;
    constexpr unsigned needed = (1U << CAP_NET_ADMIN) | (1U << CAP_NET_RAW);
    if (known && (sets[0].effective & needed) != needed)
        return makeError(ErrorKind::NotPermitted,
                         "reading and writing the raw table needs CAP_NET_ADMIN and CAP_NET_RAW; run this as root, for instance with sudo");
    return {};
}

} // namespace notrack
