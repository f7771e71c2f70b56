#include "tests/unit/findings/small_node.h"

#include "core/linux/node/saved_tables.h"
#include "core/profile/profile_reader.h"

#include <QStringList>

#include <array>

using namespace notrack;

namespace
{

std::vector<Route> readRoutes(const QString& text)
{
    std::vector<Route> routes;
    for (const QString& line : text.split(", ")) {
        const QStringList words = line.split(' ');
        routes.push_back({*readPrefix(words.at(0).toStdString()), words.at(1).toStdString(), words.size() > 2});
    }
    return routes;
}

} // namespace

RealServer readServer(const QString& text)
{
    const QString endpoint = text.section(' ', 0, 0);
    return {.address = *readAddress(endpoint.section(':', 0, 0).toStdString()),
            .port = Port{endpoint.section(':', 1, 1).toUShort()},
            .forwarding = text.section(' ', 1, 1).toStdString(),
            .weight = 1};
}

NodeFacts nodeWith(const QString& routes, const QString& server, const QString& tables)
{
    NodeFacts facts;
    facts.ipvs = true;
    facts.virtualServices = {{.address = *readAddress("10.96.0.10"),
                              .port = Port{53},
                              .protocol = Protocol::Udp,
                              .scheduler = "rr",
                              .realServers = {readServer(server)}}};
    for (const char* local : {"192.0.2.11/32", "10.244.1.1/32", "10.96.0.10/32", "127.0.0.0/8"})
        facts.localPrefixes.push_back(*readPrefix(local));
    facts.routes = readRoutes(routes);
    facts.savedTables = readSaveOutput(tables.toStdString(), Backend::Iptables, Family::Ipv4);
    facts.ipvsConntrack = true;
    return facts;
}

QString verdict(const Profile& profile, const NodeFacts& facts)
{
    QStringList ids;
    const std::vector<Finding> findings = judge(profile, facts, Backend::Iptables);
    for (const Finding& finding : findings) {
        if (finding.severity != Severity::Info)
            ids << QString::fromStdString(finding.id);
    }
    const QString word = forbidsApply(findings) ? "refuses" : ids.isEmpty() ? "goes on" : "warns";
    return ids.isEmpty() ? word : word + ": " + ids.join(' ');
}

Profile readText(const QString& more)
{
    const std::array sources{ProfileSource{"p.yaml", ("version: 1\nservices: [10.96.0.10]\n" + more).toStdString()}};
    return *readProfile(sources, "node-a");
}
