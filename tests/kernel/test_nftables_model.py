"""What the model of nf_tables prints is what the kernel holds: printed rules, loaded again, list as the first ones do."""

import json
import os
import re
import subprocess
import unittest

# One rule a line; each is printed in whole, whatever form nft gave it in the kernel.
RULES = {
    "ip": [
        "ip saddr 192.0.2.1 counter accept", "ip saddr 10.0.0.0/8 drop", "ip daddr != 10.96.0.0/13 return", "ip saddr 10.244.0.0/16 udp dport 53 notrack",
        "ip daddr 10.96.0.10 tcp sport 53 counter notrack", "udp dport 1024-65535 accept", "udp dport != 53 accept", "meta l4proto icmp accept",
        "ip protocol 47 accept", "iifname \"eth*\" accept", "oifname != \"lo\" drop", "ct state established,related accept", "ct state new drop",
        "ct state vmap { established : accept, related : accept, invalid : drop }", "udp dport { 53, 5353, 8000-8010 } accept",
        "ip saddr { 10.0.0.0/8, 192.168.0.0-192.168.3.255 } jump other", "fib daddr type local accept", "fib saddr . iif type != local drop",
        "ip saddr . udp dport { 10.0.0.1 . 53, 10.0.0.2 . 5353 } accept", "meta mark & 0x4000 == 0x4000 accept", "meta mark 17 return",
        "limit rate 10/second burst 5 packets accept", "log prefix \"theirs: \" drop", "reject with icmp port-unreachable", "reject with tcp reset",
        "goto other", "udp dport 53 ct mark 1 accept", "ct original ip daddr 10.96.0.10 accept", "ip ttl 1 drop",
    ],
    "ip6": ["ip6 saddr fd00::/56 udp dport 53 notrack", "ip6 daddr fd00:96::a accept", "ip6 nexthdr 58 accept", "reject with icmpv6 port-unreachable"],
    "inet": [
        "meta nfproto ipv4 ip saddr 10.0.0.1 accept", "udp dport 53 ct state new accept", "ip6 saddr fd00::1 tcp dport 53 drop", "ct state vmap { established : accept, new : jump other }",
        "reject with icmpx admin-prohibited", "meta l4proto { tcp, udp } th dport 53 accept", "ct state untracked accept", "iifname { \"lo\", \"eth0\" } accept",
    ],
}
# Forms that the model has no words for: each is unknown, and what stands beside it is not.
UNKNOWN = {
    "udp dport 53 numgen random mod 2 0 accept": ["numgen"],
    "meta mark set 1 counter": ["statement"],
    "ip dscp cs1 udp dport 53 drop": ["cmp"],
    "meta length > 100 accept": ["cmp"],
}


def nft(*args, text=None):
    done = subprocess.run(["nft", *args], input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"nft {' '.join(args)}: {done.stderr}\n{text or ''}")
    return done.stdout


def printed():
    return subprocess.run([os.environ["NOTRACK_PRINT_NFTABLES"]], capture_output=True, text=True, check=True).stdout


def listing():
    """The rule set without handles and names that the kernel numbers."""
    def strip(value):
        if isinstance(value, dict):
            return {key: strip(item) for key, item in value.items() if key not in ("handle", "metainfo")}
        return [strip(item) for item in value] if isinstance(value, list) else value
    return strip(json.loads(nft("-j", "list", "ruleset"))["nftables"])


def table(family, rules):
    hook = "type filter hook prerouting priority raw; policy accept;" if not any("reject" in rule or "oif" in rule for rule in rules) else "type filter hook output priority filter; policy drop;"
    return f"table {family} theirs {{\n chain other {{\n }}\n chain main {{\n {hook}\n" + "\n".join(rules) + "\n }\n}\n"


class Model(unittest.TestCase):
    def setUp(self):
        nft("flush", "ruleset")

    def test_printed_rules_are_the_same_rules(self):
        for family, rules in RULES.items():
            for rule in rules:
                with self.subTest(family=family, rule=rule):
                    nft("flush", "ruleset")
                    nft("-f", "-", text=table(family, [rule]))
                    before = listing()
                    text = printed()
                    self.assertNotIn("unknown", text)
                    nft("flush", "ruleset")
                    nft("-f", "-", text=text)
                    self.assertEqual(listing(), before, text)

    def test_what_is_unknown_is_said_alone(self):
        for rule, names in UNKNOWN.items():
            with self.subTest(rule=rule):
                nft("flush", "ruleset")
                nft("-f", "-", text=table("ip", [rule]))
                text = printed()
                for name in names:
                    self.assertIn("unknown " + name, text)
                self.assertEqual("udp dport 53" in rule, "udp dport 53" in text, text)

    def test_every_family_is_read_and_nothing_changes(self):
        for family in ("ip", "ip6", "inet", "arp", "bridge"):
            nft("add", "table", family, "theirs")
        nft("add", "chain", "inet", "theirs", "input", "{ type filter hook input priority -5; policy drop; }")
        nft("add", "rule", "inet", "theirs", "input", "counter packets 3 bytes 30 comment \"said by others\"")
        before = nft("-a", "list", "ruleset")
        text = printed()
        self.assertEqual(re.findall(r"table (\S+) theirs", text), ["ip", "ip6", "inet", "arp", "bridge"])
        self.assertIn("type filter hook input priority -5; policy drop;", text)
        self.assertIn("counter comment \"said by others\"", text)
        self.assertEqual(nft("-a", "list", "ruleset"), before)


if __name__ == "__main__":
    unittest.main()
