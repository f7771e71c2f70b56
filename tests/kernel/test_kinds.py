"""Small nodes, each of a kind that real ones are of: what the findings say, held against what the kernel does to the packets of a DNS exchange."""

import os
import subprocess
import unittest

import crossing
from kinds import IPTABLES, NATIVE, UNNAMED
from native_listing import listing_of
from node import NodeTest, quiet

PROFILE = "version: 1\nservices: [10.96.0.10]\npodCIDRs: [10.244.0.0/16]\n"
FACTS = """route 0.0.0.0/0 eth0 gateway
route 192.0.2.0/24 eth0
route 10.244.1.0/24 cni0
route 10.244.2.0/24 flannel.1 gateway
""" + "".join(f"local {address}/32\n" for address in crossing.LOCAL)
HERE, AWAY = "10.244.1.3", "10.244.2.3"  # the DNS servers, where a row names no other
SERVERS = (f"{HERE}:53", f"{AWAY}:53")
CLIENTS = [f"10.244.{network}.{host}" for network in (1, 2) for host in (5, 20, 130, 200)]
START = "*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -m conntrack --ctstate NEW\nCOMMIT\n*raw\n-A PREROUTING -m tos --tos 0x04/0xff -j CT --notrack\n-A OUTPUT -m tos --tos 0x04/0xff -j CT --notrack\nCOMMIT\n"


def exchanges_with(server):
    """The same with one server elsewhere, whose answers the rules do not name."""
    for client in CLIENTS:
        if client.startswith("10.244.1."):
            yield "new", client, "10.96.0.10", "query"
            yield "output", client, server, "query"
            yield "established", server, client, "unnamed answer"


def exchanges():
    """The packets of pods that ask: way, whether conntrack knows the connection, source, destination, what they are."""
    for client in CLIENTS:
        here = client.startswith("10.244.1.")
        if here:
            yield "new", client, "10.96.0.10", "query"
            yield "output", client, HERE, "query"  # where IPVS sends it
            yield "output", client, AWAY, "query"
            yield "established", HERE, client, "answer"
            yield "established", AWAY, client, "answer"
        else:
            yield "new", client, HERE, "query"
            yield "established", HERE, client, "answer"


class KindsTest(NodeTest):
    def setUp(self):
        super().setUp()
        self.crossing = crossing.Crossing()
        self.next = 0

    def packets(self, tracked, server):
        host, _, server_port = (server or SERVERS[0]).partition(":")
        for way, source, destination, what in exchanges_with(host) if server else exchanges():
            if crossing.link_of(source) == crossing.link_of(destination) and way != "output":
                continue  # this router has one link a network: pods of one network would not pass it
            self.next += 1
            client = 32768 + self.next % 20000
            port = 53 if destination == "10.96.0.10" else int(server_port)
            ports = (client, port) if what == "query" else (port, client)
            yield {"id": self.next, "way": way, "source": source, "destination": destination, "sport": ports[0], "dport": ports[1],
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

    def truth(self, text, native, server):
        """Whether an exchange loses a packet that it does not lose tracked, and whether tracked queries of pods get another source."""
        self.load("", False)
        sent = {tracked: list(self.packets(tracked, server)) for tracked in (True, False)}
        for packet in sent[True]:
            if packet["way"] == "established":
                self.prime(packet)
        self.crossing.arrivals()
        self.load(text, native)
        came = {}
        for tracked, packets in sent.items():
            for packet in packets:
                self.send(packet)
            came[tracked] = self.crossing.arrivals()
        pairs = list(zip(sent[True], sent[False], strict=True))
        lost = [one for one, other in pairs if one["id"] in came[True] and other["id"] not in came[False]]
        other_source = any(came[True].get(one["id"], one["source"]) != one["source"] and came[False].get(other["id"]) == other["source"]
                           for one, other in pairs if one["way"] == "output")
        return bool(lost), other_source

    def verdict(self, text, native, server):
        save = quiet("iptables-legacy-save") if not native else ""
        save = "\n".join(line for line in save.splitlines() if "--notrack" not in line)
        listing = listing_of(self, *text.split()[1:3])[0] if native else ""
        servers = "".join(f"ipvs 10.96.0.10:53 {one} Masq\n" for one in ([server] if server else SERVERS))
        asked = PROFILE + "END\n" + servers + FACTS + "END\n" + save + "\nEND\n" + listing + "END\n"
        return subprocess.run([os.environ["NOTRACK_PRINT_VERDICT"]], input=asked, capture_output=True, text=True, check=True).stdout.strip()

    def check(self, rows, native):
        for name, text, expected, *server in rows:
            with self.subTest(name):
                lost, other_source = self.truth(text, native, *server or [None])
                self.assertEqual((lost, other_source), ("refuses" in expected, "lost-snat" in expected), "what the kernel does")
                self.assertEqual(self.verdict(text, native, *server or [None]), expected)

    def test_iptables(self):
        for name, size in (("KUBE-CLUSTER-IP", "hash:ip,port"), ("KUBE-LOAD-BALANCER-FW", "hash:ip,port"), ("KUBE-LOOP-BACK", "hash:ip,port,ip"),
                           ("kube-router-service-ips", "hash:ip"), ("cali40all-ipam-pools", "hash:net"), ("cali40masq-ipam-pools", "hash:net")):
            quiet("ipset", "create", name, size)
        for name, entry in (("KUBE-CLUSTER-IP", "10.96.0.10,udp:53"), ("KUBE-LOAD-BALANCER-FW", "192.0.2.77,udp:53"), ("kube-router-service-ips", "10.96.0.10"),
                            ("cali40all-ipam-pools", "10.244.0.0/16"), ("cali40masq-ipam-pools", "10.244.0.0/16"),
                            ("KUBE-LOOP-BACK", "10.244.1.3,udp:53,10.244.1.3")):
            quiet("ipset", "add", name, entry)
        self.check(IPTABLES, False)

    def test_servers_that_the_rules_do_not_name(self):
        self.check(UNNAMED, False)

    def test_native(self):
        self.check(NATIVE, True)


if __name__ == "__main__":
    unittest.main()
