"""What the runner refuses: exit codes, one sentence, and an untouched kernel."""

import json
import os
import shutil
import subprocess
import unittest

from node import RUNNER, NodeTest, profile, quiet, without_file, without_library


class Refusals(NodeTest):
    def assert_refused(self, done, code, *words):
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertEqual(done.stdout, "")
        for word in words:
            self.assertIn(word, done.stderr)
        self.assertEqual(quiet("cat", "/proc/net/ip_tables_names", "/proc/net/ip6_tables_names"), "")

    def test_not_permitted(self):
        """Without capabilities in this namespace: 77, and what to do."""
        drop = ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all") if os.environ.get("NOTRACK_USER") else \
            ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
        for command in ("apply", "status", "remove"):
            done = self.run_runner(command, wrapper=drop)
            self.assert_refused(done, 77, "root")

    def test_bad_profile(self):
        self.write_profile("version: 1\nservices: [10.96.0.10]\npodCIDRs: [10.244.1.7/24]\n")
        for command in ("apply", "status"):
            done = self.run_runner(command)
            self.assert_refused(done, 65, f"{self.profile}:3:12: ", "10.244.1.0/24", "podCIDRs: [10.244.1.7/24]")

    def test_missing_profile(self):
        self.profile.unlink()
        self.assert_refused(self.run_runner("apply"), 65, str(self.profile))

    def test_usage(self):
        for arguments in (["apply", "--nonsense"], ["nonsense"], ["status", "--watch", "never"], ["apply", "--output", "xml"], []):
            done = subprocess.run([RUNNER, *arguments], capture_output=True, text=True)
            self.assert_refused(done, 64, "--help")

    def test_what_is_wrong_with_a_command_line(self):
        for words, said in (
            ("", "name a command (see 'dns-notrack --help')"),
            ("aply", "there is no command 'aply'; did you mean apply?"),
            ("apply --nod x", "there is no option '--nod'; did you mean --node? (see 'dns-notrack apply --help')"),
            ("apply x", "nothing is done with the word 'x' (see"),
            ("apply -- --check", "nothing is done with the word '--check' (see"),
            ("apply --wait", "--wait wants a value: SECONDS (see"),
            ("apply --profile --check", "--profile wants a value: PATH ... (see"),
            ("apply --wait -1", "--wait takes seconds from 0 to 3600, not '-1' (see"),
            ("apply --wait=3600.001", "--wait takes seconds from 0 to 3600, not '3600.001' (see"),
            ("apply --wait 1e3", "--wait takes seconds from 0 to 3600, not '1e3' (see"),
            ("apply --wait 1.x", "--wait takes seconds from 0 to 3600, not '1.x' (see"),
            ("apply --wait .", "--wait takes seconds from 0 to 3600, not '.' (see"),
            ("apply --check=yes", "--check takes no value (see"),
            ("apply --node a --node b", "--node is given twice (see"),
            ("apply --check --reconcile", "--reconcile excludes --check (see"),
            ("apply --capture x", "--capture needs --check (see"),
            ("apply --delivery a:b", "--delivery takes a name of at most 64 letters, digits and -._/ (see"),
            ("apply --output prometheus", "--output takes no 'prometheus'; allowed: text and json (see"),
            ("status --watch 0.05", "--watch takes seconds from 0.1 to 3600, not '0.05' (see"),
            ("status --capture x y --watch 1", "--capture excludes --watch (see"),
            ("doctor --census --capture x", "--census excludes --capture (see"),
            ("probe --count 1001", "--count takes a number from 1 to 1000, not '1001' (see"),
            ("why", "POD is missing (see 'dns-notrack why --help')"),
            ("schema raport", "KIND takes no 'raport'; did you mean report?"),
        ):
            with self.subTest(words):
                done = subprocess.run([RUNNER, *words.split()], capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stdout), (64, ""))
                self.assertTrue(done.stderr.startswith("dns-notrack: " + said), done.stderr)
        done = subprocess.run([RUNNER, "apply", "--reconcile"], capture_output=True, text=True, env=dict(os.environ, DNS_NOTRACK_SPREAD="soon"))
        self.assertIn("--spread takes a number from 0 to 86400, not 'soon'", done.stderr)

    def test_ways_to_write_a_command_line(self):
        """Values behind a space or '=', options before and after words, help wherever it stands."""
        shown = subprocess.run([RUNNER, "validate", "--output=json", str(self.profile), "--node", "a"], capture_output=True, text=True)
        self.assertEqual((json.loads(shown.stdout)["node"], shown.returncode), ("a", 0))
        for words in (["apply", "--wait", "1.5", "--help"], ["apply", "-h"], ["--help"], ["-h"]):
            done = subprocess.run([RUNNER, *words], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn("Usage: dns-notrack " + ("apply [OPTIONS]" if words[0] == "apply" else "[OPTIONS] COMMAND"), done.stdout)
        self.assertEqual(*(subprocess.run([RUNNER, word], capture_output=True, text=True).stdout for word in ("version", "--version")))

    def test_no_library_is_no_backend(self):
        """Without libip4tc the program runs and says what to install."""
        self.write_profile(profile(backend="iptables"))
        done = self.run_runner("apply", wrapper=without_library("libip4tc.so.2"))
        self.assertEqual(done.returncode, 69, done.stderr)
        self.assertIn("libip4tc", done.stderr)

    def test_rules_that_cannot_be_read_are_told_of(self):
        """Without the programs of iptables nobody knows what the filter table does to untracked packets."""
        quiet("iptables-legacy", "-w", "-t", "filter", "-L")
        done = self.run_runner("status", "--output", "json", wrapper=without_file(shutil.which("iptables-legacy-save")))
        finding = next(one for one in json.loads(done.stdout)["findings"] if one["id"] == "unread-rules")
        self.assertEqual(finding["severity"], "warning")
        self.assertRegex(finding["evidence"][0], r"^filter of iptables \(ipv4\): .*iptables-legacy-save")
        self.assertNotIn("unread-rules", [one["id"] for one in self.status(code=2)["findings"]])

    def test_full_disk_of_the_reader_is_an_error(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([RUNNER, "schema", "profile"], stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 1, done.stderr)


if __name__ == "__main__":
    unittest.main()
