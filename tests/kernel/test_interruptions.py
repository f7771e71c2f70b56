"""A held lock, and a runner that is killed in the middle."""

import fcntl
import signal
import subprocess
import time
import unittest

from node import BACKEND, RUNNER, NodeTest, profile, quiet

FAMILIES = ("ip", "ip6")


class Lock(NodeTest):
    def test_a_held_lock_is_waited_for_and_then_busy(self):
        with open(self.lock, "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            start = time.monotonic()
            done = self.run_runner("apply", "--wait", "0.6")
            waited = time.monotonic() - start
        self.assertEqual(done.returncode, 75)
        self.assertGreaterEqual(waited, 0.6)
        self.assertEqual(done.stderr.count("\n"), 1)
        self.assertIn("another program holds the", done.stderr)
        self.assertNotIn("NMANAGER", "".join(self.listing()))

    def test_a_lock_that_is_given_back_in_time_is_taken(self):
        holder = subprocess.Popen(["flock", self.lock, "sleep", "0.5"])
        while subprocess.run(["flock", "-n", self.lock, "true"], check=False).returncode == 0:
            time.sleep(0.01)
        self.assertTrue(self.apply("--wait", "20")["changed"])
        holder.wait()

    def test_status_needs_no_lock(self):
        self.apply()
        with open(self.lock, "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assertEqual(self.status()["state"], "in-sync")


class Killed(NodeTest):
    def add_a_rule_of_others(self, family):
        if BACKEND == "nftables":
            quiet("nft", f"table {family} theirs {{ chain c {{ iif lo accept; }}; }}")
        else:
            quiet(f"{family}tables-legacy", "-t", "raw", "-A", "PREROUTING", "-i", "lo", "-j", "ACCEPT")

    def test_each_family_is_as_before_or_as_after(self):
        self.write_profile(profile(services=["10.96.0.10", "fd00:96::a"], pods=["10.244.1.0/24", "fd00:244::/48"]))

        for family in FAMILIES:
            self.add_a_rule_of_others(family)
        before = {family: self.listing(family) for family in FAMILIES}
        start = time.monotonic()
        self.apply()
        longest = time.monotonic() - start
        after = {family: self.listing(family) for family in FAMILIES}
        seen = set()
        for attempt in range(60):
            self.remove()
            runner = subprocess.Popen([RUNNER, "apply", "--profile", str(self.profile)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(longest * attempt / 50)
            runner.send_signal(signal.SIGKILL)
            runner.wait()
            for family in FAMILIES:
                now = self.listing(family)
                self.assertIn(now, (before[family], after[family]))
                seen.add(now == after[family])
            self.apply()
            self.assertEqual({family: self.listing(family) for family in FAMILIES}, after)
        self.assertEqual(seen, {True, False}, "the kills came all too early or all too late to show anything")


if __name__ == "__main__":
    unittest.main()
