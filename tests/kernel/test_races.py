"""Many writers at once, a held lock, and a runner that is killed in the middle."""

import fcntl
import os
import random
import signal
import subprocess
import time
import unittest

from node import RUNNER, NodeTest, profile, quiet

WRITERS = 200


class Concurrency(NodeTest):
    def test_nobody_loses_a_rule(self):
        """200 processes at once: a third applies, a sixth removes, half are iptables that each add a rule of their own."""
        commands = []
        for number in range(WRITERS):
            if number % 2 == 0:
                commands.append(["iptables-legacy", "-w", "-t", "raw", "-A", "PREROUTING", "-s", f"198.18.{number // 250}.{number % 250}", "-j", "ACCEPT"])
            else:
                verb = "remove" if number % 6 == 1 else "apply"
                commands.append([RUNNER, verb, "--profile", str(self.profile), "--wait", "120"])
        random.Random(7).shuffle(commands)
        running = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for command in commands]
        for process in running:
            _, problem = process.communicate(timeout=300)
            self.assertEqual(process.returncode, 0, " ".join(process.args) + ": " + problem)
        theirs = [line for line in self.save() if "198.18." in line]
        self.assertEqual(len(theirs), WRITERS // 2)
        self.assertEqual(len(set(theirs)), WRITERS // 2)
        self.apply()
        self.assertEqual(self.status()["state"], "in-sync")


class Lock(NodeTest):
    def test_a_held_lock_is_waited_for_and_then_busy(self):
        with open(os.environ["XTABLES_LOCKFILE"], "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            start = time.monotonic()
            done = self.run_runner("apply", "--wait", "0.6")
            waited = time.monotonic() - start
        self.assertEqual(done.returncode, 75)
        self.assertGreaterEqual(waited, 0.6)
        self.assertEqual(done.stderr.count("\n"), 1)
        self.assertIn("another program holds the xtables lock", done.stderr)
        self.assertEqual(quiet("cat", "/proc/net/ip_tables_names"), "")

    def test_a_lock_that_is_given_back_in_time_is_taken(self):
        holder = subprocess.Popen(["flock", os.environ["XTABLES_LOCKFILE"], "sleep", "0.5"])
        while subprocess.run(["flock", "-n", os.environ["XTABLES_LOCKFILE"], "true"], check=False).returncode == 0:
            time.sleep(0.01)
        self.assertTrue(self.apply("--wait", "20")["changed"])
        holder.wait()

    def test_status_needs_no_lock(self):
        self.apply()
        with open(os.environ["XTABLES_LOCKFILE"], "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assertEqual(self.status()["state"], "in-sync")


class Killed(NodeTest):
    def test_each_family_is_as_before_or_as_after(self):
        self.write_profile(profile(services=["10.96.0.10", "fd00:96::a"], pods=["10.244.1.0/24", "fd00:244::/48"]))

        def saved(family):
            text = quiet(f"{family}tables-legacy-save", "-t", "raw")
            return [line for line in text.splitlines() if not line.startswith("#")]

        for family in ("ip", "ip6"):
            quiet(f"{family}tables-legacy", "-t", "raw", "-A", "PREROUTING", "-i", "lo", "-j", "ACCEPT")
        before = {family: saved(family) for family in ("ip", "ip6")}
        start = time.monotonic()
        self.apply()
        longest = time.monotonic() - start
        after = {family: saved(family) for family in ("ip", "ip6")}
        seen = set()
        for attempt in range(60):
            self.remove()
            runner = subprocess.Popen([RUNNER, "apply", "--profile", str(self.profile)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(longest * attempt / 50)
            runner.send_signal(signal.SIGKILL)
            runner.wait()
            for family in ("ip", "ip6"):
                now = saved(family)
                self.assertIn(now, (before[family], after[family]))
                seen.add(now == after[family])
            self.apply()
            self.assertEqual({family: saved(family) for family in ("ip", "ip6")}, after)
        self.assertEqual(seen, {True, False}, "the kills came all too early or all too late to show anything")


if __name__ == "__main__":
    unittest.main()
