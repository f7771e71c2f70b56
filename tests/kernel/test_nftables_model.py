"""What the model of nf_tables prints is what the kernel holds: printed rules, loaded again, list as the first ones do."""

import json
import os
import re
import subprocess
import unittest

from native_listing import listing_of

# One rule a line; each is printed in whole and in nft's own words, whatever form nft gave it in the kernel.
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
        "ip protocol tcp tcp dport 80 accept", "ip protocol { tcp, udp } accept", "meta l4proto tcp tcp dport 80 accept", "reject", "ip saddr 0.0.0.0/0 accept",
        "reject with icmp host-unreachable", "ip protocol tcp reject with tcp reset", "icmp type echo-reply accept", "meta l4proto udp counter udp dport 53 accept",
        "meta l4proto udp limit rate 1/second udp dport 53 accept", "meta l4proto udp meta mark set 1 udp dport 53 accept", "ip protocol tcp ip saddr 1.1.1.1 tcp dport 3 drop",
        "meta l4proto udp fib daddr type local udp dport 53 accept", "meta l4proto udp ip saddr 1.1.1.1 th dport 53",
    ],
    "ip6": ["ip6 saddr fd00::/56 udp dport 53 notrack", "ip6 daddr fd00:96::a accept", "ip6 nexthdr 58 accept", "reject with icmpv6 port-unreachable", "reject",
            "reject with icmpv6 admin-prohibited", "icmpv6 type echo-request accept", "ip6 nexthdr udp udp dport 53 accept", "ip6 nexthdr ipv6-icmp accept", "ip6 hoplimit 1 drop"],
    "inet": [
        "meta nfproto ipv4 ip saddr 10.0.0.1 accept", "udp dport 53 ct state new accept", "ip6 saddr fd00::1 tcp dport 53 drop", "ct state vmap { established : accept, new : jump other }",
        "reject with icmpx admin-prohibited", "meta l4proto { tcp, udp } th dport 53 accept", "ct state untracked accept", "iifname { \"lo\", \"eth0\" } accept",
        "reject", "meta nfproto ipv4 reject", "reject with icmp host-prohibited", "reject with icmpv6 no-route", "iif lo accept", "iif != lo accept", "oif lo accept",
        "iifname { \"lo\", \"cni0\", \"a\" } accept", "iifname { \"eth*\", \"lo\", \"wlan0\" } accept", "iifname . oifname { \"lo\" . \"eth0\", \"a\" . \"b\" } accept",
        "ct state { established, related } accept", "ct state != established accept", "ct state invalid,new log", "ct status dnat accept", "ct status snat,dnat accept",
        "ct status != snat accept", "ct direction reply accept", "ct zone 3 accept", "icmp type { echo-request, destination-unreachable } accept",
        "icmpv6 type { nd-neighbor-solicit, nd-router-advert, echo-request } accept", "ip protocol icmp accept", "ip protocol udp udp dport 53 accept", "meta l4proto { icmp, ipv6-icmp, tcp } accept",
        "meta l4proto gre accept", "meta nfproto ipv6 accept", "meta nfproto ipv4 udp dport 53 accept", "ip6 saddr fe80::/10 accept", "meta mark and 0xff != 0x11 accept",
        "meta mark { 0x1, 0x2 } accept", "meta mark 0x1-0x5 ct mark != 0x1-0x5 drop", "meta mark set 0x10", "meta mark set meta mark | 0x10", "meta mark set meta mark & 0xf0",
        "meta mark set meta mark ^ 0xf0", "meta mark set ct mark", "ct mark set meta mark", "ct mark set 0x3", "ct mark set ct mark & 0xff", "log group 5", "log prefix \"x: \" level info",
        "meta length > 100 accept", "meta length 100 accept", "udp length > 5 accept", "tcp flags syn accept", "tcp flags & (fin|syn|rst|ack) == syn accept", "udp dport < 1024 accept",
        "udp dport != 1024-2048 accept", "limit rate over 10/minute burst 20 packets drop", "limit rate 10 mbytes/second accept", "fib saddr . mark . iif oif missing drop",
        "meta nfproto ipv6 fib saddr . iif oif missing drop", "fib daddr . iif type != { local, broadcast } drop", "add @filled { ip saddr }", "update @filled { ip saddr } accept",
        "ip saddr . ip daddr . meta l4proto { 1.1.1.1 . 2.2.2.2 . udp } accept", "ip daddr . meta l4proto . th dport vmap @services", "iifname vmap @ways", "ip saddr @pods accept",
        "ip saddr != @pods accept", "ip saddr { 10.0.0.0/8, 192.168.0.0-192.168.3.255, 192.168.5.1-192.168.5.3 } accept", "ip saddr 10.0.0.0-10.0.0.255 accept",
        "ip saddr & 255.0.255.0 == 10.0.1.0 accept", "meta skuid { 0, 5-7 } accept", "meta pkttype { broadcast, multicast } drop", "udp sport 53 udp dport 53 accept",
        "ip saddr 10.0.0.1 ip daddr 10.0.0.2 accept", "ip ttl 3 ip protocol udp ip saddr 1.2.3.4 ip daddr 10.0.0.2 udp sport 53 udp dport 53 accept",
        "ip6 saddr fd00::1 ip6 daddr fd00::2 udp dport 53 udp length 8 accept", "tcp dport vmap { 22 : accept, 80-90 : drop }",
        "ip saddr vmap { 10.0.0.0/8 : accept, 1.1.1.1 : drop, 2.2.2.2-2.2.2.9 : jump other }", "counter accept comment \"they said\"", "numgen random mod 2 vmap { 0 : accept, 1 : goto other }",
        "numgen random mod 2 0 accept", "ip6 daddr { ::/96, ::ffff:0.0.0.0/96, 2002::/24 } reject with icmpv6 addr-unreachable", "meta l4proto tcp log prefix \"a\" tcp dport 22 drop", "return",
    ],
}
NAT = [
    "dnat ip to 10.0.0.1", "dnat ip to 10.0.0.1-10.0.0.9", "udp dport 53 redirect to :5353", "redirect", "udp dport 53 dnat ip to 10.0.0.1:53 random,persistent", "udp dport 53 dnat ip6 to [fd00::1]:53",
]
MASQUERADE = [
    "masquerade", "masquerade fully-random", "masquerade random,persistent", "udp dport 53 masquerade to :1024-65535", "oifname != \"lo\" ip saddr 10.244.0.0/16 snat ip to 1.2.3.4",
    "snat ip to 1.2.3.4-1.2.3.9 persistent",
]
SETS = """set pods { type ipv4_addr; flags interval; elements = { 10.244.0.0/16, 192.168.1.5-192.168.1.9, 1.2.3.4 } }
set trusted { type ifname; elements = { "cni0", "flannel.1", "lo" } }
set filled { type ipv4_addr; flags dynamic,timeout; timeout 5m; size 65535; }
map services { type ipv4_addr . inet_proto . inet_service : verdict; elements = { 10.96.0.10 . udp . 53 : goto other, 10.96.0.10 . tcp . 53 : drop } }
map ways { type ifname : verdict; elements = { "cni0" : jump other, "eth0" : drop } }
"""
PRIORITIES = ("type filter hook input priority filter; policy drop;", "type nat hook prerouting priority dstnat - 5;", "type nat hook output priority -100;", "type nat hook postrouting priority srcnat + 10;",
              "type filter hook prerouting priority raw - 1;", "type route hook output priority mangle;", "type filter hook forward priority -333;", "type filter hook forward priority security;")
# Forms that the model has no words for: each is unknown, and what stands beside it is not.
UNKNOWN = {
    "ct helper \"ftp\" accept": ["cmp"],
    "meta priority 1:2 counter": ["cmp"],
    "ip dscp cs1 udp dport 53 drop": ["cmp"],
    "ct count over 3 drop": ["connlimit"],
    "log level debug flags all": ["log"],
    "udp dport 53 dnat to ip daddr map { 1.1.1.1 : 2.2.2.2 }": ["nat"],
    "update @filled { ip saddr timeout 1m }": ["dynset"],
}


def nft(*args, text=None):
    done = subprocess.run(["nft", *args], input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"nft {' '.join(args)}: {done.stderr}\n{text or ''}")
    return done.stdout


def printed():
    return subprocess.run([os.environ["NOTRACK_PRINT_NFTABLES"]], capture_output=True, text=True, check=True).stdout


def listing():
    """The rule set without handles and what our model leaves out of sets."""
    def strip(value):
        if isinstance(value, dict):
            return {key: strip(item) for key, item in value.items() if key not in ("handle", "metainfo", "size", "timeout")}
        return [strip(item) for item in value] if isinstance(value, list) else value
    return strip(json.loads(nft("-j", "list", "ruleset"))["nftables"])


def table(family, rules):
    words = {word for rule in rules for word in rule.split() if "ct status" not in rule}
    hook = "type filter hook prerouting priority raw; policy accept;"
    if words & {"dnat", "redirect"}:
        hook = "type nat hook prerouting priority dstnat; policy accept;"
    elif words & {"masquerade", "snat"}:
        hook = "type nat hook postrouting priority srcnat; policy accept;"
    elif words & {"reject", "oif", "oifname", "skuid"} and "fib" not in words:
        hook = "type filter hook output priority filter; policy drop;"
    return f"table {family} theirs {{\n chain other {{\n }}\n{SETS}chain main {{\n {hook}\n" + "\n".join(rules) + "\n }\n}\n"


class Model(unittest.TestCase):
    def setUp(self):
        nft("flush", "ruleset")

    def test_every_rule_is_as_nft_prints_it(self):
        for family, rules in [*RULES.items(), ("inet", NAT), ("inet", MASQUERADE)]:
            for rule in rules:
                with self.subTest(family=family, rule=rule):
                    nft("flush", "ruleset")
                    nft("-f", "-", text=table(family, [rule]))
                    before = listing()
                    self.assertFalse(listing_of(self, family, "theirs")[1], "nft had to list it")
                    text = printed()
                    self.assertNotIn("unknown", text)
                    nft("flush", "ruleset")
                    nft("-f", "-", text=text)
                    self.assertEqual(listing(), before, text)

    def test_priorities(self):
        chains = "".join(f"chain c{i} {{ {head} }}\n" for i, head in enumerate(PRIORITIES))
        nft("-f", "-", text=f"table inet theirs {{\n{chains}}}\n")
        self.assertFalse(listing_of(self, "inet", "theirs")[1])

    def test_what_is_unknown_is_said_alone(self):
        for rule, names in UNKNOWN.items():
            with self.subTest(rule=rule):
                nft("flush", "ruleset")
                nft("-f", "-", text=table("ip", [rule]))
                text = printed()
                for name in names:
                    self.assertIn("unknown " + name, text)
                self.assertEqual("udp dport 53" in rule, "udp dport 53" in text, text)
                self.assertTrue(listing_of(self, "ip", "theirs")[1], "nft has to list it")

    def test_every_family_is_read_and_nothing_changes(self):
        for family in ("ip", "ip6", "inet", "arp", "bridge"):
            nft("add", "table", family, "theirs")
        nft("add", "chain", "inet", "theirs", "input", "{ type filter hook input priority -5; policy drop; }")
        nft("add", "rule", "inet", "theirs", "input", "counter packets 3 bytes 30 comment \"said by others\"")
        before = nft("-a", "list", "ruleset")
        text = printed()
        self.assertEqual(re.findall(r"table (\S+) theirs", text), ["ip", "ip6", "inet", "arp", "bridge"])
        self.assertIn("type filter hook input priority filter - 5; policy drop;", text)
        self.assertIn("counter comment \"said by others\"", text)
        self.assertEqual(nft("-a", "list", "ruleset"), before)


if __name__ == "__main__":
    unittest.main()
