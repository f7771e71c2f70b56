"""An unattended run that finds everything in place judges again only where something moved that findings are judged from."""

import json
import pathlib
import re
import time
import unittest

from node import BACKEND, SERVICE, NodeTest, profile, quiet

LEGACY, NFT = ("iptables-legacy", "ip6tables-legacy"), ("iptables-nft", "ip6tables-nft")
ADDRESS = {"iptables-legacy": "192.0.2.1", "iptables-nft": "192.0.2.1", "ip6tables-legacy": "2001:db8::1", "ip6tables-nft": "2001:db8::1"}
WAIVED = ["not-ipvs", "no-backends", "other-backend", "other-notrack", "stateful-forward", "host-queries", "host-port"]
THEIRS = """table inet theirs {
 set banned { type ipv4_addr; elements = { 192.0.2.7, 192.0.2.8 }; }
 set seen { type ipv4_addr; flags dynamic,timeout; timeout 1m; }
 chain c { type filter hook output priority 0; policy accept; ip daddr @banned drop; udp dport 53 counter accept; update @seen { ip daddr }; }
}
"""


def nft(text):
    return quiet("nft", "-f", "-", input=text)


class Idle(NodeTest):
    def setUp(self):
        super().setUp()
        for command in (*LEGACY, *NFT):
            quiet(command, "-t", "nat", "-A", "POSTROUTING", "-s", ADDRESS[command], "-m", "comment", "--comment", "theirs", "-j", "RETURN")
            quiet(command, "-t", "filter", "-N", "ADMIN")
            quiet(command, "-t", "filter", "-A", "OUTPUT", "-p", "udp", "-j", "ADMIN")
            quiet(command, "-t", "mangle", "-A", "OUTPUT", "-d", ADDRESS[command], "-j", "ACCEPT")
        nft(THEIRS)
        quiet("ip", "link", "add", "out", "type", "veth", "peer", "name", "there")
        for end in ("out", "there"):
            quiet("ip", "link", "set", end, "up")
        self.write_profile(profile(services=[SERVICE, "fd00:96::a"], pods=["10.244.1.0/24", "fd00:244::/48"], safety={"waive": WAIVED, "probe": False}))
        self.apply()
        self.judges()

    def judges(self):
        """Whether a run judged: where nothing has moved, its time went into a trace."""
        report = self.apply("--reconcile")
        self.assertEqual((report["state"], report["changed"], report["waits_for"]), ("in-sync", False, ""))
        steps = [timing["step"] for timing in report["timings"]]
        self.assertEqual(("findings" in steps) + ("trace" in steps), 1, steps)
        self.findings = report["findings"]
        return "findings" in steps

    def test_what_moves_is_judged_and_nothing_else(self):
        changes = {f"{command} {table}": (command, "-t", table, "-A", "OUTPUT", "-d", ADDRESS[command], "-p", "tcp", "-j", "RETURN")
                   for command in (*LEGACY, *NFT) for table in ("raw", "nat", "filter", "mangle")}
        changes.update({
            "a chain": ("iptables-legacy", "-N", "ANOTHER"),
            "a policy": ("iptables-legacy", "-t", "mangle", "-P", "INPUT", "DROP"),
            "a rule replaced": ("iptables-legacy", "-t", "nat", "-R", "POSTROUTING", "1", "-s", "192.0.2.2", "-j", "RETURN"),
            "the order of rules": ("nft", "insert", "rule", "inet", "theirs", "c", "tcp", "dport", "80", "accept"),
            "an element": ("nft", "add", "element", "inet", "theirs", "banned", "{ 192.0.2.9 }"),
            "an element less": ("nft", "delete", "element", "inet", "theirs", "banned", "{ 192.0.2.7 }"),
            "a chain of nft": ("nft", "add chain inet theirs d { type filter hook input priority 0; policy drop; }"),
            "its policy": ("nft", "add chain inet theirs d { policy accept; }"),
            "a table that sleeps": ("nft", "add table inet theirs { flags dormant; }"),
            "a route": ("ip", "route", "add", "10.244.1.128/25", "dev", "out"),
            "a route of IPv6": ("ip", "-6", "route", "add", "fd00:244:0:7::/64", "dev", "out"),
            "an address": ("ip", "address", "add", "10.99.0.1/32", "dev", "lo"),
        })
        for name, command in changes.items():
            with self.subTest(name):
                self.assertFalse(self.judges())
                quiet(*command)
                self.assertTrue(self.judges(), "it went unnoticed")
        self.assertFalse(self.judges())

    def test_what_sets_hold(self):
        """Contents of the sets that rules name turn verdicts; what no packet of the profile's DNS meets, and the order of elements, does not."""
        quiet("ipset", "create", "away", "hash:net,port")
        quiet("ipset", "create", "of-nobody", "hash:net")
        for command in ("iptables-legacy", "iptables-nft"):
            quiet(command, "-A", "FORWARD", "-p", "udp", "-m", "set", "--match-set", "away", "dst,src", "-m", "conntrack", "--ctstate", "ESTABLISHED", "-j", "ACCEPT")
            quiet(command, "-A", "FORWARD", "-p", "udp", "-m", "set", "--match-set", "away", "dst,src", "-j", "DROP")
        self.assertTrue(self.judges())
        self.assertNotIn("stateful-forward", [finding["id"] for finding in self.findings])
        self.assertFalse(self.judges())
        changes = {("add", "away", "10.244.1.0/24,udp:53"): True, ("add", "away", "203.0.113.0/24,udp:53"): False, ("add", "away", "10.244.1.0/24,tcp:53"): False,
                   ("add", "away", "10.244.1.0/24,udp:80"): False, ("add", "of-nobody", "10.244.1.0/24"): False, ("add", "away", "10.244.1.7/32,udp:40000"): True,
                   ("del", "away", "10.244.1.0/24,udp:53"): True}
        for words, turns in changes.items():
            with self.subTest(words):
                quiet("ipset", *words)
                self.assertEqual(self.judges(), turns)
                self.assertEqual("stateful-forward" in [finding["id"] for finding in self.findings], words != ("del", "away", "10.244.1.0/24,udp:53"))
        quiet("ipset", "create", "again", "hash:net,port")
        for element in [line.split(" ", 2)[2] for line in quiet("ipset", "save", "away").splitlines() if line.startswith("add")][::-1]:
            quiet("ipset", "add", "again", element)
        quiet("ipset", "swap", "away", "again")
        self.assertFalse(self.judges())
        quiet("ipset", "flush", "away")
        self.assertTrue(self.judges())

    def test_sysctls_and_the_profile(self):
        for setting in ("bridge/bridge-nf-call-iptables", "bridge/bridge-nf-call-ip6tables", "ipv4/vs/conntrack", "ipv4/vs/expire_nodest_conn"):
            path = pathlib.Path("/proc/sys/net") / setting
            if path.exists():
                with self.subTest(setting):
                    before = path.read_text()
                    path.write_text(str(1 - int(before)))
                    self.addCleanup(path.write_text, before)
                    self.assertTrue(self.judges())
                    self.assertFalse(self.judges())
        self.write_profile(self.profile.read_text().replace('"name": "test"', '"name": "another"').replace('"no-backends", ', ""))
        self.assertEqual(self.run_runner("apply", "--reconcile").returncode, 0)
        self.assertTrue(self.judges())
        self.assertFalse(self.judges())

    def test_what_only_counts_is_no_reason(self):
        self.assertFalse(self.judges())
        self.send_queries(5)
        self.assertRegex(quiet("nft", "list", "table", "inet", "theirs"), r"counter packets [1-9]")
        self.assertRegex(quiet("iptables-legacy-save", "-c", "-t", "filter"), r"\[[1-9]\d*:\d+\] -A OUTPUT -p udp")
        self.assertIn(SERVICE, quiet("nft", "list", "set", "inet", "theirs", "seen"))
        self.assertFalse(self.judges())

    def test_a_no_op_restore_is_no_reason(self):
        for command in NFT:
            quiet(command + "-restore", input=quiet(command + "-save"))  # makes built-in chains that nobody needed yet
        self.assertTrue(self.judges())
        for command in (*LEGACY, *NFT):
            for counters in ((), ("-c",)):
                with self.subTest(command=command, counters=counters):
                    saved = quiet(command + "-save", *counters)
                    quiet(command + "-restore", *counters, input="".join(line + "\n" for line in saved.splitlines() if "nmanager" not in line))
                    self.assertFalse(self.judges())
        listing = quiet("nft", "-s", "list", "table", "inet", "theirs")
        nft("delete table inet theirs\n" + listing)
        self.assertFalse(self.judges())
        nft("add table ip passing\ndelete table ip passing")
        self.assertFalse(self.judges())

    def test_a_new_pod_is_no_reason(self):
        quiet("ip", "route", "add", "10.244.1.0/24", "dev", "out")
        self.assertTrue(self.judges())
        quiet("ip", "link", "add", "pod", "type", "veth", "peer", "name", "peer")
        for end in ("pod", "peer"):
            quiet("ip", "link", "set", end, "up")
        quiet("ip", "route", "add", "10.244.1.7/32", "dev", "pod")
        quiet("ip", "-6", "route", "add", "fd00:244::7/128", "dev", "pod")
        until = time.monotonic() + 10
        while "tentative" in (shown := quiet("ip", "-6", "address", "show", "dev", "pod")) and time.monotonic() < until:
            time.sleep(0.05)
        self.assertRegex(shown, "fe80.* scope link")
        self.assertFalse(self.judges())

    def test_it_tells_the_same(self):
        quiet("iptables-legacy", "-A", "FORWARD", "-m", "conntrack", "--ctstate", "ESTABLISHED", "-j", "ACCEPT")
        quiet("iptables-legacy", "-P", "FORWARD", "DROP")
        self.assertTrue(self.judges())
        told = self.findings
        self.assertIn("stateful-forward", [finding["id"] for finding in told])
        self.assertFalse(self.judges())
        self.assertEqual(self.findings, told)
        self.assertEqual(self.status()["findings"], told)
        self.assertEqual((self.memory / "run" / "judged").stat().st_mode & 0o777, 0o600, "it quotes rules that only root may list")

    def test_a_node_that_waits_goes_on_at_once(self):
        quiet("iptables-legacy", "-A", "FORWARD", "-m", "conntrack", "--ctstate", "ESTABLISHED", "-j", "ACCEPT")
        quiet("iptables-legacy", "-P", "FORWARD", "DROP")
        self.write_profile(self.profile.read_text().replace('"stateful-forward", ', ""))
        self.apply("--reconcile")  # withdraws
        for _ in range(2):
            report = self.apply("--reconcile")
            self.assertIn("stateful-forward", report["waits_for"])
        self.assertIn("trace", [timing["step"] for timing in report["timings"]])
        quiet("iptables-legacy", "-P", "FORWARD", "ACCEPT")
        report = self.apply("--reconcile")
        self.assertEqual((report["state"], report["changed"], report["waits_for"]), ("in-sync", True, ""))

    def test_it_starts_no_program(self):
        trace = self.folder / "trace"
        done = self.run_runner("apply", "--reconcile", wrapper=("strace", "-f", "-qq", "-o", str(trace), "-e", "trace=execve,clone,clone3,vfork,fork"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(re.findall(r"execve|clone|fork", trace.read_text())), 1, trace.read_text())

    def test_what_cannot_be_traced_is_judged(self):
        """The programs that list rules can still do it."""
        self.assertFalse(self.judges())
        first = 5 if BACKEND == "iptables" else 1  # behind the two questions for each raw table
        done = self.run_runner("apply", "--reconcile", "--output", "json",
                               wrapper=("strace", "-qq", "-o", "/dev/null", "-e", "trace=getsockopt", f"--inject=getsockopt:error=ENOMEM:when={first}+"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("findings", [timing["step"] for timing in json.loads(done.stdout)["timings"]])
        self.assertFalse(self.judges())


class First(NodeTest):
    def test_a_first_run_judges_once(self):
        """Whatever lists the rules of others is started once for each table."""
        for command in LEGACY:
            quiet(command, "-t", "nat", "-A", "POSTROUTING", "-s", ADDRESS[command], "-j", "RETURN")
            quiet(command, "-t", "filter", "-A", "FORWARD", "-m", "conntrack", "--ctstate", "INVALID", "-j", "ACCEPT")
        self.write_profile(profile(services=[SERVICE, "fd00:96::a"], pods=["10.244.1.0/24", "fd00:244::/48"], safety={"waive": WAIVED, "probe": False}))
        trace = self.folder / "trace"
        done = self.run_runner("apply", "--reconcile", "--output", "json", wrapper=("strace", "-f", "-qq", "-s", "200", "-o", str(trace), "-e", "trace=execve"))
        self.assertEqual(done.returncode, 0, done.stderr)
        report = json.loads(done.stdout)
        self.assertTrue(report["changed"])
        self.assertEqual([timing["step"] for timing in report["timings"]].count("findings"), 1)
        started = re.findall(r'execve\("[^"]*-save", \[([^]]*)\]', trace.read_text())
        self.assertEqual(sorted(started), sorted(f'"{command}-save", "-t", "{table}"' for command in LEGACY for table in ("filter", "nat")))


class Nothing(NodeTest):
    def test_no_table_is_made(self):
        """Where there are none, tracing makes none."""
        self.apply()
        for _ in range(2):
            before = [quiet("cat", f"/proc/net/{name}_tables_names") for name in ("ip", "ip6")]
            self.apply("--reconcile")
            self.assertEqual([quiet("cat", f"/proc/net/{name}_tables_names") for name in ("ip", "ip6")], before)
        self.assertNotIn("nat", "".join(before))
        if BACKEND == "iptables":
            self.assertEqual(quiet("nft", "list", "ruleset"), "")


if __name__ == "__main__":
    unittest.main()
