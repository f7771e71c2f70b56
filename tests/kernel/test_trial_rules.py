"""The rules of a trial in the kernel: which packets they make untracked, how they are listed, and that no run leaves them."""

import ctypes
import errno
import json
import os
import re
import socket
import subprocess
import sys
import unittest

from node import BACKEND, CLONE_NEWNET, NodeTest, profile, quiet

WRITER = os.environ.get("NOTRACK_WRITE_TRIAL_RULES", "")
FIRST, LAST = 40000, 40007
SERVICES = {socket.AF_INET: "10.96.0.10", socket.AF_INET6: "fd00:96::a"}
PODS = {socket.AF_INET: "10.244.1.", socket.AF_INET6: "fd00:244::"}
OTHER = "iptables" if BACKEND == "nftables" else "nftables"
LOCKS = "import fcntl,os,sys,time; f=os.open(sys.argv[1], os.O_RDONLY|os.O_CREAT); fcntl.flock(f, fcntl.LOCK_EX); print(flush=True); time.sleep(600)"


def send(protocol, source, sport, destination, dport):
    """One packet: a datagram, or the first of a connection."""
    family = socket.AF_INET6 if ":" in source else socket.AF_INET
    kind = socket.SOCK_DGRAM if protocol == "udp" else socket.SOCK_STREAM
    with socket.socket(family, kind) as sender:
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sender.bind((source, sport))
        sender.setblocking(False)
        error = sender.connect_ex((destination, dport))
        if error not in (0, errno.EINPROGRESS, errno.ECONNREFUSED):
            raise OSError(error, os.strerror(error))
        if protocol == "udp":
            sender.send(b"query")


class TrialTest(NodeTest):
    scope = "any"

    def setUp(self):
        super().setUp()
        quiet("ip", "address", "add", SERVICES[socket.AF_INET6] + "/128", "dev", "lo", "nodad")
        self.write_profile(self.profile_for(BACKEND))

    def profile_for(self, backend):
        return profile(services=SERVICES.values(), pods=("10.244.0.0/16", "fd00:244::/48"), scope=self.scope, protocols=["udp", "tcp"], backend=backend)

    def write(self, what, first=FIRST, last=LAST):
        return quiet(WRITER, str(self.profile), what, str(first), str(last)).strip()

    def of_trial(self, family="ip"):
        return [line.strip() for line in self.listing(family) if "TRIAL" in line or "40000" in line]

    def names(self, family="ip"):
        """The names of our chains that there are."""
        return sorted(set(re.findall(r"NMANAGER_\w+", "\n".join(self.listing(family)))))

    def rules(self):
        """Both families, without the packets that the policies counted."""
        return [re.sub(r"\[\d+:\d+\]", "", line) for family in ("ip", "ip6") for line in self.listing(family)]

    def is_tracked(self, hook, *packet):
        """Sends it and asks the hook, after conntrack has seen it."""
        protocol, _, sport, _, dport = packet
        match = f"{protocol} sport {sport} {protocol} dport {dport}"
        rules = "\n".join(["table inet watch {", "}", "delete table inet watch", "table inet watch {", "counter untracked {", "}", "counter tracked {", "}",
                           "chain look {", f"type filter hook {hook} priority mangle", f"{match} ct state untracked counter name untracked",
                           f"{match} ct state != untracked counter name tracked", "}", "}", ""])
        quiet("nft", "-f", "-", input=rules)
        self.deliver(*packet)
        listed = quiet("nft", "list", "counters", "table", "inet", "watch")
        counts = {name: int(packets) for name, packets in re.findall(r"counter (\w+) {\s*packets (\d+)", listed)}
        quiet("nft", "delete", "table", "inet", "watch")
        self.assertEqual(sorted(count > 0 for count in counts.values()), [False, True], f"{packet}: {counts}")
        return counts["tracked"] > 0

    def deliver(self, *packet):
        send(*packet)

    def check_ports(self, expected, hook, queries, answers):
        """Whether the ports at and beside both ends of the range are tracked, for both families and protocols."""
        for family in SERVICES:
            for protocol in ("udp", "tcp"):
                for port, inside in ((FIRST - 1, False), (FIRST, True), (LAST, True), (LAST + 1, False)):
                    source, destination = queries[family]
                    with self.subTest(query=protocol, source=source, port=port):
                        self.assertEqual(self.is_tracked(hook, protocol, source, port, destination, 53), expected(inside))
                    source, destination = answers[family]
                    with self.subTest(answer=protocol, source=source, port=port):
                        self.assertEqual(self.is_tracked(hook, protocol, source, 53, destination, port), expected(inside))


class ScopeAny(TrialTest):
    """The node's own packets, over loopback."""

    def setUp(self):
        super().setUp()
        for network in PODS.values():
            quiet("ip", "address", "add", network + ("9/128" if ":" in network else "9/32"), "dev", "lo", *(["nodad"] if ":" in network else []))
        self.queries = {family: (SERVICES[family], SERVICES[family]) for family in SERVICES}
        self.answers = {family: (PODS[family] + "9", SERVICES[family]) for family in SERVICES}

    def counted(self, chain, family="ip"):
        lines = self.listing(family, counters=True)
        if BACKEND == "iptables":
            return [int(re.match(r"\[(\d+):", line)[1]) for line in lines if f"-A {chain} " in line]
        text = "\n".join(lines)
        return [int(count) for count in re.findall(r"counter packets (\d+)", re.search(rf"chain {chain} {{(.*?)}}", text, re.S)[1])]

    def test_nothing_but_those_ports_goes_untracked(self):
        self.assertEqual(self.write("narrowed"), "changed")
        self.check_ports(lambda inside: not inside, "output", self.queries, self.answers)

    def test_both_hooks_count(self):
        self.write("narrowed")
        for _ in range(3):
            send("udp", SERVICES[socket.AF_INET], FIRST, SERVICES[socket.AF_INET], 53)
        for hook in ("OUTPUT", "PREROUTING"):
            self.assertEqual(self.counted(f"NMANAGER_TRIAL_{hook}")[:3], [3, 0, 0], hook)

    def test_what_is_written_is_read_back(self):
        self.assertEqual(self.write("narrowed"), "changed")
        self.assertEqual(self.write("narrowed"), "unchanged")
        self.assertEqual(self.write("narrowed", FIRST, FIRST), "changed")  # a range of one port
        self.assertEqual(self.write("narrowed", FIRST, FIRST), "unchanged")

    @unittest.skipIf(BACKEND != "iptables", "iptables' own listing")
    def test_iptables_lists_our_very_text(self):
        self.write("narrowed")
        ours = self.write("print").splitlines()
        theirs = [re.sub(r" \[\d+:\d+\]$", " [0:0]", line) for family in ("ip", "ip6") for line in self.listing(family)]
        self.assertEqual([line for line in theirs if line], [line for line in ours if line])

    @unittest.skipIf(BACKEND != "nftables", "nft's own listing")
    def test_nft_lists_ranges_and_exceptions_as_such(self):
        self.write("narrowed")
        self.assertIn("ip daddr 10.96.0.10 udp sport 40000-40007 udp dport 53 counter packets 0 bytes 0 notrack", self.plain("NMANAGER_TRIAL_PREROUTING"))
        self.assertIn("ip saddr 10.244.0.0/16 tcp sport 53 tcp dport 40000-40007 counter packets 0 bytes 0 notrack", self.plain("NMANAGER_TRIAL_OUTPUT"))
        self.write("reverse")
        self.assertEqual(self.plain("NMANAGER_NOT_DNS_OUTPUT")[0], "udp sport 40000-40007 udp dport 53 counter packets 0 bytes 0 return")

    def plain(self, chain):
        return [line.strip() for line in quiet("nft", "list", "chain", "ip", "nmanager", chain).splitlines()[2:-2]]

    def test_only_the_chains_that_are_wanted(self):
        self.write("narrowed")
        trial = ["NMANAGER_OUTPUT", "NMANAGER_PREROUTING", "NMANAGER_TRIAL_OUTPUT", "NMANAGER_TRIAL_PREROUTING"]
        self.assertEqual((self.names("ip"), self.names("ip6")), (trial, trial))

    def test_over_rules_that_stand(self):
        """The tracked arm and the untracked one, port by port, and the others' untracked queries all the time."""
        self.write("full")
        before = self.rules()
        send("udp", SERVICES[socket.AF_INET], 50000, SERVICES[socket.AF_INET], 53)
        self.assertEqual(self.write("exceptions"), "changed")
        self.check_ports(lambda inside: inside, "output", self.queries, self.answers)
        self.assertEqual(self.write("both"), "changed")
        self.assertEqual(self.write("both"), "unchanged")
        self.check_ports(lambda inside: False, "output", self.queries, self.answers)
        self.assertEqual(self.write("before"), "changed")
        self.assertEqual(self.rules(), before)
        # 1, and those beside the range, which the full rules met all the time: two arms of 2 udp queries
        self.assertEqual(self.counted("NMANAGER_NOT_DNS_OUTPUT")[0], 5)

    def test_a_jump_that_is_missing_is_not_put_in(self):
        """The rules that stand are not met, and a trial must not change that."""
        self.write("full")
        if BACKEND == "iptables":
            self.iptables("-D", "OUTPUT", "1")
        else:
            quiet("nft", "flush", "chain", "ip", "nmanager", "OUTPUT")
        self.write("both")
        here = self.queries[socket.AF_INET]
        self.assertEqual([self.is_tracked("output", "udp", here[0], port, here[1], 53) for port in (FIRST, LAST + 1)], [False, True])


class ScopePods(TrialTest):
    """A pod's packets, as they arrive at the node."""

    scope = "pods"

    def setUp(self):
        super().setUp()
        libc = ctypes.CDLL(None, use_errno=True)
        node = os.open("/proc/self/ns/net", os.O_RDONLY)
        os.set_inheritable(node, True)
        libc.unshare(CLONE_NEWNET)
        self.pod = os.open("/proc/self/ns/net", os.O_RDONLY)
        quiet("ip", "link", "set", "lo", "up")
        quiet("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "near")
        quiet("ip", "link", "set", "near", "netns", f"/proc/self/fd/{node}", pass_fds=(node,))
        quiet("ip", "link", "set", "eth0", "up")
        for network in PODS.values():
            version, length, more = ("-6", "64", ["nodad"]) if ":" in network else ("-4", "24", [])
            quiet("ip", version, "address", "add", f"{network}2/{length}", "dev", "eth0", *more)
        libc.setns(node, CLONE_NEWNET)
        quiet("ip", "link", "set", "near", "up")
        for network in PODS.values():
            version, length, more = ("-6", "64", ["nodad"]) if ":" in network else ("-4", "24", [])
            quiet("ip", version, "address", "add", f"{network}1/{length}", "dev", "near", *more)
        for setting in ("ipv4/ip_forward", "ipv6/conf/all/forwarding"):
            with open(f"/proc/sys/net/{setting}", "w", encoding="ascii") as file:
                file.write("1")
        libc.setns(self.pod, CLONE_NEWNET)
        for network in PODS.values():
            quiet("ip", "-6" if ":" in network else "-4", "route", "add", "default", "via", network + "1")
        libc.setns(node, CLONE_NEWNET)
        self.node, self.libc = node, libc
        self.addCleanup(os.close, node)
        self.addCleanup(os.close, self.pod)
        self.queries = {family: (PODS[family] + "2", SERVICES[family]) for family in SERVICES}
        # to a pod elsewhere, by the node, which is not asked who has that address
        elsewhere = {socket.AF_INET: "10.244.7.7", socket.AF_INET6: "fd00:244:0:7::7"}
        self.answers = {family: (PODS[family] + "2", elsewhere[family]) for family in SERVICES}

    def deliver(self, *packet):
        self.libc.setns(self.pod, CLONE_NEWNET)
        try:
            send(*packet)
        finally:
            self.libc.setns(self.node, CLONE_NEWNET)

    def test_nothing_but_those_ports_goes_untracked(self):
        self.write("narrowed")
        self.check_ports(lambda inside: not inside, "prerouting", self.queries, self.answers)

    def test_the_reverse_keeps_those_ports_tracked(self):
        self.write("full")
        self.check_ports(lambda inside: False, "prerouting", self.queries, self.answers)
        self.assertEqual(self.write("reverse"), "changed")
        self.assertEqual(self.write("reverse"), "unchanged")
        self.check_ports(lambda inside: inside, "prerouting", self.queries, self.answers)

    def test_the_nodes_own_packets_are_left_alone(self):
        self.write("narrowed")
        send_here = (SERVICES[socket.AF_INET], FIRST, SERVICES[socket.AF_INET], 53)
        self.deliver = send
        self.assertTrue(self.is_tracked("output", "udp", *send_here))


class AfterAKilledRun(TrialTest):
    """What a run leaves that was ended amid a trial, over nothing and over rules that stand."""

    def check(self, code, *arguments):
        done = self.run_runner(*arguments)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)

    def gone(self):
        self.assertEqual((self.of_trial("ip"), self.of_trial("ip6")), ([], []))

    def leave(self):
        """Every way in which a trial can be left."""
        for stages in (["narrowed"], ["both"], ["full", "exceptions"], ["full", "both"], ["full", "reverse"]):
            with self.subTest(left=stages):
                for stage in stages:
                    self.write(stage)
                self.assertTrue(self.of_trial("ip"))
                yield stages
                self.gone()
                self.run_runner("remove")
                self.assertEqual(self.names(), [])

    def test_apply_heals(self):
        for _ in self.leave():
            self.check(0, "apply")
            self.check(0, "status")

    def test_the_timer_heals(self):
        for _ in self.leave():
            self.check(0, "apply", "--reconcile")
            self.check(0, "status")

    def test_remove_heals(self):
        for _ in self.leave():
            self.check(0, "remove")

    def test_remove_without_a_profile_heals(self):
        for _ in self.leave():
            text = self.profile.read_text()
            self.profile.unlink()
            self.check(0, "remove")
            self.profile.write_text(text)

    def test_apply_on_the_other_backend_heals(self):
        for stages in self.leave():
            if stages[0] == "full":
                self.check(0, "remove")  # rules on both backends are another test's
                self.write("both")
            self.write_profile(self.profile_for(OTHER))
            self.check(0, "apply")
            self.gone()
            self.check(0, "remove")
            self.write_profile(self.profile_for(BACKEND))

    def test_rules_of_others_keep_their_counters(self):
        if BACKEND != "iptables":
            self.skipTest("others have no rules in a table of ours")
        self.iptables("-A", "OUTPUT", "-p", "udp", "--dport", "7", "-c", "5", "500", "-j", "ACCEPT")
        self.write("both")
        self.check(0, "apply")
        self.assertIn("[5:500] -A OUTPUT -p udp -m udp --dport 7 -j ACCEPT", self.listing(counters=True))

    def test_status_tells_of_it(self):
        self.write("full")
        self.write("both")
        before = self.listing(counters=True)
        report = self.status(code=2)
        self.assertEqual(report["state"], "drifted")
        self.assertEqual([note for note in report["notes"] if "trial" in note], ["rules of a trial were left by a run that was ended; the next apply takes them out"])
        self.assertEqual(self.listing(counters=True), before)

    def test_status_looks_past_a_trial_that_is_under_way(self):
        lock = self.memory / "run" / "run.lock"
        lock.parent.mkdir(exist_ok=True)
        holder = subprocess.Popen([sys.executable, "-c", LOCKS, str(lock)], stdout=subprocess.PIPE)
        self.addCleanup(holder.wait)
        self.addCleanup(holder.stdout.close)
        self.addCleanup(holder.kill)
        holder.stdout.readline()
        states = []
        for stages in (["both"], ["full", "both"], ["exceptions"]):
            for stage in stages:
                self.write(stage)
            done = self.run_runner("status", "--output", "json")
            report = json.loads(done.stdout)
            states.append((done.returncode, report["state"], [note for note in report["notes"] if "trial" in note]))
        running = ["a trial is running: what it brought in is not shown"]
        self.assertEqual(states, [(2, "absent", running), (0, "in-sync", running), (0, "in-sync", running)])
        holder.kill()
        holder.wait()
        self.assertEqual(self.status(code=2)["state"], "drifted")


del TrialTest

if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C")
    unittest.main()
