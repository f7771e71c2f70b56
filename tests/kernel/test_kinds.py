"""Small nodes, each of a kind that real ones are of: what the findings say, held against what the kernel does to the packets of a DNS exchange."""

import ipaddress
import os
import pathlib
import subprocess
import unittest

import crossing
from kinds import ADVISED, BALANCED, IPTABLES, NATIVE, ONE_NETWORK, OWN, SETS, UNNAMED, Node
from native_listing import listing_of
from node import NodeTest, quiet

FACTS = """route 0.0.0.0/0 eth0 gateway
route 192.0.2.0/24 eth0
route 10.244.1.0/24 cni0
route 10.244.2.0/24 flannel.1 gateway
""" + "".join(f"local {address}/32\n" for address in crossing.LOCAL)
CLIENTS = [f"10.244.{network}.{host}" for network in (1, 2) for host in (5, 20, 130, 200)]
START = "*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -m conntrack --ctstate NEW\nCOMMIT\n*raw\n-A PREROUTING -m tos --tos 0x04/0xff -j CT --notrack\n-A OUTPUT -m tos --tos 0x04/0xff -j CT --notrack\nCOMMIT\n"


SERVICE = "10.96.0.10"


def profile_of(node):
    return f"version: 1\nservices: [{SERVICE}]\npodCIDRs: [{node.networks}]\nscope: {node.scope}\n"


def exchanges(node):
    """The packets of DNS exchanges that the rules are about: way, whether conntrack knows the connection, source, destination, what they are."""
    for client in CLIENTS:
        here = client.startswith("10.244.1.")
        if here:
            yield "new", client, (SERVICE, "53"), "query"
        for server in (one.split(":") for one in node.servers):
            named = server[0].startswith("10.244.") and server[1] == "53"
            if here and node.forwarding == "Route":
                yield "output", client, (SERVICE, "53"), "query"  # IPVS changes nothing about it
            if node.forwarding != "Masq":
                continue
            if here:
                yield "output", client, server, "query"  # where IPVS sends it
            elif named and crossing.link_of(server[0]) == "cni0":
                yield "new", client, server, "query"
            if here or (named and crossing.link_of(server[0]) == "cni0"):
                yield "established", client, server, "answer" if named else "unnamed answer"
    for server in (one.split(":") for one in node.servers if node.scope == "any"):
        yield "output", SERVICE, server, "query"
        yield "established", SERVICE, server, "answer"


def verdict_of(node, facts, save, listing=""):
    """The verdict, and what is advised against what refuses or warns."""
    servers = "".join(f"ipvs {SERVICE}:53 {one} {node.forwarding}\n" for one in node.servers)
    asked = "END\n".join([profile_of(node), servers + facts, save + "\n", listing, ""])
    verdict, *advice = subprocess.run([os.environ["NOTRACK_PRINT_VERDICT"]], input=asked, capture_output=True, text=True, check=True).stdout.splitlines()
    return verdict, advice


class KindsTest(NodeTest):
    def setUp(self):
        super().setUp()
        self.crossing = crossing.Crossing()
        pathlib.Path("/proc/sys/net/netfilter/nf_conntrack_acct").write_text("1", encoding="ascii")  # or entries before a rule count nothing
        self.next = 0

    def packets(self, tracked, node):
        for way, client, (server, server_port), what in exchanges(node):
            if crossing.link_of(client) == crossing.link_of(server) and way != "output":
                continue  # this router has one link a network: pods of one network would not pass it
            self.next += 1
            ends = [(client, 32768 + self.next % 20000), (server, int(server_port))]
            (source, sport), (destination, dport) = ends if what == "query" else ends[::-1]
            yield {"id": self.next, "way": way, "source": source, "destination": destination, "sport": sport, "dport": dport,
                   "tos": 0 if tracked or what == "unnamed answer" else crossing.UNTRACKED_TOS}

    def prime(self, packet):
        """Makes conntrack know the connection of an answer."""
        self.crossing.send({**packet, "source": packet["destination"], "destination": packet["source"], "sport": packet["dport"], "dport": packet["sport"], "id": 0})

    def send(self, packet):
        if packet["way"] == "output":
            self.crossing.send_from_here(packet)
        else:
            self.crossing.send(packet)

    def load(self, text, native):
        quiet("nft", "flush", "ruleset")
        for table in ("filter", "nat", "mangle", "raw"):
            quiet("iptables-legacy", "-t", table, "-F")
            quiet("iptables-legacy", "-t", table, "-X")
        for hook in ("INPUT", "FORWARD", "OUTPUT"):
            quiet("iptables-legacy", "-P", hook, "ACCEPT")
        quiet("iptables-legacy-restore", "-n", input=START)
        if native:
            quiet("nft", "-f", "-", input=text)
        elif text:
            quiet("iptables-legacy-restore", "-n", input=text)

    def truth(self, load, node):
        """Whether an exchange loses a packet that it does not lose tracked, and whether tracked queries of pods get another source."""
        self.load("", False)
        sent = {tracked: list(self.packets(tracked, node)) for tracked in (True, False)}
        for packet in sent[True]:
            if packet["way"] == "established":
                self.prime(packet)
        self.crossing.arrivals()
        load()
        came = {}
        for tracked, packets in sent.items():
            for packet in packets:
                self.send(packet)
            came[tracked] = self.crossing.arrivals()
        pairs = list(zip(sent[True], sent[False], strict=True))
        lost = [one for one, other in pairs if one["id"] in came[True] and other["id"] not in came[False]]
        other_source = any(came[True].get(one["id"], one["source"]) != one["source"] and came[False].get(other["id"]) == other["source"]
                           for one, other in pairs if one["way"] == "output" and one["source"] != SERVICE)
        return bool(lost), other_source

    def judge(self, text, native, node):
        save = quiet("iptables-legacy-save") if not native else ""
        save = "\n".join(line for line in save.splitlines() if "--notrack" not in line)
        return verdict_of(node, FACTS, save, listing_of(self, *text.split()[1:3])[0] if native else "")

    def follow(self, advice, node):
        """Does what is advised against the filter. Commands are run as they are; iptables' are the legacy ones here."""
        for line in (line.removeprefix("stateful-forward: ") for line in advice if line.startswith("stateful-forward: ")):
            if line.startswith("the drop is NetworkPolicy's"):
                self.assertTrue(node.policies, line)
                self.load(node.policies, False)
            else:
                quiet("sh", "-c", line.replace("iptables", "iptables-legacy", 1) if line.startswith("iptables") else line)

    def check(self, rows, native):
        for name, text, expected, *more in rows:
            node = more[0] if more else Node()
            with self.subTest(name):
                lost, other_source = self.truth(lambda text=text: self.load(text, native), node)
                self.assertEqual((lost, other_source), ("stateful-forward" in expected, "lost-snat" in expected), "what the kernel does")
                verdict, advice = self.judge(text, native, node)
                self.assertEqual(verdict, expected)
                if lost:
                    self.follow(advice, node)
                    followed = quiet("nft", "list", "ruleset") if native else quiet("iptables-legacy-save")
                    verdict = self.judge(text, native, node)[0]
                    self.assertEqual(verdict, expected.replace(" stateful-forward", "").replace("refuses", "warns").removesuffix("warns") or "goes on", followed)
                    self.assertFalse(self.truth(lambda: self.load_again(followed, native), node)[0], f"lost after {advice}")

    def load_again(self, saved, native):
        self.load("", False)
        if native:
            quiet("nft", "-f", "-", input="flush ruleset\n" + saved)
        else:
            quiet("iptables-legacy-restore", input=saved)

    def test_iptables(self):
        for name, size in (("KUBE-CLUSTER-IP", "hash:ip,port"), ("KUBE-LOAD-BALANCER-FW", "hash:ip,port"), ("KUBE-LOOP-BACK", "hash:ip,port,ip"),
                           ("kube-router-service-ips", "hash:ip"), ("cali40all-ipam-pools", "hash:net"), ("cali40masq-ipam-pools", "hash:net"), ("of-somebody", "hash:ip"), ("of-nobody", "hash:ip")):
            quiet("ipset", "create", name, size)
        for name, entry in (("KUBE-CLUSTER-IP", "10.96.0.10,udp:53"), ("KUBE-LOAD-BALANCER-FW", "192.0.2.77,udp:53"), ("kube-router-service-ips", "10.96.0.10"),
                            ("cali40all-ipam-pools", "10.244.0.0/16"), ("cali40masq-ipam-pools", "10.244.0.0/16"),
                            ("KUBE-LOOP-BACK", "10.244.1.3,udp:53,10.244.1.3"), ("of-somebody", "10.244.1.20"), ("of-nobody", "10.244.9.9")):
            quiet("ipset", "add", name, entry)
        for name, kind, elements in SETS:
            quiet("ipset", "create", name, kind, *(["range", "0-65535"] if kind == "bitmap:port" else []))
            for element in elements:
                quiet("ipset", "add", name, *element.split())
        self.check(IPTABLES, False)

    def test_servers_that_the_rules_do_not_name(self):
        self.check(UNNAMED, False)

    def test_native(self):
        self.check(NATIVE, True)

    def test_the_nodes_own_exchange(self):
        self.check(OWN, False)

    def test_what_ipvs_balances_all_the_same(self):
        """Direct routing: what leaves for the service's address leaves by the link of the real server."""
        quiet("ip", "rule", "add", "pref", "10", "lookup", "local")
        quiet("ip", "rule", "del", "pref", "0")
        quiet("ip", "rule", "add", "pref", "5", "iif", "lo", "to", SERVICE, "lookup", "100")
        quiet("ip", "route", "add", "default", "via", "192.0.2.130", "dev", "eth0", "table", "100")
        self.check(BALANCED, False)

    def test_advice(self):
        self.check(ADVISED, False)


class OneNetworkTest(NodeTest):
    """Scope any where no route says which node a pod is on: the node's own queries, from the service's address, to a DNS server here and to one of another node."""

    def add_place(self, name, link, address, gateway=None):
        quiet("ip", "netns", "add", name)
        self.addCleanup(quiet, "ip", "netns", "delete", name)
        quiet("ip", "link", "add", f"to-{name}", "master", link, "up", "type", "veth", "peer", "name", "eth0", "netns", name)
        quiet("ip", "-n", name, "link", "set", "lo", "up")
        quiet("ip", "-n", name, "link", "set", "eth0", "up")
        quiet("ip", "-n", name, "address", "add", address, "dev", "eth0")
        if gateway:
            quiet("ip", "-n", name, "route", "add", "default", "via", gateway)
        else:
            quiet("ip", "-n", name, "address", "add", SERVICE + "/32", "dev", "lo")  # as every node has it
        self.serve_dns(self.switch, address.split("/", maxsplit=1)[0], name)

    def answers(self, server):
        return "NXDOMAIN" in quiet("dig", "+tries=1", "+time=1", "-b", SERVICE, f"@{server}", "a.test", check=False)

    def test_own_queries(self):
        self.switch = self.folder / "switch"
        self.switch.write_text("on")
        for link, own, here, away in ONE_NETWORK:
            with self.subTest(link):
                network, length = str(ipaddress.ip_interface(own).network), own.split("/")[1]
                quiet("ip", "link", "add", link, "up", "type", "bridge")
                quiet("ip", "address", "add", own, "dev", link)
                self.add_place(f"here-{link}", link, f"{here}/{length}", own.split("/", maxsplit=1)[0])
                self.add_place(f"away-{link}", link, f"{away}/{length}")
                quiet("iptables-legacy", "-t", "nat", "-A", "POSTROUTING", "-s", SERVICE, "-j", "MASQUERADE")
                self.assertEqual([self.answers(here), self.answers(away)], [True, True], "tracked")
                for chain in ("PREROUTING", "OUTPUT"):
                    for ends in (("-d", "--dport"), ("-s", "--sport")):
                        self.iptables("-A", chain, ends[0], network, "-p", "udp", ends[1], "53", "-j", "CT", "--notrack")
                self.assertEqual([self.answers(here), self.answers(away)], [True, False], "untracked")
                self.iptables("-F")
                facts = f"route 0.0.0.0/0 eth0 gateway\nroute {network} {link}\nlocal {SERVICE}/32\nlocal {own.split('/', maxsplit=1)[0]}/32\n"
                both, one = (Node(servers=tuple(f"{server}:53" for server in servers), networks=network, scope="any") for servers in ((here, away), (here,)))
                self.assertEqual([verdict_of(both, facts, "")[0], verdict_of(both, facts + f"pod {here}\n", "")[0], verdict_of(one, facts + f"pod {here}\n", "")[0]],
                                 ["refuses host-queries", "refuses host-queries", "warns host-queries"])


if __name__ == "__main__":
    unittest.main()
