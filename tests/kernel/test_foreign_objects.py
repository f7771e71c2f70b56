"""What others put into our nftables tables, and tables that a process owns: told of, left alone, and never in the way of a removal."""

import subprocess
import time
import unittest

from nftables_node import NATIVE, TABLE, NftablesTest, nft

OURS = "NMANAGER_NOT_DNS_OUTPUT"


class ForeignObjects(NftablesTest):
    def told(self):
        """The finding's evidence."""
        return [line for finding in self.status()["findings"] if finding["id"] == "foreign-objects" for line in finding["evidence"]]

    def check(self, *commands, told, left):
        """Apply, the commands, status, apply, remove: what others made stays, and nothing of ours but the mark."""
        self.apply()
        for command in commands:
            nft(command)
        before = self.ruleset()
        self.assertEqual(self.told(), ["table ip nmanager: " + line for line in told])
        self.assertFalse(self.apply()["changed"])
        self.assertEqual(self.ruleset(), before)
        removed = self.remove()
        self.assertTrue(removed["changed"])
        self.assertEqual(removed["notes"], ["not ours: table ip nmanager: " + line for line in told])
        self.assertEqual([line.strip() for line in nft("-s", "list", "table", *TABLE).splitlines()], ["table ip nmanager {", *left, "}"])
        self.assertFalse(self.remove()["changed"])
        self.assertTrue(self.apply()["changed"])
        self.assertEqual(self.status()["state"], "in-sync")
        self.assertEqual(self.rules(OURS), NATIVE)

    MARK = ["chain dns-notrack {", "}"]

    def test_a_named_counter(self):
        self.check("add counter ip nmanager theirs", told=["counter theirs"], left=["counter theirs {", "}", "", *self.MARK])

    def test_a_set(self):
        self.check("add set ip nmanager theirs { type ipv4_addr; }", told=["set theirs"], left=["set theirs {", "type ipv4_addr", "}", "", *self.MARK])

    def test_a_base_chain(self):
        self.check("add chain ip nmanager theirs { type filter hook prerouting priority -310; }", "add rule ip nmanager theirs udp dport 53 drop",
                   told=["chain theirs"],
                   left=[*self.MARK, "", "chain theirs {", "type filter hook prerouting priority raw - 10; policy accept;", "udp dport 53 drop", "}"])

    def test_a_base_chain_that_jumps_to_ours(self):
        self.check("add chain ip nmanager theirs { type filter hook prerouting priority -310; }", f"add rule ip nmanager theirs tcp dport 53 jump {OURS}",
                   "add rule ip nmanager theirs counter accept", told=["chain theirs"],
                   left=[*self.MARK, "", "chain theirs {", "type filter hook prerouting priority raw - 10; policy accept;", "counter accept", "}"])

    def test_an_anonymous_verdict_map_that_names_our_chain(self):
        self.check("add chain ip nmanager theirs",
                   f"add rule ip nmanager theirs ip saddr vmap {{ 192.0.2.1 : accept, 192.0.2.2 : jump {OURS} }}", told=["chain theirs"],
                   left=[*self.MARK, "", "chain theirs {", "}"])

    def test_a_verdict_map_that_names_our_chain(self):
        self.check("add map ip nmanager theirs { type ipv4_addr : verdict; }",
                   f"add element ip nmanager theirs {{ 192.0.2.1 : jump {OURS}, 192.0.2.2 : drop, 192.0.2.3 : goto NMANAGER_OUTPUT }}",
                   told=["map theirs", f"map theirs, an element that sends packets to {OURS}", "map theirs, an element that sends packets to NMANAGER_OUTPUT"],
                   left=["map theirs {", "type ipv4_addr : verdict", "elements = { 192.0.2.2 : drop }", "}", "", *self.MARK])

    def test_a_verdict_map_of_networks_that_names_our_chain(self):
        self.check("add map ip nmanager theirs { type ipv4_addr : verdict; flags interval; }",
                   f"add element ip nmanager theirs {{ 10.0.0.0/8 : drop, 172.16.0.0/12 : jump {OURS}, 192.168.0.0/16 : drop }}",
                   told=["map theirs", f"map theirs, an element that sends packets to {OURS}"],
                   left=["map theirs {", "type ipv4_addr : verdict", "flags interval", "elements = { 10.0.0.0/8 : drop, 192.168.0.0/16 : drop }", "}", "",
                         *self.MARK])

    def test_a_verdict_map_of_pairs_that_names_our_chain(self):
        self.check("add map ip nmanager theirs { type ipv4_addr . inet_service : verdict; flags interval; }",
                   f"add element ip nmanager theirs {{ 10.0.0.0/8 . 53 : drop, 172.16.0.0/12 . 53 : jump {OURS} }}",
                   told=["map theirs", f"map theirs, an element that sends packets to {OURS}"],
                   left=["map theirs {", "type ipv4_addr . inet_service : verdict", "flags interval", "elements = { 10.0.0.0/8 . 53 : drop }", "}", "",
                         *self.MARK])


class OwnedTables(NftablesTest):
    """Tables with nftables' owner flag: the kernel lets nobody but the process change them."""

    def own(self, name):
        owner = subprocess.Popen(["nft", "-i"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(owner.wait)
        self.addCleanup(owner.stdin.close)
        owner.stdin.write(f"add table ip {name} {{ flags owner; chain dns-notrack {{ }}; chain c {{ type filter hook prerouting priority -300; }}; }}\n")
        owner.stdin.flush()
        end = time.monotonic() + 10
        while f"table ip {name} " not in nft("list", "ruleset") and time.monotonic() < end:
            time.sleep(0.01)
        return nft("-a", "list", "table", "ip", name)

    def test_one_of_others_is_left_alone(self):
        theirs = self.own("theirs")
        self.apply()
        self.assertEqual(self.status()["state"], "in-sync")
        self.assertFalse(self.apply()["changed"])
        self.assertTrue(self.remove()["changed"])
        self.assertEqual(self.ruleset(), theirs)

    def test_one_of_our_name_is_not_ours_whatever_is_in_it(self):
        theirs = self.own("nmanager")
        for command in ("apply", "status"):
            done = self.run_runner(command)
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertIn("somebody else made the table nmanager", done.stderr)
        self.assertFalse(self.remove()["changed"])
        self.assertEqual(self.ruleset(), theirs)


if __name__ == "__main__":
    unittest.main()
