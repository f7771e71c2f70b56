"""The probe, and apply's way back when it loses answers, with a real DNS server in the namespace."""

import json
import os
import signal
import subprocess
import time
import unittest

from node import BACKEND, RUNNER, SERVICE, NodeTest, profile, quiet

IDS = ["not-ipvs", "service-dnat", "no-backends", "backend-outside-pod-cidrs", "host-queries", "host-port", "stateful-forward",
       "per-node-cidr", "other-notrack", "other-backend", "bridge-netfilter", "unread-rules"]


class WithServer(NodeTest):
    def setUp(self):
        super().setUp()
        self.server = subprocess.Popen(["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--user=root",
                                        "--pid-file=", "--listen-address=" + SERVICE, "--bind-interfaces", "--address=/test/192.0.2.53"],
                                       stderr=subprocess.DEVNULL)
        self.addCleanup(self.server.wait)
        self.addCleanup(self.server.kill)
        for _ in range(100):
            if subprocess.run(["dig", "+tries=1", "+time=1", "@" + SERVICE, "ready.test"], stdout=subprocess.DEVNULL, check=False).returncode == 0:
                break
            time.sleep(0.05)
        self.write_profile(profile(safety={"waive": IDS, "probe": {"name": "answer.test", "from": ["node"], "timeout": "1s"}}))

    def drop_untracked(self):
        """A filter that no finding can know the effect of: it takes exactly the packets that go untracked, but for the ports that a trial asks
        from: a loss that only the full rules show."""
        quiet("iptables-legacy", "-A", "INPUT", "-p", "udp", "--sport", "32768:60999", "--dport", "53", "-m", "conntrack", "--ctstate", "UNTRACKED", "-j", "DROP")


class Probe(WithServer):
    def test_counts_answers(self):
        done = subprocess.run([RUNNER, "probe", "--profile", str(self.profile), "--count", "3", "--rate", "50", "--output", "json"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        results = json.loads(done.stdout)["probe"]["before"]
        self.assertEqual([(result["from"], result["service"], result["asked"], result["answered"]) for result in results], [("node", SERVICE, 6, 6)])

    def test_silence_is_a_failure(self):
        self.server.kill()
        self.server.wait()
        quiet("iptables-legacy", "-A", "INPUT", "-p", "udp", "--dport", "53", "-j", "DROP")
        done = subprocess.run([RUNNER, "probe", "--profile", str(self.profile), "--count", "1"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1, done.stdout)

    def test_cannot_become_a_load_generator(self):
        for option in (["--count", "1001"], ["--rate", "51"], ["--count", "0"]):
            done = subprocess.run([RUNNER, "probe", "--profile", str(self.profile), *option], capture_output=True, text=True)
            self.assertEqual(done.returncode, 64, done.stdout)


class RollBack(WithServer):
    def test_apply_stays_where_answers_keep_coming(self):
        report = self.apply()
        self.assertTrue(report["changed"])
        self.assertEqual((report["verified"]["by"], report["verified"]["places"]), ("trial", 1))

    def change_by_hand(self):
        """Something of our name that is not as we would have it, beside rules of others."""
        if BACKEND == "nftables":
            self.apply()
            self.flush()
            quiet("nft", "add rule ip nmanager NMANAGER_NOT_DNS_PREROUTING ip saddr 192.0.2.7 tcp dport 53 counter accept comment \"by hand\"")
            quiet("nft", "add rule ip nmanager PREROUTING ip protocol icmp counter packets 7 bytes 700 jump NMANAGER_NOT_DNS_PREROUTING")
            return
        self.iptables("-N", "NMANAGER_NOT_DNS_PREROUTING")
        self.iptables("-A", "NMANAGER_NOT_DNS_PREROUTING", "-s", "192.0.2.7", "-p", "tcp", "--dport", "53", "-m", "comment", "--comment", "by hand", "-j", "ACCEPT")
        self.iptables("-A", "PREROUTING", "-p", "icmp", "-j", "NMANAGER_NOT_DNS_PREROUTING")
        self.iptables("-A", "PREROUTING", "-d", SERVICE, "-p", "tcp", "-c", "7", "700", "-j", "ACCEPT")

    def test_lost_answers_bring_back_the_very_rules_and_counters(self):
        self.change_by_hand()
        self.drop_untracked()
        before = [line for line in self.listing(counters=True) if not line.startswith((":PREROUTING", ":OUTPUT"))]
        start = time.monotonic()
        report = self.apply(code=4)
        self.assertLess(time.monotonic() - start, 10)
        self.assertTrue(report["rolled_back"])
        self.assertFalse(report["changed"])
        self.assertEqual([(row["from"], row["tracked"]["answered"], row["untracked"]["answered"]) for row in report["trial"]["rows"]], [("node", 8, 0)])
        self.assertEqual([line for line in self.listing(counters=True) if not line.startswith((":PREROUTING", ":OUTPUT"))], before)
        self.assertEqual(subprocess.run(["dig", "+tries=1", "+time=1", "@" + SERVICE, "a.test"], stdout=subprocess.DEVNULL, check=False).returncode, 0)

    def test_a_run_that_is_told_to_end_takes_its_change_back_first(self):
        self.drop_untracked()
        before = self.listing()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            runner = subprocess.Popen([RUNNER, "apply", "--profile", str(self.profile), "--output", "json"], stdout=subprocess.PIPE, text=True)
            while "NMANAGER" not in "".join(self.listing()):
                self.assertIsNone(runner.poll(), "it ended before its rules were seen")
            runner.send_signal(number)
            printed, _ = runner.communicate(timeout=60)
            self.assertEqual(runner.returncode, 4, printed)
            self.assertTrue(json.loads(printed)["rolled_back"])
            self.assertEqual([line for line in self.listing() if "NMANAGER" in line], [line for line in before if "NMANAGER" in line])

    def test_the_sentence_says_what_was_seen(self):
        self.drop_untracked()
        done = self.run_runner("apply")
        self.assertEqual(done.returncode, 4)
        self.assertIn("rolled back", done.stdout)
        self.assertIn("node: tracked 8 of 8, untracked 0 of 8 (10.96.0.10:53/udp)", done.stdout)


class Doctor(WithServer):
    def test_ends_with_one_line_to_act_on(self):
        self.write_profile(profile(safety={"probe": False}))
        done = subprocess.run([RUNNER, "doctor", "--profile", str(self.profile)], capture_output=True, text=True)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("not-ipvs", done.stdout)
        self.assertTrue(done.stdout.splitlines()[-1].startswith("Next: "), done.stdout)

    def test_apply_is_refused_and_changes_nothing(self):
        self.write_profile(profile(safety={"probe": False}))
        before = self.listing()
        report = self.apply(code=3)
        self.assertEqual(report["state"], "unsafe")
        self.assertEqual([finding["id"] for finding in report["findings"] if finding["severity"] == "fatal"], ["not-ipvs"])
        self.assertEqual(self.listing(), before)


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C")
    unittest.main()
