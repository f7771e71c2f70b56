"""The doctor's answer: each row plants one cause of lost DNS on a real kernel, and doctor names that one and no other."""

import json
import pathlib
import socket
import struct
import subprocess
import time
import unittest

import conntrack_entries
from held_packets import Queue
from node import RUNNER, NodeTest, profile, quiet

PATIENCE = 30
WAIVED = ["not-ipvs", "no-backends", "host-queries", "stateful-forward", "host-port"]


def insert_failures():
    names, *cores = (line.split() for line in pathlib.Path("/proc/net/stat/nf_conntrack").read_text(encoding="ascii").splitlines())
    return sum(int(core[names.index("insert_failed")], 16) for core in cores)


def reassembly_failures():
    names, figures = (line.split() for line in pathlib.Path("/proc/net/snmp").read_text(encoding="ascii").splitlines()[:2])
    return int(figures[names.index("ReasmFails")])


class Causes(NodeTest):
    def setUp(self):
        super().setUp()
        self.switch = self.folder / "switch"
        self.switch.write_text("on")
        self.serve_dns(self.switch)
        quiet("iptables-legacy", "-A", "INPUT", "-m", "conntrack", "--ctstate", "INVALID", "-j", "ACCEPT")  # or nothing is tracked
        self.write_profile(profile(safety={"waive": WAIVED, "probe": {"name": "answer.test", "from": ["node"], "timeout": "1s"}}))

    def doctor(self, output="json"):
        done = subprocess.run([RUNNER, "doctor", "--profile", str(self.profile), "--output", output], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        return json.loads(done.stdout) if output == "json" else done.stdout

    def await_first(self, figure):
        end = time.monotonic() + PATIENCE
        while figure() == 0:
            self.assertLess(time.monotonic(), end, figure.__name__)
            time.sleep(0.02)

    def causes(self):
        return [(cause["id"], cause["cure"]) for cause in self.doctor()["causes"]]

    def test_a_sound_node_loses_nothing(self):
        report = self.doctor()
        self.assertEqual(report["causes"], [])
        self.assertEqual(report["probe"]["before"][0]["answered"], 40)
        self.assertIn("Nothing is lost here", self.doctor("text"))

    def test_a_full_table(self):
        most = int(pathlib.Path("/proc/sys/net/netfilter/nf_conntrack_max").read_text(encoding="ascii"))
        conntrack_entries.insert(conntrack_entries.established_flows(most + 1000))
        self.assertGreaterEqual(conntrack_entries.entries(), most)
        report = self.doctor()
        self.assertEqual([(cause["id"], cause["cure"]) for cause in report["causes"]], [("conntrack-full", "profile")])
        self.assertEqual(report["probe"]["before"][0]["answered"], 0)
        self.assertGreater(report["causes"][0]["lost"], 0)
        self.assertIn(f"sysctl -w net.netfilter.nf_conntrack_max={2 * most}", report["causes"][0]["advice"])

    def test_packets_that_race_for_an_entry(self):
        """Two packets of one flow are held before either has its entry. They are TCP's, whose races no kernel settles."""
        quiet("iptables-legacy", "-t", "mangle", "-A", "OUTPUT", "-p", "tcp", "--dport", "99", "-j", "NFQUEUE", "--queue-num", "1")
        quiet("iptables-legacy", "-A", "INPUT", "-p", "tcp", "--dport", "99", "-j", "DROP")  # a reset would end the first one's entry
        queue = Queue()
        self.addCleanup(queue.close)
        header = struct.pack("!HHIIBBHHH", 1234, 99, 1, 0, 5 << 4, 2, 1024, 0, 0)
        pseudo = socket.inet_aton("127.0.0.1") * 2 + struct.pack("!BBH", 0, socket.IPPROTO_TCP, len(header)) + header
        total = sum(struct.unpack(f"!{len(pseudo) // 2}H", pseudo))
        total = (total & 0xFFFF) + (total >> 16)
        header = header[:16] + struct.pack("!H", ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF) + header[18:]
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP) as sender:
            sender.sendto(header, ("127.0.0.1", 0))
            sender.sendto(header, ("127.0.0.1", 0))
        queue.release([queue.held(), queue.held()])
        self.await_first(insert_failures)
        report = self.doctor()
        self.assertEqual([(cause["id"], cause["lost"], cause["cure"]) for cause in report["causes"]], [("conntrack-race", 1, "profile")])

    def test_a_socket_whose_buffer_is_full(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as slow, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
            slow.bind(("127.0.0.1", 5300))
            for _ in range(50):
                sender.sendto(b"query" * 40, ("127.0.0.1", 5300))
        self.assertEqual(self.causes(), [("socket-buffers", "other")])

    def test_half_of_the_pairs(self):
        self.switch.write_text("half")
        self.assertEqual(self.causes(), [("half-pairs", "other")])

    def test_no_answer_at_all(self):
        self.switch.write_text("off")
        self.assertEqual(self.causes(), [("no-answer", "other")])

    def test_an_answer_of_which_a_fragment_never_comes(self):
        pathlib.Path("/proc/sys/net/ipv4/ipfrag_time").write_text("1", encoding="ascii")
        address = socket.inet_aton("127.0.0.1")
        data = b"\0" * 1024
        head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(data), 7, 0x2000, 64, socket.IPPROTO_UDP, 0) + address + address
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as sender:
            sender.sendto(head + data, ("127.0.0.1", 0))
        self.await_first(reassembly_failures)
        self.assertEqual(self.causes(), [("large-answers", "other")])

    def test_rules_in_place_keep_dns_out_of_a_full_table(self):
        self.apply()
        most = int(pathlib.Path("/proc/sys/net/netfilter/nf_conntrack_max").read_text(encoding="ascii"))
        conntrack_entries.insert(conntrack_entries.established_flows(most * 9 // 10))
        done = subprocess.run([RUNNER, "doctor", "--profile", str(self.profile)], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("this profile keeps DNS out of it: its rules are in place", done.stdout)
        self.assertEqual(done.stdout.splitlines()[-1], f"Next: sysctl -w net.netfilter.nf_conntrack_max={2 * most} (conntrack-full)")


if __name__ == "__main__":
    unittest.main()
