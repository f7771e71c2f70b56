#include "core/net/rule.h"

namespace notrack
{

std::string toText(const NotrackRule& rule)
{
    const std::string protocol(toText(rule.protocol));
    std::string text;
    if (rule.source)
        text += "-s " + toText(*rule.source) + " ";
    if (rule.destination)
        text += "-d " + toText(*rule.destination) + " ";
    text += "-p " + protocol + " ";
    if (rule.sourcePort || rule.destinationPort)
        text += "-m " + protocol + " ";
    if (rule.sourcePort)
        text += "--sport " + toText(*rule.sourcePort) + " ";
    if (rule.destinationPort)
        text += "--dport " + toText(*rule.destinationPort) + " ";
    if (rule.notLocal == NotLocal::Source)
        text += "-m addrtype ! --src-type LOCAL ";
    if (rule.notLocal == NotLocal::Destination)
        text += "-m addrtype ! --dst-type LOCAL ";
    return text + (rule.target == RuleTarget::Return ? "-j RETURN" : "-j CT --notrack");
}

} // namespace notrack
