"""System calls that fail, and kills, at every position of an apply and of a remove: no failure's exit code with rules of ours that nobody judged,
no rule of others lost, and the next run heals. NOTRACK_FAULT_STEP=20 (the default) looks at every 20th position, from one that the seed chooses."""

import collections
import os
import random
import re
import signal
import subprocess
import unittest

from node import BACKEND, SERVICE, NodeTest, profile, quiet

STEP = int(os.environ.get("NOTRACK_FAULT_STEP", "20"))
SEED = int(os.environ.get("NOTRACK_FAULT_SEED", "20261126"))
CALLS = ["openat", "read", "write", "close", "fstat", "newfstatat", "mmap", "munmap", "brk", "mprotect", "access", "lseek", "socket", "bind", "getsockopt",
         "setsockopt", "sendto", "sendmsg", "recvmsg", "recvfrom", "flock", "rename", "unlink", "mkdir", "fsync", "fchmod", "ioctl", "poll", "pipe2", "clone",
         "clone3", "vfork", "wait4", "timer_create", "rt_sigaction", "rt_sigprocmask", "clock_gettime", "fcntl"]
FAILURES = ["error=ENOMEM", "error=EINTR", "error=ENOBUFS", "error=EAGAIN"]
CHOSEN = {0, 1, 2, 3, 4, 5, 64, 65, 69, 75, 77}
OF_THE_LOADER = {127, -signal.SIGSEGV}  # ld.so's own ends, before main(), which these stand for where nothing was written


class Faults(NodeTest):
    step = STEP

    def setUp(self):
        super().setUp()
        if os.environ.get("NOTRACK_SANITIZED"):
            self.skipTest("a sanitizer's runtime does not outlive such faults")
        self.random = random.Random(SEED)
        self.write_profile(profile(services=[SERVICE, "fd00:96::a"], pods=["10.244.1.0/24", "fd00:244::/48"]))
        self.add_rules_of_others()
        self.others = self.of_others()
        self.seen = collections.Counter()

    def add_rules_of_others(self):
        if BACKEND == "nftables":
            quiet("nft", "table ip theirs { chain c { type filter hook prerouting priority -300; udp dport 514 counter notrack; }; }")
            return
        for command, address in (("iptables-legacy", "192.0.2.1"), ("ip6tables-legacy", "2001:db8::1")):
            quiet(command, "-t", "raw", "-N", "ADMIN")
            quiet(command, "-t", "raw", "-A", "ADMIN", "-p", "udp", "-d", address, "--dport", "514", "-j", "CT", "--notrack")
            quiet(command, "-t", "raw", "-A", "PREROUTING", "-j", "ADMIN")

    def everything(self):
        return [line for family in ("ip", "ip6") for line in self.listing(family)]

    def of_others(self):
        if BACKEND == "nftables":
            return quiet("nft", "-s", "list", "table", "ip", "theirs").splitlines()
        return [line for line in self.everything() if "NMANAGER" not in line]

    def ours(self):
        return [line for line in self.everything() if "nmanager" in line.lower()]

    def start_from(self, command):
        """The state before the command."""
        quiet(*self.words("remove"))
        if command == "remove":
            quiet(*self.words("apply"))
        self.before = self.everything()

    def words(self, command, *more):
        return [os.environ["NOTRACK_RUNNER"] if "NOTRACK_RUNNER" in os.environ else "dns-notrack", command, "--profile", str(self.profile), *more]

    def traced(self, command, *options):
        return subprocess.run(["strace", "-f", "-qq", "-o", str(self.folder / "trace"), *options, *self.words(command)], capture_output=True, text=True,
                              timeout=120, check=False)

    def counts(self, command):
        """How often each call is made, and how often before the dynamic loader gives its cache back, which is the last that it does."""
        self.start_from(command)
        self.traced(command, "-e", "trace=" + ",".join(CALLS))
        calls = re.findall(r"^(?:\d+ +)?([a-z0-9_]+)\(", (self.folder / "trace").read_text(), re.M)
        found = collections.Counter(calls)
        of_loader = collections.Counter(calls[:calls.index("munmap") + 1])
        return {call: (found[call], of_loader[call]) for call in CALLS if found[call]}

    @staticmethod
    def possible(call, faults):
        """Linux's brk() knows no error: what cannot grow is answered with an end that is not the one asked for."""
        return ["retval=0"] if call == "brk" and faults == FAILURES else faults

    def positions(self, count):
        return range(1 + self.random.randrange(min(self.step, count)), count + 1, self.step)

    def check(self, command, fault, done, in_loader):
        where = f"{command} with {fault}: exit {done.returncode}: {done.stderr}"
        self.seen[done.returncode] += 1
        killed = "SIGKILL" in fault
        # strace counts the calls of each process and thread: a kill may hit a program that was asked, or a position may not come
        ends = {-signal.SIGKILL} | CHOSEN if killed else CHOSEN | OF_THE_LOADER if in_loader else CHOSEN
        self.assertIn(done.returncode, ends, where)
        if in_loader and done.returncode in OF_THE_LOADER:
            self.assertEqual(self.everything(), self.before, where)
        self.assertEqual(self.of_others(), self.others, where)
        stands = self.ours()
        if command == "apply" and not killed and done.returncode not in (0, 5) and stands:
            self.assertTrue((self.memory / "run" / "verdict").exists(), where)  # judged, and then the result could not be printed
        if command == "remove" and done.returncode == 0:
            self.assertEqual(stands, [], where)
        if command == "apply" and done.returncode == 0:
            self.assertEqual(subprocess.run(self.words("status"), capture_output=True, check=False).returncode, 0, where)
        healed = subprocess.run(self.words("apply"), capture_output=True, text=True, check=False)
        self.assertEqual(healed.returncode, 0, where + "; then " + healed.stderr)
        self.assertEqual(self.of_others(), self.others, where)
        self.assertFalse((self.memory / "run" / "pending").exists(), where)

    def sweep(self, command, faults, only=None):
        tried = 0
        for call, (count, of_loader) in self.counts(command).items():
            if only and call != only:
                continue
            for fault in self.possible(call, faults):
                for when in self.positions(count):
                    self.start_from(command)
                    with self.subTest(f"{call} {fault} {when}"):
                        done = self.traced(command, "-e", "trace=" + call, f"--inject={call}:{fault}:when={when}")
                        self.check(command, f"{call} {fault} {when}", done, when <= of_loader)
                    tried += 1
        print(f"{command}, {BACKEND}: {tried} faults, exits {dict(sorted(self.seen.items()))}")
        self.assertGreater(tried, 5 if only else 20)
        if "signal=SIGKILL" in faults:
            self.assertGreater(self.seen[-signal.SIGKILL], tried // 2)

    def test_errors_in_apply(self):
        self.sweep("apply", FAILURES)

    @unittest.skipIf(BACKEND == "nftables", "libiptc's")
    def test_a_library_that_calls_abort(self):
        self.step = 1
        self.sweep("apply", FAILURES, only="fcntl")
        self.sweep("remove", FAILURES, only="fcntl")

    def test_errors_in_remove(self):
        self.sweep("remove", FAILURES)

    def test_kills_in_apply(self):
        self.sweep("apply", ["signal=SIGKILL"])

    def test_kills_in_remove(self):
        self.sweep("remove", ["signal=SIGKILL"])


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C")
    unittest.main(verbosity=2)
