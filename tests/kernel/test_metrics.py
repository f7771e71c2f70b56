"""Metrics and unattended runs, against the kernel's tables."""

import os
import shutil
import stat
import subprocess
import unittest

from node import NodeTest, profile, quiet


def samples(text):
    """The metrics of a text, by name with labels."""
    return dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))


class Metrics(NodeTest):
    def test_status_tells_the_rules_counters(self):
        self.apply()
        self.send_queries(3)
        done = self.run_runner("status", "--output", "prometheus")
        self.assertEqual(done.returncode, 0, done.stderr)
        found = samples(done.stdout)
        rule = "-d 10.96.0.10/32 -p udp -m udp --dport 53 -j CT --notrack"
        self.assertEqual(found["dns_notrack_in_sync"], "1")
        self.assertEqual(found[f'dns_notrack_rule_packets_total{{family="ipv4",chain="NMANAGER_NOT_DNS_OUTPUT",rule="{rule}"}}'], "3")
        self.assertEqual(found['dns_notrack_rules{family="ipv4",state="ok"}'], "10")
        if shutil.which("promtool"):
            checked = subprocess.run(["promtool", "check", "metrics"], input=done.stdout, capture_output=True, text=True)
            self.assertEqual((checked.returncode, checked.stderr), (0, ""))

    def test_text_file_replaces_a_link_and_nothing_else(self):
        folder = self.folder / "metrics"
        folder.mkdir()
        target = self.folder / "precious"
        target.write_text("precious")
        path = folder / "dns-notrack.prom"
        path.symlink_to(target)
        self.assertEqual(self.run_runner("apply", "--textfile", str(path), "--quiet").returncode, 0)
        self.assertEqual(target.read_text(), "precious")
        self.assertEqual([entry.name for entry in folder.iterdir()], [path.name])
        self.assertEqual(stat.S_IMODE(path.lstat().st_mode), 0o644)
        self.assertEqual(samples(path.read_text())['dns_notrack_last_run_result{command="apply",result="done"}'], "1")

    def test_a_failure_is_told_in_the_text_file(self):
        path = self.folder / "dns-notrack.prom"
        self.write_profile("version: 1\nnonsense: 1\n")
        self.assertEqual(self.run_runner("apply", "--textfile", str(path)).returncode, 65)
        found = samples(path.read_text())
        self.assertEqual(found['dns_notrack_last_run_error{command="apply",kind="bad-profile"}'], "1")

    def test_a_text_file_that_cannot_be_written(self):
        """One sentence, exit 1, nothing left beside it; what the command itself was for has been done."""
        (self.folder / "taken").mkdir()
        mounted, readonly = self.folder / "mounted.prom", self.folder / "readonly"
        mounted.touch()
        readonly.mkdir()
        quiet("mount", "--bind", str(mounted), str(mounted))
        self.addCleanup(quiet, "umount", str(mounted))
        quiet("mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(readonly))
        self.addCleanup(quiet, "umount", str(readonly))
        before = sorted(self.folder.rglob("*"))
        for path, reason in (("/nowhere/dns-notrack.prom", "cannot create a file beside it: No such file or directory"),
                             (f"{readonly}/dns-notrack.prom", "cannot create a file beside it: Read-only file system"),
                             ("/proc/dns-notrack.prom", "cannot create a file beside it: No such file or directory"),
                             (f"{self.profile}/dns-notrack.prom", "cannot create a file beside it: Not a directory"),
                             (f"{self.folder}/taken", "cannot replace: Is a directory"),
                             (str(mounted), "cannot replace: Device or resource busy")):
            done = self.run_runner("apply", "--quiet", "--textfile", path)
            self.assertEqual((done.returncode, done.stderr), (1, f"dns-notrack: {path}: {reason}\n"))
        self.assertEqual([path for path in sorted(self.folder.rglob("*")) if path != self.lock], before)
        self.assertEqual(self.status()["state"], "in-sync")

    def test_a_relative_path_is_taken_from_where_one_is(self):
        self.assertEqual(self.run_runner("apply", "--quiet", "--textfile", "here.prom", cwd=self.folder).returncode, 0)
        self.assertIn("dns_notrack_in_sync 1\n", (self.folder / "here.prom").read_text())

    def test_only_status_has_prometheus_output(self):
        self.assertEqual(self.run_runner("apply", "--output", "prometheus").returncode, 64)


class Unattended(NodeTest):
    def reconcile(self, code=0):
        done = self.run_runner("apply", "--reconcile", "--quiet")
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def test_mends_drift_and_is_silent_otherwise(self):
        self.assertIn("changed: applied", self.reconcile())
        self.assertEqual(self.reconcile(), "")
        self.flush()
        self.assertIn("changed: applied", self.reconcile())
        self.assertEqual(self.status()["state"], "in-sync")

    def test_waits_for_ipvs_and_withdraws(self):
        unsafe = profile(safety={"probe": False})
        self.write_profile(unsafe)
        self.assertIn("waiting: not-ipvs: ", self.reconcile())
        self.write_profile(profile())
        self.reconcile()
        self.write_profile(unsafe)
        self.assertIn("withdrew our rules: not-ipvs: ", self.reconcile())
        self.assertNotIn("NMANAGER", "\n".join(self.listing()))
        self.assertIn("waiting: not-ipvs: ", self.reconcile())

    def test_a_busy_lock_is_waited_for(self):
        holder = subprocess.Popen(["flock", "--no-fork", str(self.lock), "sh", "-c", "echo held; exec sleep 30"], stdout=subprocess.PIPE)
        try:
            holder.stdout.readline()
            done = self.run_runner("apply", "--reconcile", "--wait", "0.1")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(str(self.lock), done.stderr)
        finally:
            holder.terminate()
            holder.wait()
            holder.stdout.close()

    def test_a_bad_profile_is_an_error(self):
        self.write_profile("version: 2\n")
        self.reconcile(code=65)


if __name__ == "__main__":
    unittest.main()
