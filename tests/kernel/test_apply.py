"""apply, remove and status against the kernel's own legacy raw table."""

import json
import subprocess
import unittest

from node import RUNNER, SOURCE, NodeTest, differences, profile, quiet

RULE_SERVICE = "-d 10.96.0.10/32 -p udp -m udp --dport 53 -j CT --notrack"
RULE_QUERY = "-d 10.244.1.0/24 -p udp -m udp --dport 53 -j CT --notrack"
RULE_ANSWER = "-s 10.244.1.0/24 -p udp -m udp --sport 53 -j CT --notrack"
RULES = [RULE_SERVICE, RULE_QUERY, RULE_ANSWER]


def listed_rules(listing):
    """Chain -> rules of `iptables -nvL`, without counters; 1.8.9 prints protocol numbers where older ones print names."""
    chains = {}
    for line in listing.splitlines():
        if line.startswith("Chain "):
            chain = line.split()[1]
            chains[chain] = []
        elif line.strip() and not line.lstrip().startswith("pkts"):
            words = line.split()[2:]
            words[1] = {"17": "udp", "0": "all"}.get(words[1], words[1])
            chains[chain].append(" ".join(words))
    return chains


class Classic(NodeTest):
    def setUp(self):
        super().setUp()
        text = (SOURCE / "profiles/network-node-manager.yaml").read_text()
        self.write_profile(text + "\nsafety: {waive: [not-ipvs], probe: false}\n" if "safety:" not in text else text)

    def test_listing_is_the_classic_one(self):
        self.assertTrue(self.apply()["changed"])
        listing = listed_rules(self.iptables("-nvL"))
        three = ["CT udp -- * * 0.0.0.0/0 10.96.0.10 udp dpt:53 CT notrack",
                 "CT udp -- * * 0.0.0.0/0 10.244.1.0/24 udp dpt:53 CT notrack",
                 "CT udp -- * * 10.244.1.0/24 0.0.0.0/0 udp spt:53 CT notrack"]
        self.assertEqual(listing, {
            "PREROUTING": ["NMANAGER_PREROUTING all -- * * 0.0.0.0/0 0.0.0.0/0"],
            "OUTPUT": ["NMANAGER_OUTPUT all -- * * 0.0.0.0/0 0.0.0.0/0"],
            "NMANAGER_PREROUTING": ["NMANAGER_NOT_DNS_PREROUTING all -- * * 0.0.0.0/0 0.0.0.0/0"],
            "NMANAGER_OUTPUT": ["NMANAGER_NOT_DNS_OUTPUT all -- * * 0.0.0.0/0 0.0.0.0/0"],
            "NMANAGER_NOT_DNS_PREROUTING": three,
            "NMANAGER_NOT_DNS_OUTPUT": three,
        })

    def test_jumps_stand_first(self):
        for chain in ("PREROUTING", "OUTPUT"):
            self.iptables("-A", chain, "-s", "192.0.2.1", "-j", "ACCEPT")
        self.apply()
        for chain in ("PREROUTING", "OUTPUT"):
            self.assertEqual(self.iptables("-S", chain, "1").strip(), f"-A {chain} -j NMANAGER_{chain}")

    def test_remove_restores_the_table_byte_for_byte(self):
        self.iptables("-A", "PREROUTING", "-s", "192.0.2.1", "-p", "icmp", "-j", "DROP")
        self.iptables("-N", "OTHER")
        self.iptables("-A", "OTHER", "-j", "TRACE")
        before = self.listing(counters=True)
        self.apply()
        self.assertNotEqual(self.listing(), before)
        self.assertTrue(self.remove()["changed"])
        self.assertEqual(self.listing(counters=True), before)
        self.assertFalse(self.remove()["changed"])


class SecondApply(NodeTest):
    def test_is_unchanged_and_keeps_counters(self):
        self.assertTrue(self.apply()["changed"])
        self.send_queries(3)
        before = self.listing(counters=True)
        self.assertTrue(any(line.startswith("[3:") for line in before), before)
        report = self.apply()
        self.assertFalse(report["changed"])
        self.assertEqual(report["state"], "in-sync")
        self.assertEqual(self.listing(counters=True), before)

    def test_calls_no_setsockopt_and_takes_no_lock(self):
        self.apply()
        trace = self.folder / "trace"
        done = self.run_runner("apply", wrapper=("strace", "-f", "-o", str(trace), "-e", "trace=setsockopt,flock"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotRegex(trace.read_text(), r"setsockopt|flock")

    def test_the_trace_would_show_a_write(self):
        trace = self.folder / "trace"
        self.run_runner("apply", wrapper=("strace", "-f", "-o", str(trace), "-e", "trace=setsockopt,flock"))
        self.assertRegex(trace.read_text(), r"setsockopt\(.*IPT_SO_SET_REPLACE|setsockopt\(\d+, SOL_IP, 0x40")
        self.assertRegex(trace.read_text(), r"flock")

    def test_growing_the_profile_keeps_counters_of_the_rules_that_stay(self):
        self.apply()
        self.send_queries(5)
        self.write_profile(profile(services=["10.96.0.9", "10.96.0.10", "10.96.0.11"], pods=["10.244.1.0/24", "10.244.2.0/24"]))
        self.assertTrue(self.apply()["changed"])
        counted = [line for line in self.listing(counters=True) if line.startswith("[5:") and RULE_SERVICE in line]
        self.assertEqual(len(counted), 2)
        self.assertEqual(len([line for line in self.listing() if "CT --notrack" in line]), 14)

    def test_check_changes_nothing(self):
        self.assertEqual(self.apply("--check", code=2)["state"], "absent")
        self.assertEqual(quiet("cat", "/proc/net/ip_tables_names"), "")
        self.apply()
        self.remove("--check", code=2)
        self.assertEqual(self.status()["state"], "in-sync")

    def test_diff_shows_what_comes(self):
        diff = self.run_runner("apply", "--check", "--diff").stdout
        self.assertIn("+-A PREROUTING -j NMANAGER_PREROUTING\n", diff)
        self.assertIn("+-A NMANAGER_NOT_DNS_OUTPUT " + RULE_ANSWER + "\n", diff)


class Status(NodeTest):
    def test_does_not_create_the_table(self):
        self.assertEqual(self.status(code=2)["state"], "absent")
        self.assertEqual(quiet("cat", "/proc/net/ip_tables_names", "/proc/net/ip6_tables_names"), "")

    def test_counters_are_the_kernels(self):
        self.apply()
        self.send_queries(4)
        rules = self.status()["families"][0]["chains"][1]["rules"]
        self.assertEqual([(rule["text"], rule["packets"], rule["bytes"]) for rule in rules], [(RULE_SERVICE, 4, 4 * 33), (RULE_QUERY, 0, 0), (RULE_ANSWER, 0, 0)])

    def test_watch_prints_a_line_each_and_ends_with_its_reader(self):
        self.apply()
        with subprocess.Popen([RUNNER, "status", "--profile", str(self.profile), "--watch", "0.1", "--output", "json"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as watch:
            for _ in range(3):
                self.assertEqual(json.loads(watch.stdout.readline())["state"], "in-sync")
            watch.stdout.close()
            self.assertEqual(watch.wait(timeout=5), 0)

    def test_watch_ends_when_stdin_closes(self):
        self.apply()
        with subprocess.Popen([RUNNER, "status", "--profile", str(self.profile), "--watch", "60", "--output", "json"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as watch:
            watch.stdout.readline()
            watch.stdin.close()
            self.assertEqual(watch.wait(timeout=5), 0)


class Damage(NodeTest):
    """Every kind of damage by hand: seen by status, repaired by apply."""

    def setUp(self):
        super().setUp()
        self.apply()
        self.iptables("-A", "PREROUTING", "-s", "192.0.2.1", "-j", "ACCEPT")
        self.sound = self.listing()

    def check(self, *commands, expected):
        for command in commands:
            self.iptables(*command.split())
        report = self.status(code=2)
        self.assertEqual(report["state"], "drifted")
        self.assertEqual(differences(report), expected)
        self.assertNotEqual(self.run_runner("status", "--diff").stdout.find("@@"), -1)
        self.assertTrue(self.apply()["changed"])
        self.assertEqual(self.listing(), self.sound)
        self.assertEqual(self.status()["state"], "in-sync")

    def test_rule_deleted(self):
        self.check("-D NMANAGER_NOT_DNS_PREROUTING 2", expected=[f"NMANAGER_NOT_DNS_PREROUTING: {RULE_QUERY}: missing"])

    def test_rule_added(self):
        self.check("-I NMANAGER_NOT_DNS_PREROUTING 2 -s 192.0.2.7 -p udp --dport 53 -j DROP",
                   expected=["NMANAGER_NOT_DNS_PREROUTING: -s 192.0.2.7/32 -p udp -m udp --dport 53 -j DROP: unexpected"])

    def test_rules_reordered(self):
        self.check("-D NMANAGER_NOT_DNS_OUTPUT 1", "-A NMANAGER_NOT_DNS_OUTPUT " + RULE_SERVICE,
                   expected=[f"NMANAGER_NOT_DNS_OUTPUT: {RULE_SERVICE}: misplaced"])

    def test_jump_deleted(self):
        self.check("-D PREROUTING 1", expected=["PREROUTING -> NMANAGER_PREROUTING: missing"])

    def test_inner_jump_deleted(self):
        self.check("-D NMANAGER_OUTPUT 1", expected=["NMANAGER_OUTPUT -> NMANAGER_NOT_DNS_OUTPUT: missing"])

    def test_jump_moved_down(self):
        self.check("-D PREROUTING 1", "-A PREROUTING -j NMANAGER_PREROUTING", expected=["PREROUTING -> NMANAGER_PREROUTING: misplaced"])

    def test_jump_behind_what_cannot_take_dns(self):
        """A firewall that puts its rules first at every reload is no reason to write the table again and again."""
        self.iptables("-N", "EMPTY")
        self.iptables("-N", "LOGS")
        self.iptables("-A", "LOGS", "-p", "udp", "-j", "RETURN")
        self.iptables("-N", "DROPS")
        self.iptables("-A", "DROPS", "-p", "udp", "-j", "DROP")
        for rule in ("-p tcp --dport 22 -j ACCEPT", "-p udp --sport 67:68 --dport 67:68 -j ACCEPT", "-p icmp -j DROP", "-p tcp -j DROPS", "-s 10.244.1.5", "-j EMPTY",
                     "-j LOGS", "-j MARK --set-xmark 0/0x40000", "-s 192.0.2.0/24 -d 192.0.2.0/24 -p tcp -j ACCEPT"):
            with self.subTest(rule):
                self.apply()
                self.iptables("-I", "PREROUTING", *rule.split())
                report = self.status()
                self.assertEqual([(jump["state"], jump["position"]) for jump in report["families"][0]["jumps"] if jump["from"] == "PREROUTING"], [("ok", 2)])
                self.assertFalse(self.apply()["changed"])
                self.iptables("-D", "PREROUTING", "1")

    def test_jump_behind_what_may_take_dns(self):
        self.iptables("-N", "DROPS")
        self.iptables("-A", "DROPS", "-p", "udp", "-j", "DROP")
        self.iptables("-N", "RETURNS")
        for rule in ("-p udp -j ACCEPT", "-p udp --dport 53 -j DROP", "-p udp --dport 67:68 -j ACCEPT", "-j DROPS", "-g RETURNS", "-p udp -j RETURN",
                     "-s 10.244.0.0/16 -j ACCEPT", "! -p tcp -j ACCEPT", "-p udp ! --dport 67 -j DROP", "-p udp -j CT --zone 7", "-p udp -j NFQUEUE"):
            with self.subTest(rule):
                self.apply()
                self.iptables("-I", "PREROUTING", *rule.split())
                self.assertEqual(differences(self.status(code=2)), ["PREROUTING -> NMANAGER_PREROUTING: misplaced"])
                self.assertTrue(self.apply()["changed"])
                self.iptables("-D", "PREROUTING", "2")

    def test_jump_doubled(self):
        self.check("-A PREROUTING -j NMANAGER_PREROUTING", expected=["PREROUTING -> NMANAGER_PREROUTING: unexpected"])

    def test_jump_with_a_condition(self):
        self.check("-A PREROUTING -p tcp -j NMANAGER_PREROUTING", expected=["PREROUTING -> NMANAGER_PREROUTING: unexpected"])

    def test_chain_flushed(self):
        self.check("-F NMANAGER_NOT_DNS_OUTPUT", expected=[f"NMANAGER_NOT_DNS_OUTPUT: {rule}: missing" for rule in RULES])

    def check_renamed(self, chain):
        """A chain of ours under another name is missing; what it became is somebody else's."""
        self.iptables("-E", chain, "ELSEWHERE")
        self.assertIn(f"{chain}: missing", differences(self.status(code=2)))
        left = [line for line in self.listing() if line.startswith("-A ELSEWHERE")]
        self.apply()
        self.assertEqual(self.status()["state"], "in-sync")
        self.assertEqual([line for line in self.listing() if "ELSEWHERE" not in line], self.sound)
        self.remove()
        self.assertEqual([line for line in self.listing() if line.startswith("-A ELSEWHERE") and "NMANAGER" not in line],
                         [line for line in left if "NMANAGER" not in line])

    def test_chain_renamed(self):
        self.check_renamed("NMANAGER_NOT_DNS_PREROUTING")

    def test_base_chain_renamed(self):
        self.check_renamed("NMANAGER_OUTPUT")

    def test_notrack_twin_added(self):
        self.check("-A NMANAGER_NOT_DNS_PREROUTING -d 10.96.0.10/32 -p udp -m udp --dport 53 -j NOTRACK",
                   expected=["NMANAGER_NOT_DNS_PREROUTING: -d 10.96.0.10/32 -p udp -m udp --dport 53 -j NOTRACK: unexpected"])

    def test_notrack_twin_in_place(self):
        self.check("-R NMANAGER_NOT_DNS_PREROUTING 1 -d 10.96.0.10/32 -p udp -m udp --dport 53 -j NOTRACK",
                   expected=["NMANAGER_NOT_DNS_PREROUTING: -d 10.96.0.10/32 -p udp -m udp --dport 53 -j NOTRACK: unexpected",
                             f"NMANAGER_NOT_DNS_PREROUTING: {RULE_SERVICE}: missing"])

    def test_everything_flushed(self):
        self.iptables("-F")
        self.iptables("-X")
        self.assertEqual(self.status(code=2)["state"], "absent")
        self.iptables("-A", "PREROUTING", "-s", "192.0.2.1", "-j", "ACCEPT")
        self.apply()
        self.assertEqual(self.listing(), self.sound)

    def test_remove_after_any_damage_leaves_nothing(self):
        self.iptables("-D", "PREROUTING", "1")
        self.iptables("-A", "NMANAGER_NOT_DNS_OUTPUT", "-j", "ACCEPT")
        self.remove()
        self.assertEqual([line for line in self.listing() if "NMANAGER" in line], [])


class Remove(NodeTest):
    def test_works_when_the_profile_is_gone(self):
        self.apply()
        self.profile.unlink()
        done = self.run_runner("remove")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([line for line in self.listing() if "NMANAGER" in line], [])

    def test_works_when_the_prefix_has_changed(self):
        self.write_profile(profile(chainPrefix="OLD"))
        self.apply()
        self.write_profile(profile(chainPrefix="NEW"))
        self.remove()
        self.assertEqual([line for line in self.listing() if "OLD" in line], [])

    def test_apply_with_another_prefix_leaves_one_set_of_chains(self):
        self.write_profile(profile(chainPrefix="OLD"))
        self.apply()
        self.write_profile(profile(chainPrefix="NEW"))
        self.apply()
        self.assertEqual([line for line in self.listing() if "OLD" in line], [])

    def test_keeps_a_base_chain_with_rules_of_others(self):
        self.apply()
        self.iptables("-A", "NMANAGER_PREROUTING", "-s", "192.0.2.9", "-j", "ACCEPT")
        self.remove()
        self.assertEqual([line for line in self.listing() if "NMANAGER" in line],
                         [":NMANAGER_PREROUTING - [0:0]", "-A PREROUTING -j NMANAGER_PREROUTING", "-A NMANAGER_PREROUTING -s 192.0.2.9/32 -j ACCEPT"])

    def test_a_family_that_left_the_profile_goes(self):
        self.write_profile(profile(services=["10.96.0.10", "fd00:96::a"], pods=["10.244.1.0/24", "fd00:244::/48"]))
        self.apply()
        self.assertIn("NMANAGER", quiet("ip6tables-legacy-save", "-t", "raw"))
        self.write_profile(profile())
        self.apply()
        self.assertNotIn("NMANAGER", quiet("ip6tables-legacy-save", "-t", "raw"))


class ForeignContent(NodeTest):
    """Rules of others with many kinds of matches and targets, before, between and after ours, keep place and counters."""

    RULES = [
        "-A PREROUTING -s 192.0.2.1/32 -i lo+ -p tcp -m tcp --sport 1:9 --dport 80 --tcp-flags SYN,ACK SYN -j DROP",
        "-A PREROUTING -p udp -m multiport --dports 53,67 -m comment --comment \"a \\\"quoted\\\" comment\" -j ACCEPT",
        "-A PREROUTING -m mark --mark 0x1/0xff -m limit --limit 5/min -j LOG --log-prefix \"x: \"",
        "-A PREROUTING -d 10.96.0.10/32 -p udp -m udp --dport 53 -j CT --zone 7",
        "-A PREROUTING -m statistic --mode random --probability 0.5 -j MARK --set-xmark 0x2/0xffffffff",
        "-A PREROUTING ! -s 10.0.0.0/8 -f -j RETURN",
        "-A PREROUTING -m addrtype --dst-type LOCAL -g OTHER",
        "-A OTHER -p icmp -m icmp --icmp-type 8 -j ACCEPT",
        "-A OTHER -m time --timestart 01:00:00 --timestop 02:00:00 -j NFLOG --nflog-group 3",
        "-A OTHER -m string --string \"abc\" --algo bm -j TRACE",
        "-A OUTPUT -m owner --uid-owner 0 -j CT --notrack",
        "-A OUTPUT -p udp -m length --length 0:1500 -m ttl --ttl-gt 1 -j ACCEPT",
    ]

    def test_survives_everything(self):
        self.iptables("-N", "OTHER")
        text = "*raw\n" + "\n".join(self.RULES) + "\nCOMMIT\n"
        quiet("iptables-legacy-restore", "-n", input=text)
        self.send_queries(6)
        before = self.listing(counters=True)
        self.assertTrue(any(line.startswith("[6:") for line in before), before)

        def others():
            return [line for line in self.listing(counters=True) if "NMANAGER" not in line]

        self.apply()
        self.assertEqual(others(), before)
        self.iptables("-I", "PREROUTING", "1", "-s", "192.0.2.33", "-j", "ACCEPT")  # now the jump is second
        before = others()
        self.write_profile(profile(services=["10.96.0.10", "10.96.0.11"]))
        self.apply()
        self.assertEqual(others(), before)
        self.iptables("-F", "NMANAGER_NOT_DNS_PREROUTING")
        self.apply()
        self.assertEqual(others(), before)
        self.remove()
        self.assertEqual(self.listing(counters=True), before)


class DualStackPods(NodeTest):
    def test_scope_pods_is_what_design_says(self):
        self.write_profile(profile(services=["10.96.0.10", "fd00:96::a"], pods=["10.244.0.0/16", "fd00:244::/48"], scope="pods", protocols=["udp", "tcp"]))
        self.apply()
        for save, pods, service in (("iptables-legacy-save", "10.244.0.0/16", "10.96.0.10/32"), ("ip6tables-legacy-save", "fd00:244::/48", "fd00:96::a/128")):
            rules = [line for line in quiet(save, "-t", "raw").splitlines() if "CT --notrack" in line]
            self.assertEqual(rules, [line for protocol in ("udp", "tcp") for line in (
                f"-A NMANAGER_NOT_DNS_PREROUTING -s {pods} -d {service} -p {protocol} -m {protocol} --dport 53 -m addrtype ! --src-type LOCAL -j CT --notrack",
                f"-A NMANAGER_NOT_DNS_PREROUTING -s {pods} -d {pods} -p {protocol} -m {protocol} --dport 53 -m addrtype ! --src-type LOCAL -j CT --notrack",
                f"-A NMANAGER_NOT_DNS_PREROUTING -s {pods} -d {pods} -p {protocol} -m {protocol} --sport 53 -m addrtype ! --dst-type LOCAL -j CT --notrack")])
        self.assertFalse(self.apply()["changed"])


if __name__ == "__main__":
    unittest.main()
