#include "core/linux/dns/dns_message.h"

#include <cstddef>
#include <cstdint>
#include <span>

/// Answers come from the network.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static_cast<void>(notrack::readAnswer(std::span(data, size), "kubernetes.default.svc.cluster.local"));
    return 0;
}
