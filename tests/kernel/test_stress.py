"""Everything at once and in any order: applies, removals, the timer, edits of others under the lock, flushes, kills, a clock that is set, and a filter
that our rules make DNS die of. What must hold after each step: no rule of others is lost, no jump of ours is there twice, rules that DNS dies of do not stay
but where a killed run wrote down that it has not judged them, files parse, no lock is held; and a following run heals.
NOTRACK_STRESS_SECONDS (60 by default) from NOTRACK_STRESS_SEED, which is printed."""

import collections
import fcntl
import glob
import json
import os
import random
import signal
import subprocess
import time
import unittest

from node import BACKEND, RUNNER, NodeTest, profile, quiet

SECONDS = float(os.environ.get("NOTRACK_STRESS_SECONDS", "60"))
SEED = int(os.environ.get("NOTRACK_STRESS_SEED", "20261126"))
FAKETIME = next(iter(glob.glob("/usr/lib/*/faketime/libfaketime.so.1") + glob.glob("/usr/lib*/faketime/libfaketime.so.1")), None)
CHOSEN = {0, 3, 4}  # nothing here makes a run fail: a kill is planted, a lock is waited for, and rules that DNS dies of are refused or taken back
DAYS = 86400
MOST_RULES = 20
SAFETY = {"waive": ["not-ipvs", "no-backends", "host-queries", "other-notrack", "stateful-forward", "host-port", "unread-rules"],
          "probe": {"name": "answer.test", "from": ["node"], "timeout": "300ms"}}


class Stress(NodeTest):
    def setUp(self):
        super().setUp()
        if os.environ.get("NOTRACK_SANITIZED"):
            self.skipTest("a sanitizer's runtime and libfaketime do not go together")
        if FAKETIME is None:
            self.skipTest("libfaketime is not installed")
        self.random = random.Random(SEED)
        self.dies = False
        switch = self.folder / "switch"
        switch.write_text("on")
        self.serve_dns(switch)
        self.write_profile(profile(safety=SAFETY))
        self.rules = []  # of others, in order: the number that each has in its comment
        self.number = 0
        self.done = collections.Counter()
        if BACKEND == "nftables":
            quiet("nft", "add table ip theirs; add chain ip theirs c { type filter hook prerouting priority -300; }")

    def fast(self):
        """The environment of a run, whose wall clock may be anywhere; the monotonic ones are the kernel's."""
        environment = dict(os.environ)
        if self.random.random() < 0.3:
            step = self.random.choice([-400 * DAYS, -3600, 3600, 30 * DAYS])
            environment.update(LD_PRELOAD=FAKETIME, FAKETIME=f"{step:+d}", FAKETIME_DONT_FAKE_MONOTONIC="1", FAKETIME_NO_CACHE="1")
            self.done["clock steps"] += 1
        return environment

    def start(self, *words):
        return subprocess.Popen([RUNNER, *words, "--profile", str(self.profile), "--wait", "20"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                env=self.fast())

    def end(self, runner):
        problem = runner.communicate(timeout=60)[1]
        self.assertIn(runner.returncode, CHOSEN, f"{' '.join(runner.args)}: {problem}")

    # Steps

    def apply(self):
        self.end(self.start("apply"))

    def remove(self):
        self.end(self.start("remove"))

    def timer(self):
        self.end(self.start("apply", "--reconcile"))

    def two_at_once(self):
        for runner in [self.start("apply"), self.start(*self.random.choice([["remove"], ["apply", "--reconcile"]]))]:
            self.end(runner)

    def kill(self):
        runner = self.start(*self.random.choice([["apply"], ["remove"], ["apply", "--reconcile"]]))
        time.sleep(self.random.choice([0.01, 0.3]) * self.random.random() * 2)
        runner.kill()
        runner.communicate()
        self.assertIn(runner.returncode, CHOSEN | {-signal.SIGKILL})

    def other_profile(self):
        self.write_profile(profile(pods=self.random.choice([["10.244.1.0/24"], ["10.244.0.0/16", "10.250.0.0/16"]]), safety=SAFETY,
                                   chainPrefix=self.random.choice(["NMANAGER", "OTHER"])))

    def edit(self):
        """A program that takes the lock adds a rule of its own, or takes one away, beside a run of ours."""
        runner = self.start(*self.random.choice([["apply"], ["remove"]]))
        if self.rules and (len(self.rules) >= MOST_RULES or self.random.random() < 0.4):
            self.delete_rule(self.rules.pop(self.random.randrange(len(self.rules))))
        else:
            self.number += 1
            self.rules.append(self.number)
            self.add_rule(self.number)
        self.end(runner)

    def add_rule(self, number):
        if BACKEND == "nftables":
            quiet("nft", f'add rule ip theirs c ip saddr 198.18.0.{number % 250} counter comment "r{number}"')
        else:
            self.iptables("-A", "PREROUTING", "-s", f"198.18.0.{number % 250}", "-m", "comment", "--comment", f"r{number}")

    def delete_rule(self, number):
        if BACKEND == "nftables":
            handle = next(line.rsplit(" ", 1)[1] for line in quiet("nft", "-a", "list", "chain", "ip", "theirs", "c").splitlines() if f'"r{number}"' in line)
            quiet("nft", "delete", "rule", "ip", "theirs", "c", "handle", handle)
        else:
            self.iptables("-D", "PREROUTING", "-s", f"198.18.0.{number % 250}", "-m", "comment", "--comment", f"r{number}")

    def other_filter(self):
        """From now on a filter drops what goes untracked, or does no more. What stands was judged beside another filter, so it goes first."""
        self.end(self.start("remove"))
        (self.memory / "run" / "damping").unlink(missing_ok=True)
        self.dies = not self.dies
        quiet("iptables-legacy", "-w", "-A" if self.dies else "-D", "INPUT", "-p", "udp", "--dport", "53", "-m", "conntrack", "--ctstate", "UNTRACKED", "-j", "DROP")

    def flush_ours(self):
        if BACKEND == "nftables":
            quiet("nft", "flush", "table", "ip", "nmanager", check=False)
        else:
            for chain in ("NMANAGER_PREROUTING", "NMANAGER_NOT_DNS_PREROUTING", "NMANAGER_OUTPUT", "OUTPUT"):
                self.iptables("-F", chain, check=False)

    def flush_everything(self):
        if BACKEND == "nftables":
            quiet("nft", "flush ruleset; add table ip theirs; add chain ip theirs c { type filter hook prerouting priority -300; }")
        else:
            self.iptables("-F")
        self.rules.clear()

    # What must hold

    def check(self, after):
        lines = self.listing()
        found = [number for number in self.rules if any(word in line.split() for line in lines for word in (f"r{number}", f'"r{number}"'))]
        self.assertEqual(found, self.rules, after)
        jumps = [line for line in lines if line.startswith(("-A PREROUTING -j", "-A OUTPUT -j"))] if BACKEND == "iptables" else \
            [line for line in quiet("nft", "-s", "list", "ruleset", "ip").splitlines() if "jump NMANAGER_PREROUTING" in line or "jump OTHER_PREROUTING" in line]
        self.assertEqual(len(jumps), len(set(jumps)), (after, jumps))
        if self.dies and any("_NOT_DNS_" in line for line in lines):
            self.assertTrue((self.memory / "run" / "pending").exists(), after + ": rules that DNS dies of stand, and nobody will judge them")
        for path in (self.memory / "run").glob("*"):
            if path.name in ("pending", "verdict", "damping"):
                stamp, _, text = path.read_text().partition("\n")
                self.assertTrue(stamp.startswith("boot "), (after, path))
                json.loads(text)
        for path in (self.lock, self.memory / "run" / "run.lock"):
            if path.exists():
                with open(path, "rb") as lock:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def heals(self, after):
        """One more run, and everything is as the profile says, with nothing left to judge."""
        done = subprocess.run([RUNNER, "apply", "--profile", str(self.profile)], capture_output=True, text=True, check=False)
        if self.dies:
            self.assertIn(done.returncode, (3, 4), after + ": " + done.stdout + done.stderr)
            self.assertFalse([line for line in self.listing() if "_NOT_DNS_" in line], after)
            return
        self.assertEqual(done.returncode, 0, after + ": " + done.stderr)
        report = self.status()
        self.assertEqual(report["state"], "in-sync", after)
        self.assertIsNotNone(report["verified"], after)
        self.assertFalse((self.memory / "run" / "pending").exists(), after)

    def test_in_any_order(self):
        steps = {self.apply: 4, self.remove: 2, self.timer: 4, self.two_at_once: 3, self.kill: 6, self.other_profile: 1, self.other_filter: 2, self.edit: 6, self.flush_ours: 2,
                 self.flush_everything: 1}
        end = time.monotonic() + SECONDS
        history = collections.deque(maxlen=8)
        while time.monotonic() < end:
            step = self.random.choices(list(steps), list(steps.values()))[0]
            history.append(step.__name__)
            self.done[step.__name__] += 1
            after = f"seed {SEED}, step {sum(self.done.values())}, after {' '.join(history)}"
            step()
            self.check(after)
            if self.random.random() < 0.2:
                self.heals(after)
                self.check(after)
        self.heals("at the end")
        print(f"{BACKEND}, seed {SEED}: {dict(self.done)}")
        self.assertGreater(min(self.done[step.__name__] for step in steps), 0)


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C")
    unittest.main(verbosity=2)
