"""apply, remove and status against nftables."""

import re
import unittest

from nftables_node import NATIVE, TABLE, NftablesTest, nft
from node import differences, quiet

RULE_SERVICE = "-d 10.96.0.10/32 -p udp -m udp --dport 53 -j CT --notrack"
RULE_QUERY = "-d 10.244.1.0/24 -p udp -m udp --dport 53 -j CT --notrack"
RULE_ANSWER = "-s 10.244.1.0/24 -p udp -m udp --sport 53 -j CT --notrack"
FOREIGN = """
table ip theirs {
    set addresses {
        type ipv4_addr
        elements = { 192.0.2.1, 192.0.2.2 }
    }
    chain first {
        type filter hook prerouting priority raw; policy accept;
        ip saddr @addresses counter packets 5 bytes 500 accept
        udp dport 53 counter packets 3 bytes 300 ct zone set 7
    }
}
table inet nmanager {
    chain other_family {
        counter packets 1 bytes 2 drop
    }
}
"""


class Rules(NftablesTest):
    def test_table_is_what_the_issue_says(self):
        report = self.apply()
        self.assertTrue(report["changed"])
        self.assertEqual(report["backend"], "nftables")
        for hook in ("PREROUTING", "OUTPUT"):
            self.assertIn(f"type filter hook {hook.lower()} priority raw; policy accept;", nft("list", "chain", *TABLE, hook))
            self.assertEqual(self.rules(hook), [f"counter jump NMANAGER_{hook}"])
            self.assertEqual(self.rules(f"NMANAGER_{hook}"), [f"counter jump NMANAGER_NOT_DNS_{hook}"])
            self.assertEqual(self.rules(f"NMANAGER_NOT_DNS_{hook}"), NATIVE)
        self.assertEqual(nft("list", "tables"), "table ip nmanager\n")
        self.assertEqual(self.status()["state"], "in-sync")
        self.assertTrue(self.remove()["changed"])
        self.assertEqual(self.ruleset(), "")

    def test_scope_pods_over_both_families(self):
        self.write_profile(self.profile_for(services=["10.96.0.10", "fd00:96::a"], pods=["10.244.0.0/16", "fd00:244::/48"], scope="pods",
                                            protocols=["udp", "tcp"]))
        self.apply()
        for family, pods, service in (("ip", "10.244.0.0/16", "10.96.0.10"), ("ip6", "fd00:244::/48", "fd00:96::a")):
            self.assertEqual(self.rules("NMANAGER_NOT_DNS_PREROUTING", family), [line for protocol in ("udp", "tcp") for line in (
                f"{family} daddr {service} {family} saddr {pods} {protocol} dport 53 fib saddr type != local counter notrack",
                f"{family} saddr {pods} {family} daddr {pods} {protocol} dport 53 fib saddr type != local counter notrack",
                f"{family} saddr {pods} {family} daddr {pods} {protocol} sport 53 fib daddr type != local counter notrack")])
            self.assertEqual(self.rules("NMANAGER_NOT_DNS_OUTPUT", family), [])
        self.assertFalse(self.apply()["changed"])
        self.write_profile(self.profile_for())
        self.assertTrue(self.apply()["changed"])
        self.assertEqual(nft("list", "tables"), "table ip nmanager\n")  # the family that shall hold nothing has no table

    def test_packets_are_not_tracked(self):
        self.apply()
        self.send_queries(4)
        rules = self.status()["families"][0]["chains"][1]["rules"]
        self.assertEqual([(rule["text"], rule["packets"], rule["bytes"]) for rule in rules],
                         [(RULE_SERVICE, 4, 4 * 33), (RULE_QUERY, 0, 0), (RULE_ANSWER, 0, 0)])

    def test_others_are_untouched_byte_for_byte(self):
        nft("-f", "-", input=FOREIGN)
        before = nft("-j", "list", "ruleset")
        self.apply()
        self.apply()
        nft("flush", "table", *TABLE)
        self.apply()
        self.remove()
        self.assertEqual(nft("-j", "list", "ruleset"), before)

    def test_an_earlier_prefix_goes_in_the_same_run(self):
        self.apply()
        self.write_profile(self.profile_for(chainPrefix="LOG"))  # a table of this name is a syntax error in nft's own language
        self.assertTrue(self.apply()["changed"])
        self.assertEqual(nft("list", "tables"), "table ip log\n")
        self.assertFalse(self.apply()["changed"])
        self.remove()
        self.assertEqual(self.ruleset(), "")


class BehindRulesOfOthers(NftablesTest):
    """Rules that others put before our jump, into our base chain."""

    def setUp(self):
        super().setUp()
        self.apply()
        nft("add chain ip nmanager EMPTY; add chain ip nmanager LOGS; add chain ip nmanager DROPS")
        nft("add rule ip nmanager LOGS meta l4proto udp log prefix x; add rule ip nmanager DROPS meta l4proto udp drop")

    def jumps(self, code):
        """State and position of our jump."""
        return [(jump["state"], jump["position"]) for jump in self.status(code)["families"][0]["jumps"] if jump["to"] == "NMANAGER_PREROUTING"]

    def test_what_cannot_take_dns(self):
        for rule in ("tcp dport 22 accept", "udp sport 67-68 udp dport 67-68 counter drop", "meta l4proto icmp drop", "ip saddr 192.0.2.0/24 meta l4proto tcp accept",
                     "meta l4proto tcp jump DROPS", "jump EMPTY", "jump LOGS", "counter", "ip saddr { 192.0.2.1, 192.0.2.7 } tcp dport { 53, 54 } drop",
                     "ip saddr 10.244.1.0/24 counter limit rate 1/second log", "ip daddr 10.96.0.10 tcp dport 53 goto DROPS"):
            with self.subTest(rule):
                self.apply()
                nft(f"insert rule ip nmanager PREROUTING {rule}")
                before = self.ruleset()
                self.assertEqual(self.jumps(0), [("ok", 2)])
                self.assertFalse(self.apply()["changed"])
                self.assertEqual(self.ruleset(), before)
                nft(f"delete rule ip nmanager PREROUTING handle {self.first()}")

    def test_what_may_take_dns(self):
        for rule in ("accept", "udp dport 53 drop", "udp dport { 53, 54 } drop", "meta l4proto != tcp accept", "udp dport != 67 drop", "jump DROPS", "goto EMPTY",
                     "return", "udp dport 50-60 accept", "udp dport >= 50 accept", "ip saddr 10.0.0.0/8 accept", "ip saddr vmap { 10.244.1.1 : drop }", "ct zone set 7",
                     "meta mark set 7", "th dport 53 drop", "ip protocol udp accept"):
            with self.subTest(rule):
                self.apply()
                nft(f"insert rule ip nmanager PREROUTING {rule}")
                self.assertEqual(self.jumps(2), [("misplaced", 2)])
                self.assertTrue(self.apply()["changed"])
                nft(f"delete rule ip nmanager PREROUTING handle {self.last()}")

    def first(self):
        return [line.rsplit(" ", 1)[1] for line in nft("-a", "list", "chain", *TABLE, "PREROUTING").splitlines() if "# handle" in line][1]

    def last(self):
        return [line.rsplit(" ", 1)[1] for line in nft("-a", "list", "chain", *TABLE, "PREROUTING").splitlines() if "# handle" in line][-1]


class SecondApply(NftablesTest):
    WRITE = r"NFNL_MSG_BATCH_BEGIN|NFT_MSG_NEW(?!GEN)|NFT_MSG_DEL"

    def trace(self, command):
        file = self.folder / "trace"
        done = self.run_runner(command, wrapper=("strace", "-f", "-o", str(file), "-e", "trace=sendto,sendmsg,flock"))
        self.assertEqual(done.returncode, 0, done.stderr)
        return "\n".join(line for line in file.read_text().splitlines())

    def test_writes_nothing_and_takes_no_lock(self):
        self.assertRegex(self.trace("apply"), self.WRITE)
        before = self.ruleset()
        again = self.trace("apply")
        self.assertNotRegex(again, self.WRITE)
        self.assertNotRegex(again, "flock")
        self.assertEqual(self.ruleset(), before)

    def test_keeps_counters_and_handles(self):
        self.apply()
        self.send_queries(3)
        before = self.ruleset()
        self.assertIn("packets 3 ", before)
        self.assertFalse(self.apply()["changed"])
        self.assertEqual(self.ruleset(), before)

    def test_rules_with_the_source_first_stay(self):
        """As earlier versions wrote them."""
        self.write_profile(self.profile_for(scope="pods"))
        self.apply()
        chain = "NMANAGER_NOT_DNS_PREROUTING"
        rules = self.rules(chain)
        earlier = [re.sub(r"(ip daddr \S+) (ip saddr \S+)", r"\2 \1", rule) for rule in rules]
        self.assertNotEqual(earlier, rules)
        nft("flush", "chain", *TABLE, chain)
        for rule in earlier:
            nft("add", "rule", *TABLE, chain, rule.replace("counter", "counter packets 5 bytes 50"))
        before = self.ruleset()
        self.assertEqual(self.status()["state"], "in-sync")
        self.assertFalse(self.apply()["changed"])
        self.assertEqual(self.ruleset(), before)
        self.write_profile(self.profile_for(scope="pods", services=["10.96.0.10", "10.96.0.11"]))
        self.assertTrue(self.apply()["changed"])
        self.assertEqual(sorted(self.rules(chain)), sorted([*earlier, rules[0].replace("10.96.0.10", "10.96.0.11")]))
        self.assertEqual(nft("list", "chain", *TABLE, chain).count("packets 5 bytes 50"), len(earlier))

    def test_growing_the_profile_keeps_the_rules_that_stay(self):
        self.apply()
        self.send_queries(5)
        handle = self.handle("NMANAGER_NOT_DNS_OUTPUT", "10.96.0.10")
        self.write_profile(self.profile_for(services=["10.96.0.9", "10.96.0.10", "10.96.0.11"], pods=["10.244.1.0/24", "10.244.2.0/24"]))
        self.assertTrue(self.apply()["changed"])
        self.assertEqual(self.handle("NMANAGER_NOT_DNS_OUTPUT", "10.96.0.10"), handle)
        self.assertIn("daddr 10.96.0.10 udp dport 53 counter packets 5 ", nft("list", "chain", *TABLE, "NMANAGER_NOT_DNS_OUTPUT"))
        self.assertEqual(len(self.rules("NMANAGER_NOT_DNS_OUTPUT")), 7)

    def test_reading_changes_nothing(self):
        names = "/proc/net/ip_tables_names", "/proc/net/ip6_tables_names"
        before = quiet("cat", *names, check=False), self.ruleset()
        self.status(code=2)
        self.apply("--check", code=2)
        self.remove("--check")
        self.assertEqual((quiet("cat", *names, check=False), self.ruleset()), before)


class Damage(NftablesTest):
    """Every kind of damage by hand: seen by status, repaired by apply."""

    def setUp(self):
        super().setUp()
        self.apply()
        self.send_queries(2)
        self.before = self.sound()

    def check(self, *commands, expected=None):
        for command in commands:
            nft(command)
        report = self.status(code=2)
        if expected is not None:
            self.assertEqual(differences(report), expected)
        self.assertIn("@@", self.run_runner("apply", "--check", "--diff").stdout)
        self.assertTrue(self.apply()["changed"])
        self.assertEqual(self.sound(), self.before)
        self.assertEqual(self.status()["state"], "in-sync")

    def test_rule_deleted(self):
        self.check(f"delete rule ip nmanager NMANAGER_NOT_DNS_PREROUTING handle {self.handle('NMANAGER_NOT_DNS_PREROUTING', 'ip daddr 10.244')}",
                   expected=[f"NMANAGER_NOT_DNS_PREROUTING: {RULE_QUERY}: missing"])

    def test_rule_added(self):
        self.check("insert rule ip nmanager NMANAGER_NOT_DNS_PREROUTING ip saddr 192.0.2.7 udp dport { 53, 54 } counter drop",
                   expected=["NMANAGER_NOT_DNS_PREROUTING: ip saddr 192.0.2.7 udp dport { 53, 54 } counter drop: unexpected"])

    def test_rule_without_its_counter(self):
        handle = self.handle("NMANAGER_NOT_DNS_OUTPUT", "10.96.0.10")
        self.check(f"replace rule ip nmanager NMANAGER_NOT_DNS_OUTPUT handle {handle} ip daddr 10.96.0.10 udp dport 53 notrack")

    def test_rules_reordered_keep_their_counters(self):
        handle = self.handle("NMANAGER_NOT_DNS_OUTPUT", "10.96.0.10")
        self.check(f"delete rule ip nmanager NMANAGER_NOT_DNS_OUTPUT handle {handle}",
                   "add rule ip nmanager NMANAGER_NOT_DNS_OUTPUT ip daddr 10.96.0.10 udp dport 53 counter packets 77 bytes 777 notrack",
                   expected=[f"NMANAGER_NOT_DNS_OUTPUT: {RULE_SERVICE}: misplaced"])
        self.assertIn("packets 77 bytes 777", nft("list", "chain", *TABLE, "NMANAGER_NOT_DNS_OUTPUT"))

    def test_jump_deleted(self):
        self.check(f"delete rule ip nmanager PREROUTING handle {self.handle('PREROUTING', 'jump')}",
                   expected=["PREROUTING -> NMANAGER_PREROUTING: missing"])

    def test_inner_jump_deleted(self):
        self.check("flush chain ip nmanager NMANAGER_OUTPUT", expected=["NMANAGER_OUTPUT -> NMANAGER_NOT_DNS_OUTPUT: missing"])

    def test_jump_moved_down(self):
        nft("insert", "rule", *TABLE, "PREROUTING", "ip", "saddr", "192.0.2.1", "counter", "packets", "4", "bytes", "44", "accept")
        self.assertEqual(differences(self.status(code=2)), ["PREROUTING -> NMANAGER_PREROUTING: misplaced"])
        self.apply()
        self.assertEqual(self.rules("PREROUTING"), ["counter jump NMANAGER_PREROUTING", "ip saddr 192.0.2.1 counter accept"])
        self.assertIn("counter packets 4 bytes 44 accept", nft("list", "chain", *TABLE, "PREROUTING"))
        self.remove()  # a rule of somebody else's stays, and so does the table around it
        self.assertEqual(self.rules("PREROUTING"), ["ip saddr 192.0.2.1 counter accept"])

    def test_jump_doubled(self):
        self.check("add rule ip nmanager PREROUTING counter jump NMANAGER_PREROUTING", expected=["PREROUTING -> NMANAGER_PREROUTING: unexpected"])

    def test_chain_flushed(self):
        self.check("flush chain ip nmanager NMANAGER_NOT_DNS_OUTPUT",
                   expected=[f"NMANAGER_NOT_DNS_OUTPUT: {rule}: missing" for rule in (RULE_SERVICE, RULE_QUERY, RULE_ANSWER)])

    def test_base_chain_renamed(self):
        self.check("rename chain ip nmanager PREROUTING GONE")

    def test_base_chain_after_conntrack(self):
        self.check("flush chain ip nmanager PREROUTING", "delete chain ip nmanager PREROUTING",
                   "add chain ip nmanager PREROUTING { type filter hook prerouting priority 0; policy drop; }",
                   "add rule ip nmanager PREROUTING counter jump NMANAGER_PREROUTING")

    def test_policy_drop(self):
        self.check("chain ip nmanager PREROUTING { policy drop; }")

    def test_base_chain_deleted(self):
        self.check("flush chain ip nmanager OUTPUT", "delete chain ip nmanager OUTPUT")

    def test_table_dormant(self):
        self.check("add table ip nmanager { flags dormant; }")
        self.assertNotIn("dormant", nft("list", "table", *TABLE))

    def test_table_flushed(self):
        self.check("flush table ip nmanager")

    def test_table_deleted(self):
        self.check("delete table ip nmanager")

    def test_ruleset_flushed(self):
        self.check("flush ruleset")


if __name__ == "__main__":
    unittest.main()
