"""`tunnels:` in the profile: a VXLAN between two nodes, whose outer packets leave no conntrack entry where the rules stand, and arrive all the same."""

import hashlib
import os
import pathlib
import select
import socket
import subprocess
import sys
import unittest

import conntrack_entries
from node import BACKEND, RUNNER, SERVICE, NodeTest, differences, profile, quiet

PORT = 8472
QUERIES = 20
POD = "10.244.1.5"
PEER = "peer"
HERE, THERE = "172.20.1.1", "172.20.2.1"  # no pods: the peer's namespace has a name as a pod's has
UNDERLAYS = {socket.AF_INET: ("192.0.2.1", "192.0.2.2", 24, ["192.0.2.0/24"]), socket.AF_INET6: ("2001:db8::1", "2001:db8::2", 64, ["2001:db8::/64"])}

# At the peer: answers datagrams, and sums what a connection sends.
SERVER = """
import hashlib, socket, sys, threading
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind((sys.argv[1], 53))
tcp = socket.create_server(('', 8080))
def answer():
    while True:
        query, client = udp.recvfrom(512)
        udp.sendto(query, client)
threading.Thread(target=answer, daemon=True).start()
print(flush=True)
while True:
    with tcp.accept()[0] as connection:
        total = hashlib.sha256()
        while piece := connection.recv(1 << 16):
            total.update(piece)
        connection.sendall(total.digest())
"""


def at_peer(*command):
    return ["ip", "netns", "exec", PEER, *command]


class Nodes(NodeTest):
    """This namespace and a peer, which the tunnel joins."""

    def setUp(self):
        super().setUp()
        quiet("mount", "-t", "tmpfs", "none", "/run")
        self.addCleanup(quiet, "umount", "-l", "/run")
        quiet("ip", "netns", "add", PEER)
        quiet("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", PEER)
        for run, inner, outer in (((), HERE, 0), (at_peer(), THERE, 1)):
            for name in ("iptables-legacy", "ip6tables-legacy"):  # or nothing is tracked
                quiet(*run, name, "-A", "INPUT", "-m", "conntrack", "--ctstate", "INVALID", "-j", "ACCEPT")
            for underlay in UNDERLAYS.values():
                quiet(*run, "ip", "address", "add", f"{underlay[outer]}/{underlay[2]}", "dev", "eth0", *(["nodad"] if ":" in underlay[outer] else []))
            quiet(*run, "ip", "link", "set", "lo", "up")
            quiet(*run, "ip", "link", "set", "eth0", "up")
            quiet(*run, "ip", "address", "add", inner + "/32", "dev", "lo")

    def dig(self, family):
        """The tunnel over that underlay."""
        here, there, _, _ = UNDERLAYS[family]
        for run, local, remote, near, far in (((), here, there, HERE, THERE), (at_peer(), there, here, THERE, HERE)):
            quiet(*run, "ip", "link", "add", "vxlan0", "type", "vxlan", "id", "1", "local", local, "remote", remote, "dstport", str(PORT))
            quiet(*run, "ip", "link", "set", "vxlan0", "up")
            quiet(*run, "ip", "address", "add", near, "peer", far, "dev", "vxlan0")
        process = subprocess.Popen(at_peer(sys.executable, "-c", SERVER, THERE), stdout=subprocess.PIPE)
        self.server = process
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.assertTrue(select.select([process.stdout], [], [], 20)[0])
        process.stdout.readline()
        self.ask(1)  # neighbours are known from here on
        self.profile_for(family)

    def fill_in(self):
        self.server.kill()
        for run in ((), at_peer()):
            quiet(*run, "ip", "link", "del", "vxlan0")

    def profile_for(self, family):
        self.write_profile(profile(pods=("10.244.0.0/16",), scope="pods", tunnels=[{"port": PORT, "peers": UNDERLAYS[family][3]}]))

    def ask(self, count):
        """Queries from as many sockets, each answered."""
        for _ in range(count):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                client.settimeout(3)
                client.sendto(b"query", (THERE, 53))
                self.assertEqual(client.recv(512), b"query")

    def entries_after_queries(self, family):
        """Entries of the tunnel's outer packets, here and at the peer."""
        count = f"import sys; sys.path.insert(0, {str(pathlib.Path(__file__).parent)!r}); import conntrack_entries; print(conntrack_entries.entries_to({PORT}, {int(family)}))"
        for run in ((), at_peer()):
            quiet(*run, "conntrack", "-F", "-f", "ipv4" if family == socket.AF_INET else "ipv6")
        self.ask(QUERIES)
        return conntrack_entries.entries_to(PORT, family), int(quiet(*at_peer(sys.executable, "-B", "-c", count)))

    def at_both(self, command):
        """The command of the runner on both nodes."""
        getattr(self, command)()
        folders = {"RUNTIME_DIRECTORY": str(self.memory / "peer-run"), "STATE_DIRECTORY": str(self.memory / "peer-state")}
        quiet(*at_peer(RUNNER, command, "--profile", str(self.profile)), env={**os.environ, **folders})

    def transfer(self, mtu):
        """Two megabytes through the tunnel; whether they came as they were sent."""
        for run in ((), at_peer()):
            quiet(*run, "ip", "link", "set", "vxlan0", "mtu", str(mtu))
        content = os.urandom(1 << 21)
        with socket.create_connection((THERE, 8080), timeout=20) as connection:
            connection.sendall(content)
            connection.shutdown(socket.SHUT_WR)
            return connection.recv(64) == hashlib.sha256(content).digest()


class Tunnel(Nodes):
    def check_entries(self, family):
        self.dig(family)
        for entries in self.entries_after_queries(family):
            self.assertGreaterEqual(entries, 2 * QUERIES - 2)  # two inner flows may have got the same outer port
        self.at_both("apply")
        self.assertEqual(self.entries_after_queries(family), (0, 0))
        self.at_both("remove")
        for entries in self.entries_after_queries(family):
            self.assertGreaterEqual(entries, 2 * QUERIES - 2)

    def test_queries_leave_no_entries_over_ipv4(self):
        self.check_entries(socket.AF_INET)

    def test_queries_leave_no_entries_over_ipv6(self):
        """A family with tunnels and without a service."""
        self.check_entries(socket.AF_INET6)

    def test_rules_for_dns_alone_leave_the_tunnel_tracked(self):
        self.dig(socket.AF_INET)
        self.write_profile(profile(pods=("10.244.0.0/16",), scope="pods"))
        self.at_both("apply")
        self.assertGreaterEqual(min(self.entries_after_queries(socket.AF_INET)), 2 * QUERIES - 2)

    def test_transfers_come_as_they_were_sent(self):
        """At the tunnel's own MTU, and at one whose outer packets are fragments."""
        for family, header in ((socket.AF_INET, 50), (socket.AF_INET6, 70)):
            self.dig(family)
            self.at_both("apply")
            for mtu in (1500 - header, 1500):
                self.assertTrue(self.transfer(mtu), (family, mtu))
            self.at_both("remove")
            self.fill_in()

    def test_discover_proposes_them(self):
        self.dig(socket.AF_INET)
        quiet("ip", "link", "add", "other", "type", "vxlan", "id", "2", "dev", "eth0", "dstport", "4789")
        proposed = [line for line in self.run_runner("discover").stdout.splitlines() if "port:" in line]
        self.assertEqual(proposed, [f'#   - {{ port: {PORT}, peers: ["192.0.2.0/24"] }} # vxlan vxlan0',
                                    '#   - { port: 4789, peers: ["192.0.2.0/24", "2001:db8::/64"] } # vxlan other'])

    def test_chains_are_ours_in_everything(self):
        before = [self.listing(family) for family in ("ip", "ip6")]
        self.profile_for(socket.AF_INET6)
        report = self.apply()
        self.assertEqual(differences(report), [])
        chains = {family["family"]: [chain["name"] for chain in family["chains"]] for family in report["families"]}
        tunnels = ["NMANAGER_PREROUTING", "NMANAGER_NOT_TUN_PREROUTING", "NMANAGER_OUTPUT", "NMANAGER_NOT_TUN_OUTPUT"]
        self.assertEqual(chains, {"ipv4": [name.replace("TUN", "DNS") for name in tunnels], "ipv6": tunnels})
        self.assertFalse(self.apply()["changed"])

        if BACKEND == "nftables":
            quiet("nft", "flush", "chain", "ip6", "nmanager", "NMANAGER_NOT_TUN_OUTPUT")
        else:
            quiet("ip6tables-legacy", "-w", "-t", "raw", "-F", "NMANAGER_NOT_TUN_OUTPUT")
        rule = "-s 2001:db8::/64 -d 2001:db8::/64 -p udp -m udp --dport 8472 -j CT --notrack"
        self.assertEqual(differences(self.status(code=2)), [f"NMANAGER_NOT_TUN_OUTPUT: {rule}: missing"])
        self.assertIn(f"+-A NMANAGER_NOT_TUN_OUTPUT {rule}", self.run_runner("apply", "--check", "--diff").stdout)
        self.assertTrue(self.apply()["changed"])
        self.assertIn(f'dns_notrack_rule_packets_total{{family="ipv6",chain="NMANAGER_NOT_TUN_OUTPUT",rule="{rule}"}} 0',
                      self.run_runner("status", "--output", "prometheus").stdout)

        self.write_profile(profile(pods=("10.244.0.0/16",), scope="pods"))
        self.assertEqual([family["family"] for family in self.apply()["families"]], ["ipv4"])
        self.profile_for(socket.AF_INET)
        self.apply()
        if BACKEND == "iptables":  # what takes the tunnel's packets must not stand before our jump
            self.iptables("-I", "OUTPUT", "-p", "udp", "--dport", str(PORT), "-j", "ACCEPT")
            self.assertEqual(differences(self.status(code=2)), ["OUTPUT -> NMANAGER_OUTPUT: misplaced"])
            self.apply()
            self.assertEqual(differences(self.status()), [])
        self.remove()
        after = [self.listing(family) for family in ("ip", "ip6")]
        self.assertEqual([[line for line in text if "NMANAGER" in line or "nmanager" in line] for text in after], [[], []])
        if BACKEND == "nftables":
            self.assertEqual(after, before)


class Refused(Nodes):
    """The two arrangements that untracked packets of a tunnel break: refused with the rule named, and what the kernel does all the same."""

    def profile_waiving(self, *more, peers=("192.0.2.0/24",)):
        self.write_profile(profile(pods=("10.244.0.0/16",), scope="pods", tunnels=[{"port": PORT, "peers": list(peers)}],
                                   safety={"waive": ["not-ipvs", *more], "probe": False}))

    def refused(self, name, rule):
        fatal = [one for one in self.apply(code=3)["findings"] if one["severity"] == "fatal" and not one["waived"]]
        self.assertEqual([one["id"] for one in fatal], [name])
        self.assertIn(rule, " ".join(fatal[0]["evidence"]))

    def test_a_node_whose_output_lives_by_connection_state(self):
        self.dig(socket.AF_INET)
        quiet("iptables-legacy", "-A", "OUTPUT", "-m", "conntrack", "--ctstate", "NEW,RELATED,ESTABLISHED", "-j", "ACCEPT")
        quiet("iptables-legacy", "-P", "OUTPUT", "DROP")
        self.ask(1)
        self.profile_waiving("stateful-forward")
        self.refused("stateful-tunnel", ":OUTPUT DROP")
        self.ask(1)
        self.profile_waiving("stateful-forward", "stateful-tunnel")
        self.apply()
        with self.assertRaises(TimeoutError):
            self.ask(1)
        quiet("iptables-legacy", "-I", "OUTPUT", "-p", "udp", "-s", "192.0.2.0/24", "-d", "192.0.2.0/24", "--dport", str(PORT), "-m", "conntrack", "--ctstate", "UNTRACKED", "-j", "ACCEPT")
        self.ask(1)  # as the finding advises

    def serve_far_away(self):
        """The service's address is the peer's, beyond the tunnel, and answers as DNS does."""
        quiet("ip", "address", "del", SERVICE + "/32", "dev", "lo")
        quiet("ip", "route", "add", SERVICE + "/32", "dev", "vxlan0", "src", HERE)
        quiet(*at_peer("ip", "address", "add", SERVICE + "/32", "dev", "lo"))
        switch = self.folder / "switch"
        switch.write_text("on")
        self.serve_dns(switch, pod=PEER)
        pathlib.Path("/proc/sys/net/ipv4/ip_forward").write_text("1", encoding="ascii")
        quiet("ip", "netns", "add", "pod")
        quiet("ip", "link", "add", "vpod", "type", "veth", "peer", "name", "eth0", "netns", "pod")
        quiet("ip", "link", "set", "vpod", "up")
        quiet("ip", "route", "add", POD + "/32", "dev", "vpod")
        for words in (("link", "set", "lo", "up"), ("link", "set", "eth0", "up"), ("address", "add", POD + "/32", "dev", "eth0"), ("route", "add", "default", "dev", "eth0")):
            quiet("ip", "-n", "pod", *words)
        pathlib.Path("/proc/sys/net/ipv4/conf/vpod/proxy_arp").write_text("1", encoding="ascii")
        quiet(*at_peer("ip", "route", "add", POD + "/32", "via", HERE, "dev", "vxlan0"))

    def test_dns_that_is_lost_with_the_tunnel_brings_it_back(self):
        """Findings waived; a trial of the rules for DNS sees no difference, since tracked queries are lost with the tunnel as well."""
        self.dig(socket.AF_INET)
        self.serve_far_away()
        for rule in (("-o", "lo"), ("-o", "vxlan0"), ("-m", "conntrack", "--ctstate", "NEW,RELATED,ESTABLISHED")):
            quiet("iptables-legacy", "-A", "OUTPUT", *rule, "-j", "ACCEPT")
        quiet("iptables-legacy", "-P", "OUTPUT", "DROP")
        waived = ["not-ipvs", "stateful-forward", "stateful-tunnel", "host-queries", "no-backends"]
        for scope in ("any", "pods"):
            with self.subTest(scope):
                self.write_profile(profile(pods=("10.244.0.0/16",), scope=scope, tunnels=[{"port": PORT, "peers": ["192.0.2.0/24"]}],
                                           safety={"waive": waived, "probe": {"name": "answer.test", "from": ["pods"], "timeout": "500ms"}}))
                report = self.apply(code=4)
                self.assertTrue(report["rolled_back"])
                self.ask(1)
                self.assertNotIn("NMANAGER", "\n".join(self.listing()))

    def test_a_far_end_that_is_lost_brings_the_rules_back(self):
        """DNS is answered on this node; nothing but an echo tells that the tunnel is broken."""
        self.dig(socket.AF_INET)
        quiet("ip", "route", "add", "10.244.2.0/24", "via", THERE, "dev", "vxlan0", "onlink")
        switch = self.folder / "switch"
        switch.write_text("on")
        self.serve_dns(switch)

        def write_profile(*waived):
            self.write_profile(profile(pods=("10.244.0.0/16",), scope="any", tunnels=[{"port": PORT, "peers": ["192.0.2.0/24"]}],
                                       safety={"waive": ["not-ipvs", "no-backends", "host-queries", *waived], "probe": {"name": "answer.test", "from": ["node"], "timeout": "500ms"}}))

        write_profile()
        self.assertTrue(self.apply()["changed"])
        self.remove()
        told = self.report("trial", "--profile", str(self.profile))
        self.assertIn(f"{THERE}, beyond the tunnel to 192.0.2.2, answers an ICMP echo with and without rules for that node alone", told["notes"])
        quiet("iptables-legacy", "-A", "INPUT", "-p", "udp", "--dport", str(PORT), "-m", "length", "--length", "0:200", "-m", "conntrack", "--ctstate", "UNTRACKED", "-j", "DROP")
        told = self.report("trial", "--profile", str(self.profile), code=3)
        self.assertEqual((told["trial"]["outcome"], told["findings"][0]["id"]), ("lost", "trial"))
        self.assertNotIn("NMANAGER", "\n".join(self.listing()))
        report = self.apply(code=3)
        self.assertEqual((report["findings"][0]["id"], report["changed"]), ("trial", False))
        self.assertIn(f"{THERE}, beyond the tunnel to 192.0.2.2, ", report["findings"][0]["evidence"][0])
        self.assertNotIn("NMANAGER", "\n".join(self.listing()))
        write_profile("trial")
        report = self.apply(code=4)
        self.assertEqual(report["notes"], [f"beyond the tunnel, {THERE} answers an ICMP echo only without the rules"])
        self.assertNotIn("NMANAGER", "\n".join(self.listing()))

    def test_a_node_that_masquerades_other_nodes_tunnels(self):
        pathlib.Path("/proc/sys/net/ipv4/ip_forward").write_text("1", encoding="ascii")
        quiet("ip", "netns", "add", "far")
        quiet("ip", "link", "add", "eth1", "type", "veth", "peer", "name", "eth0", "netns", "far")
        for run, address, device in (((), "198.51.100.1/24", "eth1"), (("ip", "netns", "exec", "far"), "198.51.100.2/24", "eth0")):
            quiet(*run, "ip", "address", "add", address, "dev", device)
            quiet(*run, "ip", "link", "set", device, "up")
        quiet(*at_peer("ip", "route", "add", "default", "via", "192.0.2.1"))
        quiet("iptables-legacy", "-t", "nat", "-A", "POSTROUTING", "-d", "198.51.100.0/24", "-j", "MASQUERADE")
        self.assertEqual(self.source_seen_far_away(), "198.51.100.1")
        peers = ("192.0.2.0/24", "198.51.100.0/24")
        self.profile_waiving(peers=peers)
        self.refused("translated-tunnel", "-A POSTROUTING -d 198.51.100.0/24 -j MASQUERADE")
        self.profile_waiving("translated-tunnel", peers=peers)
        self.apply()
        self.assertEqual(self.source_seen_far_away(), "192.0.2.2")

    def source_seen_far_away(self):
        """Of an outer packet that the peer sends by way of this node."""
        script = f"import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('', {PORT})); print(flush=True); print(s.recvfrom(9)[1][0])"
        with subprocess.Popen(["ip", "netns", "exec", "far", sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as far:
            far.stdout.readline()
            quiet(*at_peer(sys.executable, "-c", f"import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('198.51.100.2', {PORT}))"))
            return far.stdout.readline().strip()


if __name__ == "__main__":
    unittest.main()
