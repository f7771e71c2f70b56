"""What others do to nftables, before, beside and after us."""

import json
import os
import re
import subprocess
import time
import unittest

from nftables_node import NATIVE, TABLE, NftablesTest, nft
from node import RUNNER, differences


class Refusals(NftablesTest):
    def test_a_table_of_our_name_that_is_not_ours(self):
        nft("-f", "-", input="table ip nmanager {\n chain input {\n type filter hook input priority 0;\n counter packets 2 bytes 3 accept\n }\n}\n")
        before = self.ruleset()
        for command in ("apply", "status"):
            done = self.run_runner(command)
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertIn("somebody else made the table nmanager", done.stderr)
            self.assertEqual(self.ruleset(), before)
        self.backend = "iptables"  # where nftables is not in use, the table is none of our business
        self.write_profile(self.profile_for())
        self.apply()
        self.assertEqual(self.ruleset(), before)

    def test_the_second_family_fails_and_nothing_changes(self):
        self.write_profile(self.profile_for(services=["10.96.0.10", "fd00:96::a"], pods=["10.244.1.0/24", "fd00:244::/48"]))
        nft("add", "table", "ip6", "nmanager")
        before = self.ruleset()
        done = self.run_runner("apply")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("nftables family ip6: somebody else made the table nmanager", done.stderr)
        self.assertEqual(self.ruleset(), before)

    def test_both_families_are_one_transaction(self):
        self.write_profile(self.profile_for(services=["10.96.0.10", "fd00:96::a"], pods=["10.244.1.0/24", "fd00:244::/48"]))
        trace = self.folder / "trace"
        done = self.run_runner("apply", wrapper=("strace", "-f", "-o", str(trace), "-e", "trace=sendmsg", "-e", "inject=sendmsg:error=ENOBUFS"))
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertEqual(self.ruleset(), "")
        self.run_runner("apply", wrapper=("strace", "-f", "-o", str(trace), "-e", "trace=sendmsg"))
        self.assertEqual(trace.read_text().count("NFNL_MSG_BATCH_BEGIN"), 1)
        self.assertEqual(nft("list", "tables"), "table ip nmanager\ntable ip6 nmanager\n")

    def test_kernel_without_nf_tables(self):
        done = self.run_runner("apply", wrapper=("strace", "-f", "-o", "/dev/null", "-e", "trace=socket", "-e",
                                                 "inject=socket:error=EPROTONOSUPPORT:when=1+"))
        self.assertEqual(done.returncode, 69, done.stderr)
        self.assertIn("the kernel has no nf_tables", done.stderr)

    def test_a_named_counter_is_not_our_rule(self):
        self.apply()
        nft("add", "counter", *TABLE, "theirs")
        nft("flush", "chain", *TABLE, "NMANAGER_NOT_DNS_OUTPUT")
        nft("add", "rule", *TABLE, "NMANAGER_NOT_DNS_OUTPUT", "ip daddr 10.96.0.10 udp dport 53 counter name theirs notrack")
        self.assertIn("NMANAGER_NOT_DNS_OUTPUT: ip daddr 10.96.0.10 udp dport 53 counter name \"theirs\" notrack: unexpected", differences(self.status(code=2)))
        self.assertTrue(self.apply()["changed"])
        self.assertEqual(self.status()["state"], "in-sync")

    def test_an_edit_between_the_last_look_and_the_commit_is_seen(self):
        """The kernel refuses the transaction, so that what somebody else put there meanwhile is taken over as it is, and nothing is written twice."""
        self.apply()
        service = "ip daddr 10.96.0.10 udp dport 53 counter packets 5 bytes 50 notrack"
        for edit in (("add", "rule", *TABLE, "NMANAGER_NOT_DNS_OUTPUT", service), ("add", "table", "ip", "theirs")):
            with self.subTest(edit=edit[1]):
                nft("flush", "chain", *TABLE, "NMANAGER_NOT_DNS_OUTPUT")
                trace = self.folder / "trace"
                command = ["strace", "-f", "-o", str(trace), "-e", "trace=sendmsg", "-e", "inject=sendmsg:delay_enter=2000000:when=1",
                           RUNNER, "apply", "--profile", str(self.profile)]
                with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                      env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}) as process:
                    time.sleep(1)  # strace holds the transaction back for 2 seconds
                    nft(*edit)
                    _, problem = process.communicate()
                self.assertEqual(process.returncode, 0, problem)
                self.assertEqual(self.status()["state"], "in-sync")
                self.assertEqual(self.rules("NMANAGER_NOT_DNS_OUTPUT"), NATIVE)
                self.assertEqual(trace.read_text().count("NFNL_MSG_BATCH_BEGIN"), 2, "one refused, one carried out")
                self.assertEqual("packets 5 " in self.ruleset(), edit[1] == "rule")


class ManyForeignRules(NftablesTest):
    def test_status_lists_our_tables_only(self):
        """What the runner and all that it starts receive."""
        chains = "".join(f"chain c{number} {{\n" + "".join(f"ip daddr 10.{number % 250}.{rule}.1 tcp dport 80 counter accept\n" for rule in range(100)) + "}\n"
                         for number in range(200))
        nft("-f", "-", input=f"table ip theirs {{\n{chains}}}\n")
        self.apply()
        trace = self.folder / "trace"
        done = self.run_runner("status", wrapper=("strace", "-f", "-o", str(trace), "-e", "trace=recvmsg,recvfrom"))
        self.assertEqual(done.returncode, 0, done.stderr)
        received = sum(int(size) for size in re.findall(r"= (\d+)$", trace.read_text(), re.MULTILINE))
        self.assertLess(received, 500_000, "20,000 rules would be several megabytes")


class Writers(NftablesTest):
    def test_nobody_loses_a_rule(self):
        """Sixty processes at once: half apply or remove, half are nft, which add a rule to another table."""
        nft("-f", "-", input="table ip theirs {\n chain c {\n }\n}\n")
        commands = []
        for number in range(60):
            if number % 2 == 0:
                commands.append(["nft", "add", "rule", "ip", "theirs", "c", "ip", "saddr", f"198.18.0.{number}", "counter"])
            else:
                commands.append([RUNNER, "remove" if number % 6 == 1 else "apply", "--profile", str(self.profile), "--wait", "120"])
        running = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for command in commands]
        for process in running:
            _, problem = process.communicate(timeout=300)
            self.assertEqual(process.returncode, 0, " ".join(process.args) + ": " + problem)
        self.assertEqual(len(set(self.rules("c", table="theirs"))), 30)
        self.apply()
        self.assertEqual(self.status()["state"], "in-sync")

    def test_a_flush_at_any_moment_is_drift_and_nothing_worse(self):
        """While somebody flushes the whole rule set again and again, a run either does its work or says that the table keeps changing."""
        flushing = subprocess.Popen(["sh", "-c", "while :; do nft flush ruleset; done"])
        self.addCleanup(flushing.wait)
        self.addCleanup(flushing.kill)
        for _ in range(40):
            done = self.run_runner("apply", "--output", "json")
            if done.returncode == 0:  # what was written may be gone again before it is reported
                report = json.loads(done.stdout)
                self.assertTrue(report["changed"] or report["state"] == "in-sync", done.stdout)
            else:
                self.assertRegex(done.stderr, "kept changing|does not hold what was just written", done.stdout)
            self.assertIn(self.run_runner("status").returncode, (0, 2))
        flushing.kill()
        flushing.wait()
        self.apply()
        self.assertEqual(self.status()["state"], "in-sync")


if __name__ == "__main__":
    unittest.main()
