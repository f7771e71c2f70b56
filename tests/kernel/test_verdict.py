"""No verdict is lost: whatever ends or holds up a run, rules that cut off DNS never stay "in sync"."""

import json
import os
import subprocess
import time
import unittest

from node import BACKEND, RUNNER, SERVICE, NodeTest, profile, quiet

WAIVED = ["not-ipvs", "host-queries", "no-backends"]
PROBE = {"name": "answer.test", "from": ["node"], "timeout": "400ms"}


class WithServer(NodeTest):
    def setUp(self):
        super().setUp()
        self.switch = self.folder / "switch"
        self.say("on")
        self.serve_dns(self.switch)
        self.write_profile(profile(safety={"waive": WAIVED, "probe": PROBE}))

    def say(self, word):
        self.switch.write_text(word)

    def ours(self):
        return [line for line in self.listing() if "nmanager" in line.lower()]

    def reconcile(self, code=0, *more):
        return self.report("apply", "--reconcile", *more, code=code)

    def kill_at_second_probe(self):
        """A run that is killed while it asks whether DNS works with what it wrote; silence holds it there."""
        then = self.switch.read_text()
        self.say("rules")
        runner = subprocess.Popen([RUNNER, "apply", "--profile", str(self.profile)], stdout=subprocess.DEVNULL)
        while "NOT_DNS" not in "".join(self.listing()):
            self.assertIsNone(runner.poll(), "it ended before its rules were seen")
        time.sleep(0.1)
        runner.kill()
        runner.wait()
        self.say(then)


class Verdicts(WithServer):
    def test_a_roll_back_waits_for_the_lock(self):
        self.say(f"lock {self.lock}")
        report = self.reconcile(4, "--wait", "0.2")
        self.assertTrue(report["rolled_back"])
        self.assertEqual(self.ours(), [])
        self.assertEqual(self.reconcile()["changed"], False)

    def test_a_killed_run_is_judged_by_the_next(self):
        for intent in ([], ["--reconcile"]):
            self.say("rules")
            self.kill_at_second_probe()
            self.assertTrue((self.memory / "run" / "pending").exists())
            report = self.report("apply", *intent, code=4)
            self.assertTrue(report["rolled_back"])
            self.assertEqual(self.ours(), [])
            self.assertFalse((self.memory / "run" / "pending").exists())

    def test_a_killed_run_whose_rules_are_well(self):
        self.kill_at_second_probe()
        report = self.reconcile()
        self.assertEqual((report["state"], report["verified"]["by"]), ("in-sync", "trial"))
        self.assertIn("an earlier run was ended before its verdict", " ".join(report["notes"]))

    def test_status_tells_of_it(self):
        self.kill_at_second_probe()
        report = self.status()
        self.assertIsNone(report["verified"])
        self.assertIn("ended", " ".join(report["notes"]))

    def test_remove_needs_no_verdict(self):
        self.say("rules")
        self.kill_at_second_probe()
        self.remove()
        self.assertEqual(self.ours(), [])
        self.assertFalse((self.memory / "run" / "pending").exists())

    @unittest.skipIf(os.environ.get("NOTRACK_SANITIZED"), "sanitizers make threads of their own")
    def test_a_thread_that_cannot_start(self):
        for when in range(1, 4):
            self.say("rules")
            done = self.run_runner("apply", wrapper=("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=clone3,clone",
                                                    f"--inject=clone3:error=EAGAIN:when={when}"))
            if self.ours():
                self.assertEqual(done.returncode, 5, done.stdout + done.stderr)
            self.assertNotEqual(done.returncode, 0)
            self.run_runner("apply", "--reconcile")
            self.assertEqual(self.ours(), [])

    def test_two_runs_at_once(self):
        for _ in range(5):
            self.say("rules")
            runs = [subprocess.Popen([RUNNER, "apply", *more, "--profile", str(self.profile)], stdout=subprocess.DEVNULL) for more in (["--reconcile"], [])]
            codes = [process.wait(timeout=60) for process in runs]
            self.assertIn(4, codes)
            self.assertEqual(self.ours(), [])
            (self.memory / "run" / "damping").unlink(missing_ok=True)

    def test_silence_before_ends_unverified_and_the_timer_verifies(self):
        self.write_profile(profile(safety={"waive": [*WAIVED, "dns-silent"], "probe": PROBE}))
        self.say("off")
        report = self.apply()
        self.assertEqual((report["state"], report["verified"]), ("in-sync", None))
        self.say("on")
        (self.memory / "run" / "damping").unlink()  # half a minute later
        self.assertEqual(self.reconcile()["verified"]["by"], "trial")
        self.assertEqual(self.status()["verified"]["by"], "trial")

    def test_silence_before_does_not_hide_rules_that_break_dns(self):
        self.write_profile(profile(safety={"waive": [*WAIVED, "dns-silent"], "probe": PROBE}))
        self.say("off")
        self.apply()
        self.say("rules")
        (self.memory / "run" / "damping").unlink()  # half a minute later
        self.assertTrue(self.reconcile(4)["rolled_back"])
        self.assertEqual(self.ours(), [])

    def test_dns_that_dies_by_itself_is_not_taken_for_ours(self):
        self.apply()
        (self.memory / "run" / "verdict").unlink()
        self.say("off")
        report = self.reconcile()
        self.assertEqual((report["rolled_back"], report["state"], report["verified"]), (False, "in-sync", None))
        self.assertIn("neither tracked nor untracked", " ".join(report["notes"]))

    def test_the_nodes_answers_prove_nothing_for_pods(self):
        self.write_profile(profile(scope="pods", safety={"waive": WAIVED, "probe": PROBE}))
        report = self.apply()
        self.assertIsNone(report["verified"])
        self.assertIn("no pod", " ".join(report["notes"]))

    def test_a_person_s_roll_back_keeps_the_timer_away(self):
        self.say("rules")
        self.apply(code=4)
        report = self.reconcile()
        self.assertFalse(report["changed"])
        self.assertIn("rolled back", report["waits_for"])
        os.utime(self.memory / "run" / "damping", (0, 0))  # a clock that somebody set
        self.assertFalse(self.reconcile()["changed"])

    def test_metrics_of_later_runs_tell_what_was_shown(self):
        """The run that asked is followed by one that does not within seconds, and a scrape is rarer."""
        self.apply()
        for _ in range(2):
            self.assertEqual(self.run_runner("apply", "--reconcile", "--quiet", "--textfile", str(self.folder / "dns.prom")).returncode, 0)
            found = dict(line.rsplit(" ", 1) for line in (self.folder / "dns.prom").read_text().splitlines() if not line.startswith("#"))
            self.assertEqual([value for name, value in found.items() if name.startswith("dns_notrack_verified{")].count("1"), 1)
            self.assertLess(abs(time.time() - int(found["dns_notrack_verified_timestamp_seconds"])), 60)
            self.assertGreater(int(found["dns_notrack_trial_places"]), 0)

    def test_a_changed_profile_is_asked_about_again(self):
        self.apply()
        self.say("rules")
        self.write_profile(profile(safety={"waive": [*WAIVED, "host-port"], "probe": PROBE}))
        self.apply(code=4)
        self.assertEqual(self.ours(), [])

    def test_nothing_is_remembered_for_another_network_namespace(self):
        self.apply()
        there = quiet("unshare", "--net", "sh", "-c", 'ip link set lo up; exec "$0" apply --output json --profile "$1"', RUNNER, str(self.profile))
        self.assertIsNone(json.loads(there)["verified"])


class Conflicts(NodeTest):
    @unittest.skipIf(BACKEND == "nftables", "nftables writes both families in one transaction")
    def test_five_conflicts_put_back_what_they_did(self):
        self.write_profile(profile(services=[SERVICE, "fd00:96::a"], pods=["10.244.0.0/16", "fd00:244::/56"]))
        for intent, code in (([], 75), (["--reconcile"], 0)):
            done = self.run_runner("apply", "--wait", "0", *intent, wrapper=("strace", "-qq", "-o", "/dev/null", "-e", "trace=setsockopt",
                                                                            "--inject=setsockopt:error=EAGAIN:when=3..14"))
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)
            self.assertEqual([line for family in ("ip", "ip6") for line in self.listing(family) if "NMANAGER" in line], [])

    def test_a_read_back_that_fails_is_no_failure_with_rules_in_place(self):
        call = "recvmsg" if BACKEND == "nftables" else "getsockopt"
        for when in range(1, 60, 3):
            self.remove()
            done = self.run_runner("apply", "--output", "json", wrapper=("strace", "-qq", "-o", "/dev/null", "-e", f"trace={call}",
                                                                        f"--inject={call}:error=ENOMEM:when={when}"))
            stands = self.status(code=0 if "NMANAGER" in "".join(self.listing()) else 2)["state"]
            if done.returncode == 0:
                self.assertEqual(stands, "in-sync", (when, done.stdout))
            elif done.returncode != 5:
                self.assertEqual(stands, "absent", (when, done.returncode, done.stderr))


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C")
    unittest.main()
