"""`retire`: the rules go, DNS is shown to answer tracked, and no unattended run puts them back."""

import subprocess
import unittest

from node import RUNNER, quiet
from test_verdict import WithServer


class Retire(WithServer):
    def retire(self, *words, code=0):
        return self.report("retire", "--profile", str(self.profile), *words, code=code)

    def state(self):
        return self.memory / "state" / "retired"

    def test_a_life(self):
        self.apply()
        report = self.retire()
        self.assertTrue(report["changed"])
        self.assertEqual((report["probe"]["after"][0]["answered"], self.ours()), (report["probe"]["after"][0]["asked"], []))
        self.assertEqual(report["notes"], ["DNS answers tracked: asked from 1 place"])
        self.assertEqual(self.state().read_text(), report["retired"] + "\n")

        for _ in range(2):
            left = self.reconcile()
            self.assertEqual((left["changed"], left["state"], left["retired"]), (False, "absent", report["retired"]))
        self.assertIn(f"retired since {report['retired']}: ", self.run_runner("status").stdout)
        self.assertIn("dns_notrack_retired 1\n", self.run_runner("status", "--output", "prometheus").stdout)
        self.assertEqual(self.ours(), [])

        self.assertFalse(self.retire("--undo")["changed"])
        self.assertFalse(self.state().exists())
        self.assertTrue(self.reconcile()["changed"])
        self.retire()
        self.assertEqual(self.apply()["retired"], "")
        self.assertEqual(self.reconcile()["state"], "in-sync")

    def test_places_that_lose_answers_get_the_rules_back(self):
        """Tracked DNS is what does not work here."""
        self.apply()
        before = self.ours()
        quiet("iptables-legacy", "-A", "INPUT", "-p", "udp", "--dport", "53", "-m", "conntrack", "--ctstate", "NEW", "-j", "DROP")
        done = subprocess.run([RUNNER, "retire", "--profile", str(self.profile)], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 4, done.stdout + done.stderr)
        self.assertIn("not retired: DNS stopped answering without our rules, which stand again", done.stdout)
        self.assertEqual(sorted(self.ours()), sorted(before))
        self.assertFalse(self.state().exists())


if __name__ == "__main__":
    unittest.main()
