"""The kernel is asked first: a trial with the profile's own rules, narrowed to ports of our own, before anybody's real query is touched."""

import json
import pathlib
import subprocess
import time
import unittest

from node import BACKEND, RUNNER, SERVICE, NodeTest, profile, quiet

WAIVED = ["not-ipvs", "no-backends"]
PROBE = {"name": "answer.test", "from": ["node", "pods"], "timeout": "400ms"}
SERVER = "10.244.2.2"  # the service's address is on the DNS pod itself: the kernel routes where IPVS would balance
PODS = {"pod-a": "10.244.1.2", "pod-b": "10.244.1.3"}


class WithPods(NodeTest):
    """The node forwards between pods, one of which is the DNS server; conntrack's hooks are there, as they are on real nodes."""

    def setUp(self):
        super().setUp()
        quiet("ip", "address", "del", SERVICE + "/32", "dev", "lo")
        quiet("mount", "--make-rprivate", "/")
        quiet("mkdir", "-p", "/run/netns")
        quiet("mount", "-t", "tmpfs", "netns", "/run/netns")
        self.addCleanup(quiet, "umount", "-l", "/run/netns")
        self.write_setting("/proc/sys/net/ipv4/ip_forward", "1")
        for name, address in {**PODS, "dns": SERVER}.items():
            self.add_pod(name, address)
        quiet("ip", "-n", "dns", "address", "add", SERVICE + "/32", "dev", "lo")
        quiet("ip", "route", "add", SERVICE + "/32", "via", SERVER, "dev", self.device_of("dns"), "onlink")
        quiet("iptables-legacy", "-t", "nat", "-N", "SOMEBODY")
        quiet("iptables-legacy", "-A", "FORWARD", "-m", "conntrack", "--ctstate", "INVALID", "-j", "ACCEPT")
        self.switch = self.folder / "switch"
        self.switch.write_text("on")
        self.serve()
        self.write_profile(profile(pods=["10.244.0.0/16"], scope="pods", safety={"waive": WAIVED, "probe": PROBE}))

    def write_setting(self, path, text):
        pathlib.Path(path).write_text(text, encoding="ascii")

    def device_of(self, name):
        """The node's device that leads to the pod."""
        return "v-" + name

    def add_pod(self, name, address):
        quiet("ip", "netns", "add", name)
        self.addCleanup(quiet, "ip", "netns", "del", name, check=False)
        quiet("ip", "link", "add", "v-" + name, "type", "veth", "peer", "name", "eth0", "netns", name)
        quiet("ip", "address", "add", "169.254.1.1/32", "dev", "v-" + name)
        quiet("ip", "link", "set", "v-" + name, "up")
        quiet("ip", "route", "add", address + "/32", "dev", "v-" + name)
        for command in (["address", "add", address + "/32", "dev", "eth0"], ["link", "set", "eth0", "up"], ["link", "set", "lo", "up"],
                        ["route", "add", "169.254.1.1", "dev", "eth0", "scope", "link"], ["route", "add", "default", "via", "169.254.1.1"]):
            quiet("ip", "-n", name, *command)

    def serve(self, pod="dns"):
        return self.serve_dns(self.switch, pod=pod)

    def drop(self, *matches):
        quiet("iptables-legacy", "-I", "FORWARD", "-p", "udp", "--dport", "53", "-m", "conntrack", "--ctstate", "UNTRACKED", *matches, "-j", "DROP")

    def ours(self):
        return [line for line in self.listing() if "nmanager" in line.lower()]

    def rows(self, report):
        return {row["from"]: (row["tracked"]["answered"], row["untracked"]["answered"], row["lost"]) for row in report["trial"]["rows"] if row["from"] in PODS}

    def trial(self, code=0, *more):
        done = subprocess.run([RUNNER, "trial", "--profile", str(self.profile), "--output", "json", *more], capture_output=True, text=True)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return json.loads(done.stdout)


class Trial(WithPods):
    def test_a_sound_node_passes_and_is_verified_by_it(self):
        report = self.apply()
        self.assertEqual(report["trial"]["outcome"], "passed", report["trial"])
        self.assertEqual(self.rows(report), {"pod-a": (8, 8, 0), "pod-b": (8, 8, 0)})
        self.assertEqual((report["verified"]["by"], report["state"]), ("trial", "in-sync"))
        self.assertNotIn("TRIAL", "".join(self.listing()))
        self.assertEqual(self.status()["trial"]["outcome"], "passed")

    def test_a_filter_is_found_before_anybody_loses_a_query(self):
        self.drop()
        before = self.listing()
        report = self.apply(code=3)
        self.assertEqual(report["findings"][0]["id"], "trial")
        self.assertIn("pod-a: tracked 8 of 8, untracked 0 of 8 (10.96.0.10:53/udp)", report["findings"][0]["evidence"])
        self.assertFalse(report["changed"])
        self.assertEqual(self.ours(), [line for line in before if "nmanager" in line.lower()])

    def test_half_an_exchange_is_no_whole_one(self):
        """No rule names the server's answers, so they are tracked: new ones, which the filter drops, whatever the same port asked before."""
        quiet("iptables-legacy", "-P", "FORWARD", "DROP")
        quiet("iptables-legacy", "-A", "FORWARD", "-m", "conntrack", "--ctstate", "RELATED,ESTABLISHED", "-j", "ACCEPT")
        quiet("iptables-legacy", "-A", "FORWARD", "-p", "udp", "--dport", "53", "-j", "ACCEPT")
        report = self.apply(code=3)
        self.assertEqual(report["trial"]["outcome"], "lost", report["trial"])
        self.assertEqual(self.rows(report), {"pod-a": (8, 0, 8), "pod-b": (8, 0, 8)})
        self.assertEqual(self.ours(), [])

    def test_one_pod_that_loses_is_enough(self):
        self.drop("-s", PODS["pod-b"])
        report = self.apply(code=3)
        self.assertEqual(self.rows(report)["pod-a"][1:], (8, 0))
        self.assertEqual(self.rows(report)["pod-b"], (8, 0, 8))

    def test_a_waived_trial_is_told_and_never_refuses(self):
        self.drop("-s", PODS["pod-b"], "!", "--sport", "32768:60999")
        self.write_profile(profile(pods=["10.244.0.0/16"], scope="pods", safety={"waive": [*WAIVED, "trial"], "probe": PROBE}))
        report = self.apply()
        self.assertEqual((report["trial"]["outcome"], report["verified"]["by"]), ("lost", "waived"))

    def test_dead_dns_is_not_applied_and_comes_by_itself(self):
        self.switch.write_text("off")
        report = self.apply(code=3)
        self.assertIn("dns-silent", [finding["id"] for finding in report["findings"]])
        self.assertEqual(self.ours(), [])
        self.assertIn("dns-silent", self.report("apply", "--reconcile")["waits_for"] + "dns-silent")
        self.switch.write_text("on")
        (self.memory / "run" / "trial").unlink()  # ten minutes later
        self.assertEqual(self.report("apply", "--reconcile")["state"], "in-sync")

    def test_the_timer_tries_once_in_ten_minutes(self):
        self.drop()
        first = self.report("apply", "--reconcile")
        self.assertIn("trial", first["waits_for"])
        at = first["trial"]["at"]
        again = self.report("apply", "--reconcile")
        self.assertIn("the next one in", again["waits_for"])
        self.assertEqual(again["trial"]["at"], at)

    def test_trial_alone_changes_nothing(self):
        before = self.listing()
        report = self.trial()
        self.assertEqual(report["trial"]["outcome"], "passed")
        self.assertEqual(self.ours(), [line for line in before if "nmanager" in line.lower()])
        self.apply()
        stands = self.ours()
        self.assertEqual(self.trial()["trial"]["outcome"], "passed", "beside the full rules")
        self.assertEqual(self.ours(), stands)
        self.drop()
        self.assertEqual(self.rows(self.trial(code=3))["pod-a"], (8, 0, 8))

    def test_several_trials_add_up(self):
        report = self.trial(0, "--count", "2")
        self.assertEqual((report["trial"]["outcome"], self.rows(report)), ("passed", {"pod-a": (16, 16, 0), "pod-b": (16, 16, 0)}))
        self.assertEqual([row["tracked"]["asked"] for row in report["trial"]["rows"] if row["from"] in PODS], [16, 16])

    def test_the_text_is_a_table(self):
        done = subprocess.run([RUNNER, "trial", "--profile", str(self.profile)], capture_output=True, text=True)
        self.assertRegex(done.stdout, r"pod-a +10\.96\.0\.10:53/udp +8/8 +8/8 +0", done.stdout)

    def test_an_ignored_pod_has_no_vote(self):
        self.drop("-s", PODS["pod-b"])
        self.write_profile(profile(pods=["10.244.0.0/16"], scope="pods",
                                   safety={"waive": WAIVED, "probe": {**PROBE, "from": ["node"]}, "trial": {"ignore": [PODS["pod-b"] + "/32"]}}))
        self.assertEqual(self.apply()["trial"]["outcome"], "passed")

    def test_a_finding_that_the_trial_overrules_is_a_warning_with_both_facts(self):
        # A drop of what is NEW without state: the finding sees a stateful filter; every packet passes before it.
        quiet("iptables-legacy", "-A", "FORWARD", "-m", "conntrack", "--ctstate", "ESTABLISHED", "-j", "ACCEPT")
        quiet("iptables-legacy", "-A", "FORWARD", "-p", "udp", "--dport", "53", "-j", "ACCEPT")
        quiet("iptables-legacy", "-A", "FORWARD", "-m", "u32", "--u32", "0>>28=4", "-p", "udp", "--sport", "53", "-j", "ACCEPT")
        quiet("iptables-legacy", "-P", "FORWARD", "DROP")
        report = self.apply()
        self.assertEqual(report["trial"]["outcome"], "passed")
        self.assertFalse([finding for finding in report["findings"] if finding["severity"] == "fatal" and not finding["waived"]])
        self.assertEqual(self.status()["state"], "in-sync")

    def test_what_only_everybody_s_ports_show_is_taken_back(self):
        self.drop("--sport", "32768:60999")
        report = self.apply(code=4)
        self.assertTrue(report["rolled_back"])
        self.assertEqual((report["state"], report["verified"]), ("absent", None))
        self.assertEqual(self.rows(report), {"pod-a": (8, 0, 8), "pod-b": (8, 0, 8)})
        self.assertIn("pod-a: tracked 8 of 8, untracked 0 of 8 (10.96.0.10:53/udp)", report["findings"][0]["evidence"])
        self.assertEqual(self.ours(), [])

    def test_rules_of_the_other_backend_are_no_obstacle(self):
        other = "iptables" if BACKEND == "nftables" else "nftables"
        self.write_profile(profile(pods=["10.244.0.0/16"], scope="pods", backend=other, safety={"waive": WAIVED, "probe": PROBE}))
        self.apply()
        self.write_profile(profile(pods=["10.244.0.0/16"], scope="pods", safety={"waive": WAIVED, "probe": PROBE}))
        self.drop()
        report = self.apply(code=3)
        self.assertEqual(self.rows(report), {"pod-a": (8, 0, 8), "pod-b": (8, 0, 8)})
        quiet("iptables-legacy", "-D", "FORWARD", "1")
        self.assertEqual(self.apply()["verified"]["by"], "trial")

    def test_a_policy_that_comes_after_the_verdict_is_found_by_the_refresh(self):
        at = self.apply()["verified"]["at"]
        # What no finding understands: packets of one pod, untracked.
        self.drop("-s", PODS["pod-b"], "-m", "u32", "--u32", "0>>28=4")
        self.assertEqual(self.report("apply", "--reconcile")["verified"]["at"], at, "ten minutes are not over")
        (self.memory / "run" / "trial").unlink()  # ten minutes later
        report = self.report("apply", "--reconcile", code=4)
        self.assertTrue(report["rolled_back"])
        self.assertEqual(self.rows(report)["pod-b"], (8, 0, 8))
        self.assertEqual(self.rows(report)["pod-a"][1:], (8, 0))
        self.assertEqual(self.ours(), [])

    def test_a_refresh_of_a_sound_verdict_writes_nothing(self):
        at = self.apply()["verified"]["at"]
        stands = self.ours()
        (self.memory / "run" / "trial").unlink()
        report = self.report("apply", "--reconcile")
        self.assertIn("refresh", [timing["step"] for timing in report["timings"]])
        self.assertEqual((report["changed"], report["verified"]["at"]), (False, at))
        self.assertNotIn("refresh", [timing["step"] for timing in self.report("apply", "--reconcile")["timings"]])
        self.assertEqual(self.ours(), stands)

    def test_dns_that_dies_is_no_reason_to_withdraw(self):
        self.apply()
        stands = self.ours()
        self.switch.write_text("off")
        (self.memory / "run" / "trial").unlink()
        report = self.report("apply", "--reconcile")
        self.assertEqual((report["rolled_back"], report["state"]), (False, "in-sync"))
        self.assertIn("neither tracked nor untracked", " ".join(report["notes"]))
        self.assertEqual(self.ours(), stands)

    def test_the_rule_that_dropped_is_quoted(self):
        self.drop()
        findings = self.apply(code=3)["findings"]
        self.assertRegex("\n".join(findings[0]["evidence"]),
                         r"dropped meanwhile, (1[6-9]|[2-9]\d) packets: filter \(iptables\): -A FORWARD -p udp -m udp --dport 53 -m conntrack --ctstate UNTRACKED -j DROP")
        self.assertRegex("\n".join(self.trial(code=3)["notes"]), r"dropped meanwhile, \d+ packets: filter \(iptables\): -A FORWARD")

    def test_the_rule_that_dropped_is_quoted_from_a_table_of_nft_s_own(self):
        quiet("nft", "add table inet netpol; add chain inet netpol forward { type filter hook forward priority 0; }; "
                     "add rule inet netpol forward udp dport 53 ct state untracked counter drop; add rule inet netpol forward udp dport 5353 counter drop")
        self.assertRegex("\n".join(self.apply(code=3)["findings"][0]["evidence"]),
                         r"dropped meanwhile, (1[6-9]|[2-9]\d) packets: table inet netpol, chain forward: .*dport 53 .*drop$")

    def test_what_a_full_table_drops_is_gained(self):
        # A full table drops what begins a connection, as this does.
        quiet("iptables-legacy", "-t", "mangle", "-A", "PREROUTING", "-p", "udp", "--dport", "53", "-m", "conntrack", "--ctstate", "NEW", "-j", "DROP")
        report = self.apply()
        self.assertEqual(self.rows(report), {"pod-a": (0, 8, 0), "pod-b": (0, 8, 0)})
        self.assertEqual(report["verified"]["by"], "trial")
        self.assertIn("tracked queries got 0 of 16 answers, untracked ones 16 of 16", " ".join(report["notes"]))

    def test_a_sidecar_that_answers_inside_the_pod_is_no_witness(self):
        quiet("ip", "-n", "pod-b", "address", "add", SERVICE + "/32", "dev", "lo")
        self.serve("pod-b")
        self.drop("-s", PODS["pod-b"])
        report = self.apply()
        self.assertEqual((report["trial"]["outcome"], report["verified"]["places"]), ("passed", 1))
        self.assertIn("do not pass through these tables", [row["note"] for row in report["trial"]["rows"] if row["from"] == "pod-b"][0])
        self.remove()
        quiet("iptables-legacy", "-F", "FORWARD")
        quiet("ip", "-n", "pod-a", "address", "add", SERVICE + "/32", "dev", "lo")
        self.serve("pod-a")
        self.assertIn("no-effect", [finding["id"] for finding in self.apply()["findings"]])

    def test_rules_that_count_nothing_while_pods_are_answered_have_no_effect(self):
        def told():
            return [finding["id"] for finding in self.status()["findings"] if finding["id"] == "no-effect"]

        self.apply()
        self.assertEqual(told(), [])
        for pod in PODS:
            quiet("ip", "-n", pod, "address", "add", SERVICE + "/32", "dev", "lo")
            self.serve(pod)
        (self.memory / "run" / "trial").unlink()  # ten minutes later
        self.assertIn("refresh", [timing["step"] for timing in self.report("apply", "--reconcile")["timings"]])
        self.assertEqual(told(), ["no-effect"])
        self.assertEqual(self.status()["state"], "in-sync")

    def test_kill_9_in_each_step_is_healed(self):
        call = "sendmsg,sendto" if BACKEND == "nftables" else "setsockopt"
        for broken in (False, True):
            if broken:
                self.drop("--sport", "32768:60999")
            for when in (*range(1, 10), *range(10, 60, 7)):
                if call != "setsockopt" and when % 3:
                    continue
                killed = self.run_runner("apply", wrapper=("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call, "-e", f"inject={call}:signal=SIGKILL:when={when}"))
                (self.memory / "run" / "trial").unlink(missing_ok=True)
                healed = self.run_runner("apply", "--output", "json")
                report = json.loads(healed.stdout)
                self.assertNotIn("TRIAL", "".join(self.listing()), when)
                self.assertFalse((self.memory / "run" / "pending").exists(), when)
                self.assertEqual((healed.returncode, bool(self.ours())), (4, False) if broken else (0, True), (when, report))
                self.remove()
                (self.memory / "run" / "damping").unlink(missing_ok=True)
                if killed.returncode in (0, 4):
                    break

    def test_a_killed_trial_is_healed_by_the_next_run(self):
        self.drop()
        for intent in ([], ["--reconcile"]):
            (self.memory / "run" / "trial").unlink(missing_ok=True)
            runner = subprocess.Popen([RUNNER, "apply", *intent, "--profile", str(self.profile)], stdout=subprocess.DEVNULL)
            deadline = time.monotonic() + 20
            while "TRIAL" not in "".join(self.listing()) and time.monotonic() < deadline:
                self.assertIsNone(runner.poll(), "it ended before its rules were seen")
            runner.kill()
            runner.wait()
            self.assertIn("TRIAL", "".join(self.listing()))
            (self.memory / "run" / "trial").unlink(missing_ok=True)
            self.run_runner("apply", *intent)
            self.assertEqual(self.ours(), [])


if __name__ == "__main__":
    unittest.main()
