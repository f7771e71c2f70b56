"""`watch`: what changes a node's links or addresses is met at once, what pods' starts and ends change wakes nobody, and between changes it costs nothing."""

import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import unittest

from node import RUNNER, SERVICE, NodeTest, profile, quiet
from test_census import SERVER, WithPods

MOST_RESIDENT = 4 << 10  # KiB
SECONDS_TO_BE_MET = 1

# In a pod: a query every 20 ms from a port of its own until it is told to end; prints the longest time in which none was answered. usage: queries SERVICE
QUERIES = """
import select, signal, socket, sys, time
ended = []
signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
poll, sockets, longest, answered, next = select.poll(), {}, 0, time.monotonic(), time.monotonic()
print(flush=True)
while not ended:
    now = time.monotonic()
    if now >= next:
        next = now + 0.02
        client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        client.sendto(bytes(5) + bytes([1, 0, 0, 0, 0, 0, 0, 1, 97, 0, 0, 1, 0, 1]), (sys.argv[1], 53))
        sockets[client.fileno()] = client
        poll.register(client, select.POLLIN)
    for number, _ in poll.poll(max(0, 1000 * (next - time.monotonic()))):
        poll.unregister(number)
        try:
            sockets.pop(number).recv(512)
        except OSError:
            continue
        now = time.monotonic()
        longest, answered = max(longest, now - answered), now
print(max(longest, time.monotonic() - answered))
"""


class Watcher:
    """`dns-notrack watch` under way."""

    def __init__(self, test):
        self.metrics = test.folder / "metrics.prom"
        self.process = subprocess.Popen([RUNNER, "watch", "--profile", str(test.profile), "--textfile", str(self.metrics)], stdout=subprocess.DEVNULL)
        test.addCleanup(self.process.wait)
        test.addCleanup(self.process.kill)
        self.wait_for_run(0)

    def last_run(self):
        return self.metrics.stat().st_mtime_ns if self.metrics.exists() else 0

    def wait_for_run(self, after):
        """The seconds until a run that ended later."""
        start = time.monotonic()
        while self.last_run() <= after:
            if time.monotonic() > start + 20:
                raise AssertionError("it did not run")
            time.sleep(0.01)
        return time.monotonic() - start

    def settle(self):
        """Until nothing is left of what happened before."""
        last = None
        while last != self.last_run():
            last = self.last_run()
            time.sleep(1.5)

    def status(self, key):
        return int(re.search(rf"^{key}:\s+(\d+)", pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii"), re.MULTILINE).group(1))

    def cpu(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12]), self.status("voluntary_ctxt_switches")


class Watch(NodeTest):
    def setUp(self):
        super().setUp()
        self.watcher = Watcher(self)
        self.watcher.settle()

    def test_costs_nothing_while_nothing_happens(self):
        self.assertEqual(self.status()["state"], "in-sync")
        before = self.watcher.cpu()
        time.sleep(3)
        self.assertEqual(self.watcher.cpu(), before)
        if not os.environ.get("NOTRACK_SANITIZED"):
            self.assertLess(self.watcher.status("VmRSS"), MOST_RESIDENT)
        print("resident KiB:", self.watcher.status("VmRSS"))

    def test_pods_that_come_and_go_wake_no_run(self):
        quiet("ip", "link", "add", "cni0", "type", "bridge")
        quiet("ip", "address", "add", "10.244.1.1/24", "dev", "cni0")
        self.watcher.settle()
        last = self.watcher.last_run()
        quiet("ip", "netns", "add", "pod")
        self.addCleanup(quiet, "ip", "netns", "del", "pod", check=False)
        quiet("ip", "link", "add", "vpod", "type", "veth", "peer", "name", "eth0", "netns", "pod")
        quiet("ip", "link", "set", "vpod", "master", "cni0", "up")
        quiet("ip", "-n", "pod", "link", "set", "eth0", "up")
        quiet("ip", "link", "del", "vpod")
        time.sleep(2)
        self.assertEqual(self.watcher.last_run(), last)

    def test_an_address_that_comes_or_goes_is_met(self):
        for words in (("del", SERVICE + "/32"), ("add", SERVICE + "/32"), ("add", "2001:db8::7/128")):
            self.flush()
            last = self.watcher.last_run()
            quiet("ip", "address", *words, "dev", "lo")
            self.assertLess(self.watcher.wait_for_run(last), SECONDS_TO_BE_MET)
            self.watcher.settle()
            self.assertEqual(self.status()["state"], "in-sync")

    def test_a_burst_costs_two_runs_a_second(self):
        last = self.watcher.last_run()
        runs = set()
        for number in range(200):
            quiet("ip", "address", "add", f"198.51.100.{number}/32", "dev", "lo")
            runs.add(self.watcher.last_run())
        self.watcher.settle()
        self.assertGreater(self.watcher.last_run(), last)
        self.assertLess(len(runs), 12)

    def test_a_retired_node_is_left_alone(self):
        self.assertTrue(self.report("retire", "--profile", str(self.profile))["changed"])
        last = self.watcher.last_run()
        quiet("ip", "address", "add", "198.51.100.1/32", "dev", "lo")
        self.watcher.wait_for_run(last)
        self.watcher.settle()
        self.assertEqual(self.status(code=2)["state"], "absent")


class ModeChange(WithPods):
    """A stand-in for IPVS: the node answers at the service's own address. Then the address goes, and DNAT to a pod makes the service."""

    def test_costs_a_pod_a_second_at_most(self):
        self.write_profile(profile(pods=("10.244.0.0/16",), scope="pods"))
        self.start_here()
        Watcher(self)
        self.assertEqual(self.status()["state"], "in-sync")
        with subprocess.Popen(["ip", "netns", "exec", "client", sys.executable, "-c", QUERIES, SERVICE], stdout=subprocess.PIPE, text=True) as client:
            client.stdout.readline()
            time.sleep(2)
            quiet("iptables-legacy", "-t", "nat", "-A", "PREROUTING", "-d", SERVICE, "-p", "udp", "--dport", "53", "-j", "DNAT", "--to-destination", SERVER)
            self.server_here.kill()
            quiet("ip", "address", "del", SERVICE + "/32", "dev", "lo")
            time.sleep(4)
            client.send_signal(signal.SIGTERM)
            longest = float(client.stdout.read())
        print(f"longest time without an answer: {longest:.2f} s")
        self.assertLess(longest, SECONDS_TO_BE_MET)
        self.assertEqual(self.status(code=2)["state"], "unsafe")
        self.assertNotIn("NMANAGER", "\n".join(self.listing()))

    def start_here(self):
        switch = self.folder / "here"
        switch.write_text("on")
        self.server_here = self.serve_dns(switch)


if __name__ == "__main__":
    unittest.main()
