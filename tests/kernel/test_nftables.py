"""apply, remove and status against nftables."""

import json
import os
import re
import subprocess
import time
import unittest

from node import RUNNER, NodeTest, differences, profile, quiet

TABLE = ["ip", "nmanager"]
RULE_SERVICE = "-d 10.96.0.10/32 -p udp -m udp --dport 53 -j CT --notrack"
RULE_QUERY = "-d 10.244.1.0/24 -p udp -m udp --dport 53 -j CT --notrack"
RULE_ANSWER = "-s 10.244.1.0/24 -p udp -m udp --sport 53 -j CT --notrack"
NATIVE = ["ip daddr 10.96.0.10 udp dport 53 counter notrack",
          "ip daddr 10.244.1.0/24 udp dport 53 counter notrack",
          "ip saddr 10.244.1.0/24 udp sport 53 counter notrack"]
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


def nft(*words, check=True, **more):
    return quiet("nft", *words, check=check, **more)


class NftablesTest(NodeTest):
    backend = "nftables"

    def setUp(self):
        super().setUp()
        self.write_profile(self.profile_for())

    def profile_for(self, **more):
        return profile(backend=self.backend, **more)

    def ruleset(self):
        """Everything, with handles and counters: nothing may differ where nothing was to change."""
        return nft("-a", "list", "ruleset")

    def rules(self, chain, family="ip", table="nmanager"):
        """The rules of a chain without their counters' figures."""
        lines = nft("list", "chain", family, table, chain).splitlines()
        rules = [line.strip() for line in lines if line.startswith("\t\t") and not line.strip().startswith("type ")]
        return [re.sub(r"counter packets \d+ bytes \d+", "counter", line) for line in rules]

    def sound(self):
        """Our table without handles and counters, its chains by name: what a repair has to bring back."""
        listing = json.loads(nft("-j", "list", "table", *TABLE))["nftables"]
        objects = []
        for item in listing:
            for kind in ("chain", "rule"):
                if kind in item:
                    content = {key: value for key, value in item[kind].items() if key != "handle"}
                    for expression in content.get("expr", []):
                        expression.pop("counter", None)
                    objects.append((content.get("chain", content.get("name")), kind, content))
        return sorted(objects, key=lambda each: each[0])  # stable: rules stay in order

    def handle(self, chain, part):
        for line in nft("-a", "list", "chain", *TABLE, chain).splitlines():
            if part in line:
                return line.rsplit(" ", 1)[1]
        raise AssertionError(f"no {part} in {chain}")


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
                f"{family} saddr {pods} {family} daddr {service} {protocol} dport 53 fib saddr type != local counter notrack",
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

    def test_a_verdict_map_that_names_our_chain_is_named(self):
        self.apply()
        nft("-f", "-", input="table ip nmanager {\n map theirs {\n type ipv4_addr : verdict\n elements = { 192.0.2.1 : jump NMANAGER_NOT_DNS_OUTPUT }\n }\n}\n")
        before = self.ruleset()
        done = self.run_runner("remove")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("the verdict map theirs sends packets to NMANAGER_NOT_DNS_OUTPUT: delete that element first", done.stderr)
        self.assertEqual(self.ruleset(), before)
        nft("delete", "element", *TABLE, "theirs", "{ 192.0.2.1 }")
        self.assertTrue(self.remove()["changed"])
        self.assertIn("map theirs", self.ruleset())

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
