"""What a report says where it might be misread: unread IPVS tables, a changed profile under --watch, more than a reader takes, the override that matched."""

import json
import os
import subprocess
import unittest

from node import BACKEND, RUNNER, NodeTest, profile, quiet


class Told(NodeTest):
    def digest(self):
        return self.status()["profile"]["digest"]

    def test_an_ipvs_table_that_cannot_be_opened_is_no_empty_one(self):
        self.apply("--reconcile")
        self.write_profile(profile(safety={"probe": False}))  # not-ipvs is waived no more
        for error in ("ENFILE", "EACCES"):
            done = self.run_runner("apply", "--reconcile", "--output", "json", wrapper=(
                "strace", "-f", "-qq", "-o", "/dev/null", "-P", "/proc/net/ip_vs", "-e", "trace=openat,access", "--inject=access:retval=0",
                f"--inject=openat:error={error}"))
            self.assertEqual(done.returncode, 0, done.stderr)
            report = json.loads(done.stdout)
            self.assertFalse(report["changed"])
            self.assertIn("ip_vs", report["waits_for"])
            self.assertTrue([line for line in self.listing() if "NMANAGER_NOT_DNS" in line])

    def test_watch_notices_a_changed_profile(self):
        self.apply()
        with subprocess.Popen([RUNNER, "status", "--watch", "0.2", "--output", "json", "--profile", str(self.profile)], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True) as watch:
            first = json.loads(watch.stdout.readline())
            self.write_profile(profile(pods=["10.250.0.0/16"]))
            self.apply()
            for _ in range(5):
                last = json.loads(watch.stdout.readline())
            watch.kill()
        self.assertEqual((first["state"], last["state"]), ("in-sync", "in-sync"))
        self.assertNotEqual(first["profile"]["digest"], last["profile"]["digest"])
        self.assertEqual(last["profile"]["digest"], self.digest())

    @unittest.skipIf(BACKEND == "nftables", "jumps of others in a built-in chain")
    def test_more_jumps_than_a_reader_takes_are_cut_and_told(self):
        self.apply()
        quiet("iptables-legacy-restore", "-w", "-n", input="*raw\n" + "".join(
            f"-A PREROUTING -s 198.18.{number // 250}.{number % 250} -j NMANAGER_NOT_DNS_PREROUTING\n" for number in range(300)) + "COMMIT\n")
        report = self.status(code=2)
        self.assertLessEqual(len(report["families"][0]["jumps"]), 256)
        self.assertIn("the report lists 256 of 30", " ".join(report["notes"]))

    def test_words_of_others_are_clean_in_findings(self):
        """Comments in nat's and filter's rules, and in chains of nft's own, which findings quote."""
        self.write_profile(profile(scope="pods", safety={"waive": ["not-ipvs"], "probe": False}))
        if BACKEND == "nftables":
            subprocess.run(["nft", "-f", "-"], check=True, input=b"table inet t { chain c { type filter hook forward priority 0; policy drop; "
                           b"ct state established accept comment \"a\x1b[2Jb\x9b2Jc\"; }; }")
        else:
            quiet("iptables-legacy", "-P", "FORWARD", "DROP")
            subprocess.run(["iptables-legacy", "-A", "FORWARD", "-m", "conntrack", "--ctstate", "ESTABLISHED", "-m", "comment", "--comment",
                            b"a\x1b[2Jb\x9b2Jc", "-j", "ACCEPT"], check=True)
        for command in ("doctor", "status"):
            done = subprocess.run([RUNNER, command, "--profile", str(self.profile)], capture_output=True, check=False)
            text = (done.stdout + done.stderr).decode("utf-8")
            self.assertIn("stateful-forward", text)
            self.assertFalse([letter for letter in text if (ord(letter) < 32 and letter != "\n") or 127 <= ord(letter) < 160], text)

    def test_the_override_that_matched_is_named(self):
        for host, glob, expected in (("edge-1.example.com", "edge-*", True), ("edge-1.example.com", "edge-1", True), ("edge-1.example.com", "*.org", False)):
            self.write_profile(profile(nodes=[{"match": [glob], "scope": "pods"}]))
            done = self.run_runner("status", "--output", "json", wrapper=("unshare", "--uts", "sh", "-c", f'hostname {host}; exec "$@"', "sh"))
            self.assertEqual(bool(json.loads(done.stdout)["profile"].get("override")), expected, done.stdout + done.stderr)


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C")
    unittest.main(verbosity=2)
