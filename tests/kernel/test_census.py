"""`doctor --census`: who fills the conntrack table, and what share the profile takes out, held against what is gone once its rules stand."""

import json
import pathlib
import select
import subprocess
import sys
import unittest

import conntrack_entries
from conntrack_entries import ESTABLISHED, TCP, TIME_WAIT, UDP, message
from node import RUNNER, SERVICE, NodeTest, profile, quiet

CLIENT, SERVER = "10.244.1.5", "10.244.1.3"

# In a pod: queries and other traffic, each from a port of its own. usage: traffic DNS-SERVER DNS-QUERIES OTHER-DATAGRAMS CONNECTIONS
TRAFFIC = """
import socket, sys
server, queries, datagrams, connections = sys.argv[1], *map(int, sys.argv[2:])
for count, port in ((queries, 53), (datagrams, 9999)):
    for _ in range(count):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.sendto(bytes(12) + bytes([1, 97, 0, 0, 1, 0, 1]), (server, port))
for _ in range(connections):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
        client.connect((server, 8080))
"""


class WithPods(NodeTest):
    """A client's pod and a DNS server's, routed by this node; no IPVS, so that clients ask the server itself."""

    def setUp(self):
        super().setUp()
        quiet("mount", "-t", "tmpfs", "none", "/run")
        self.addCleanup(quiet, "umount", "-l", "/run")
        pathlib.Path("/proc/sys/net/ipv4/ip_forward").write_text("1", encoding="ascii")
        quiet("iptables-legacy", "-A", "FORWARD", "-m", "conntrack", "--ctstate", "INVALID", "-j", "ACCEPT")  # or nothing is tracked
        for name, address in (("client", CLIENT), ("server", SERVER)):
            quiet("ip", "netns", "add", name)
            quiet("ip", "link", "add", "v" + name, "type", "veth", "peer", "name", "eth0", "netns", name)
            quiet("ip", "link", "set", "v" + name, "up")
            quiet("ip", "address", "add", "10.244.1.1/32", "dev", "v" + name)
            quiet("ip", "route", "add", address + "/32", "dev", "v" + name, "src", "10.244.1.1")
            for words in (("link", "set", "lo", "up"), ("link", "set", "eth0", "up"), ("address", "add", address + "/32", "dev", "eth0"),
                          ("route", "add", "10.244.1.1", "dev", "eth0"), ("route", "add", "default", "via", "10.244.1.1")):
                quiet("ip", "-n", name, *words)
        switch = self.folder / "switch"
        switch.write_text("on")
        self.start("server", str(pathlib.Path(__file__).with_name("dns_server.py")), SERVER, str(switch))
        self.start("server", "-c", "import socket\ns = socket.create_server(('', 8080), backlog=1000)\nprint(flush=True)\nwhile True: s.accept()")

    def start(self, pod, *script):
        process = subprocess.Popen(["ip", "netns", "exec", pod, sys.executable, *script], stdout=subprocess.PIPE)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.assertTrue(select.select([process.stdout], [], [], 20)[0])
        process.stdout.readline()

    def send(self):
        """What a node sees in a while: two thirds of it DNS."""
        quiet("conntrack", "-F", check=False)
        quiet("ip", "netns", "exec", "client", sys.executable, "-c", TRAFFIC, SERVER, "300", "60", "40")
        quiet(sys.executable, "-c", TRAFFIC, SERVER, "50", "10", "0")
        return conntrack_entries.entries()

    def census(self):
        done = subprocess.run([RUNNER, "doctor", "--census", "--profile", str(self.profile), "--output", "json"], capture_output=True, text=True, check=False)
        self.assertIn(done.returncode, (0, 2), done.stderr)
        return json.loads(done.stdout)["census"]


class Prediction(WithPods):
    def share_that_goes(self, scope):
        self.write_profile(profile(pods=("10.244.0.0/16",), scope=scope, safety={"waive": ["not-ipvs"], "probe": False}))
        before = self.send()
        census = self.census()
        self.assertEqual(census["entries"], before)
        self.assertAlmostEqual(census["dns"], 350, delta=10)  # two may have got the same port
        self.assertEqual(sum(state["entries"] for state in census["tcp"]), 40)
        self.apply()
        after = self.send()
        self.remove()
        return 100 * census["taken_out"] / before, 100 * (before - after) / before

    def test_is_what_goes_away_under_each_scope(self):
        for scope, expected in (("pods", 300), ("any", 350)):
            with self.subTest(scope=scope):
                predicted, gone = self.share_that_goes(scope)
                self.assertAlmostEqual(predicted, 100 * expected / 460, delta=2)
                self.assertAlmostEqual(predicted, gone, delta=5)


class Kept(WithPods):
    def test_status_tells_of_the_last_censuses_without_the_rules_and_with_them(self):
        self.write_profile(profile(pods=("10.244.0.0/16",), scope="any", safety={"waive": ["not-ipvs"], "probe": False}))
        self.send()
        before = self.census()
        self.assertGreater(before["dns"], 300)
        self.apply()
        self.assertNotIn("counted_since", self.status()["effect"])
        self.send()
        since = self.census()
        effect = self.status()["effect"]
        for key, census in (("counted_before", before), ("counted_since", since)):
            self.assertEqual({name: effect[key][name] for name in ("entries", "dns", "tunnel")}, {name: census[name] for name in ("entries", "dns", "tunnel")})
        self.assertEqual(since["dns"], 0)
        self.assertRegex(self.run_runner("status").stdout, r"conntrack lost nothing in [\d.]+ h before these rules, and nothing in [\d.]+ h since; they have counted \d+ packets\n")
        self.assertRegex(self.run_runner("status").stdout, r"of \d+ entries with these rules DNS had 0 and tunnels 0 \(census of ")


class Classes(NodeTest):
    def test_every_entry_is_told_once(self):
        node, other = "192.0.2.1", "192.0.2.2"
        conntrack_entries.insert([*(message(UDP, CLIENT, 2000 + i, SERVICE, 53, server=SERVER) for i in range(5)),
                                  *(message(UDP, node, 2000 + i, other, 4789) for i in range(4)),
                                  *(message(UDP, node, 2000 + i, other, 123) for i in range(3)),
                                  *(message(TCP, node, 2000 + i, other, 443, state=ESTABLISHED) for i in range(2)),
                                  message(TCP, node, 3000, other, 443, state=TIME_WAIT)])
        self.assertEqual(conntrack_entries.entries(), 15)
        self.write_profile(profile(pods=("10.244.0.0/16",)))
        done = subprocess.run([RUNNER, "doctor", "--census", "--profile", str(self.profile)], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2, done.stderr)
        lines = done.stdout.splitlines()
        start = lines.index("who fills the conntrack table, of 15 entries:")
        self.assertEqual(lines[start + 1:start + 7], ["  DNS of the services: 5 (33.3 %)", "  tunnel (VXLAN, Geneve): 4 (26.7 %)", "  other UDP: 3 (20.0 %)",
                                                      "  TCP ESTABLISHED: 2 (13.3 %)", "  TCP TIME_WAIT: 1 (6.7 %)",
                                                      "this profile takes out 5 of them (33.3 %)"])


if __name__ == "__main__":
    unittest.main()
