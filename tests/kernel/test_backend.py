"""The choice between the two backends, and what a change of it leaves behind: nothing."""

import subprocess
import unittest

from node import RUNNER, profile, quiet, without_library
from test_nftables import NftablesTest, nft


class Choice(NftablesTest):
    """`backend: auto`, and nothing left behind by a change of mind."""

    backend = "auto"

    def chosen(self):
        report = self.status(code=2)
        return report["backend"], report["backend_reason"]

    def test_hints(self):
        before = self.ruleset()
        self.assertEqual(self.chosen()[0], "iptables")
        self.assertEqual(self.ruleset(), before)
        quiet("iptables-legacy", "-w", "-t", "mangle", "-N", "KUBE-IPTABLES-HINT")
        self.assertEqual(self.chosen(), ("iptables", "chain KUBE-IPTABLES-HINT in the ipv4 mangle table of iptables tells that this node uses it"))
        nft("-f", "-", input="table ip6 mangle {\n chain KUBE-KUBELET-CANARY {\n }\n}\n")
        self.assertEqual(self.chosen(), ("nftables", "chain KUBE-KUBELET-CANARY in the ipv6 mangle table of nftables tells that this node uses it"))

    def test_doctor_says_which_and_why(self):
        done = subprocess.run([RUNNER, "doctor", "--profile", str(self.profile)], capture_output=True, text=True)
        self.assertRegex(done.stdout.splitlines()[0], "^rules go to iptables: no hint chains; ")

    def use(self, backend):
        self.write_profile(profile(backend=backend))
        return self.apply()

    def leftovers(self):
        """The state, the ids of the findings, and what other-backend found."""
        report = self.status(code=2)
        evidence = [line for finding in report["findings"] if finding["id"] == "other-backend" for line in finding["evidence"]]
        return report["state"], [finding["id"] for finding in report["findings"]], evidence

    def test_switching_leaves_none_behind(self):
        self.use("iptables")
        self.assertIn("NMANAGER_OUTPUT", quiet("iptables-legacy-save", "-t", "raw"))
        for _ in range(2):
            self.write_profile(profile(backend="nftables"))
            state, findings, evidence = self.leftovers()
            self.assertEqual((state, findings), ("absent", ["not-ipvs", "other-backend"]))
            self.assertIn("raw (iptables): -A NMANAGER_NOT_DNS_OUTPUT -d 10.96.0.10/32 -p udp -m udp --dport 53 -j CT --notrack", evidence)
            self.assertTrue(self.apply()["changed"])
            self.assertNotIn("NMANAGER", quiet("iptables-legacy-save", "-t", "raw"))
            self.assertEqual(nft("list", "tables"), "table ip nmanager\n")
            self.assertFalse(self.apply()["changed"])
            self.write_profile(profile(backend="iptables"))
            self.assertEqual(self.leftovers(), ("absent", ["not-ipvs", "other-backend"], ["nftables: table ip nmanager"]))
            self.assertTrue(self.apply()["changed"])
            self.assertIn("NMANAGER_OUTPUT", quiet("iptables-legacy-save", "-t", "raw"))
            self.assertEqual(self.ruleset(), "")
            self.assertFalse(self.apply()["changed"])

    def test_chains_that_iptables_nft_made_are_told_of_and_left_alone(self):
        """network-node-manager's, on a node whose iptables is iptables-nft: the table is not ours to write to."""
        iptables = ("iptables-nft", "-t", "raw")
        quiet(*iptables, "-N", "NMANAGER_NOT_DNS_OUTPUT")
        quiet(*iptables, "-A", "NMANAGER_NOT_DNS_OUTPUT", "-d", "10.96.0.10", "-p", "udp", "--dport", "53", "-j", "CT", "--notrack")
        before = nft("-a", "list", "table", "ip", "raw")
        for backend in ("iptables", "nftables"):
            self.write_profile(profile(backend=backend))
            _, findings, evidence = self.leftovers()
            self.assertEqual(findings, ["not-ipvs", "other-backend"])
            self.assertEqual(evidence, ["raw (nftables): -A NMANAGER_NOT_DNS_OUTPUT -d 10.96.0.10/32 -p udp -m udp --dport 53 -j CT --notrack"])
            self.apply()
            self.remove()
            self.assertEqual(nft("-a", "list", "table", "ip", "raw"), before)

    def test_remove_names_the_backend_that_held_the_rules(self):
        for backend in ("nftables", "iptables"):
            self.use(backend)
            for file in (None, self.profile):  # without a profile the node's own preference is asked: iptables here
                command = [RUNNER, "remove", "--check", *(["--profile", str(file)] if file else ["--profile", str(self.folder / "none.yaml")])]
                done = subprocess.run(command, capture_output=True, text=True)
                self.assertIn(f"({backend})", done.stdout + done.stderr, (backend, file))
            self.remove()

    def test_remove_clears_both(self):
        self.use("iptables")
        legacy = quiet("iptables-legacy-save", "-t", "raw")
        self.use("nftables")
        quiet("iptables-legacy-restore", input=legacy)
        self.assertEqual(self.status(code=2)["state"], "drifted")
        self.assertTrue(self.remove()["changed"])
        self.assertEqual(self.ruleset(), "")
        self.assertNotIn("NMANAGER", quiet("iptables-legacy-save", "-t", "raw"))

    def test_a_legacy_table_that_cannot_be_looked_into_is_not_passed_over(self):
        hidden = without_library("libip4tc.so.2")
        self.write_profile(profile(backend="auto"))
        self.assertEqual(self.run_runner("remove", wrapper=hidden).returncode, 0)  # there is none yet
        self.use("iptables")
        before = self.listing()
        for backend in ("auto", "nftables"):
            self.write_profile(profile(backend=backend))
            for command in ("remove", "apply", "status"):
                done = self.run_runner(command, wrapper=hidden)
                self.assertEqual(done.returncode, 69, done.stdout + done.stderr)
                self.assertIn("libip4tc.so.2: the library is not installed", done.stderr)
        self.assertEqual(self.listing(), before)
        self.assertEqual(self.ruleset(), "")


if __name__ == "__main__":
    unittest.main()
