"""What has neither our names nor our mark is somebody else's, whatever it looks like."""

import os
import unittest

from node import BACKEND, NodeTest, profile, quiet

IPV4 = ("iptables-legacy", "iptables-legacy-save", "192.0.2.1")
IPV6 = ("ip6tables-legacy", "ip6tables-legacy-save", "2001:db8::1")


def legacy(command, *arguments):
    quiet(command, "-w", "-t", "raw", *arguments)


class RulesOfOthers(NodeTest):
    """NOTRACK chains of an administrator, in the shape of ours, in both families."""

    def setUp(self):
        super().setUp()
        for command, _, address in (IPV4, IPV6):
            legacy(command, "-N", "ADMIN_IN")
            legacy(command, "-N", "ADMIN_RULES")
            legacy(command, "-A", "ADMIN_RULES", "-p", "udp", "-d", address, "--dport", "514", "-j", "CT", "--notrack")
            legacy(command, "-A", "ADMIN_IN", "-j", "ADMIN_RULES")
            legacy(command, "-A", "PREROUTING", "-j", "ADMIN_IN")
        self.theirs = self.of_others()

    def of_others(self):
        return [line for _, save, _ in (IPV4, IPV6) for line in quiet(save, "-t", "raw").splitlines()
                if line.startswith((":", "-A")) and "NMANAGER" not in line]

    def check(self, *steps):
        for arguments, code in steps:
            done = self.run_runner(*arguments)
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)
            self.assertEqual(self.of_others(), self.theirs, arguments)

    def test_the_family_that_the_profile_does_not_name(self):
        self.check((["apply"], 0), (["apply"], 0), (["remove"], 0))

    def test_remove_alone(self):
        self.check((["remove"], 0))

    def test_remove_without_a_profile(self):
        self.profile.unlink()
        self.check((["remove"], 0))

    def test_withdrawal_by_the_timer_where_nothing_of_ours_ever_was(self):
        self.write_profile(profile(safety={"probe": False}))
        self.check((["apply", "--reconcile"], 0), (["apply", "--reconcile"], 0))

    def test_withdrawal_by_the_timer(self):
        self.check((["apply", "--reconcile"], 0))
        self.write_profile(profile(safety={"probe": False}))
        self.check((["apply", "--reconcile"], 0))

    def test_the_backend_that_is_not_in_use(self):
        other = "iptables" if BACKEND == "nftables" else "nftables"
        self.write_profile(profile(backend=other))
        self.check((["apply"], 0))
        self.write_profile(profile())
        self.check((["apply"], 0), (["remove"], 0))

    def test_an_empty_chain_proves_nothing(self):
        legacy("iptables-legacy", "-N", "FOO")
        legacy("iptables-legacy", "-N", "BAR")
        legacy("iptables-legacy", "-A", "FOO", "-j", "BAR")
        legacy("iptables-legacy", "-I", "PREROUTING", "-j", "FOO")
        self.theirs = self.of_others()
        self.check((["apply"], 0), (["remove"], 0))
        legacy("iptables-legacy", "-A", "BAR", "-j", "RETURN")

    def test_names_of_a_prefix_that_nobody_wrote_down(self):
        legacy("iptables-legacy", "-N", "SYSLOG_NOT_DNS_PREROUTING")
        legacy("iptables-legacy", "-N", "SYSLOG_PREROUTING")
        legacy("iptables-legacy", "-A", "SYSLOG_NOT_DNS_PREROUTING", "-p", "udp", "--dport", "53", "-j", "CT", "--notrack")
        legacy("iptables-legacy", "-A", "SYSLOG_PREROUTING", "-j", "SYSLOG_NOT_DNS_PREROUTING")
        legacy("iptables-legacy", "-A", "PREROUTING", "-j", "SYSLOG_PREROUTING")
        self.theirs = self.of_others()
        self.check((["apply"], 0), (["remove"], 0))


class PrefixesOfEarlierApplies(NodeTest):
    def chains(self):
        return sorted(line.split()[0] for line in self.listing() if line.startswith(":") and "_" in line)

    def test_are_written_down_and_go(self):
        self.write_profile(profile(chainPrefix="OLD"))
        self.apply()
        self.assertEqual((self.memory / "state" / "prefixes").read_text(), "OLD\n")
        self.write_profile(profile(chainPrefix="NEW"))
        self.apply()
        self.assertFalse([line for line in self.listing() if "OLD_" in line])
        self.assertEqual((self.memory / "state" / "prefixes").read_text(), "NEW\n")

    def test_a_lost_record_loses_nothing_but_the_clean_up(self):
        self.write_profile(profile(chainPrefix="OLD"))
        self.apply()
        (self.memory / "state" / "prefixes").unlink()
        self.write_profile(profile(chainPrefix="NEW"))
        self.apply()
        self.assertTrue([line for line in self.listing() if "OLD_NOT_DNS_PREROUTING" in line])

    def test_one_that_differs_in_case_only_is_refused(self):
        """Both would name the same nftables table."""
        self.write_profile(profile(chainPrefix="Old"))
        self.apply()
        before = self.listing()
        self.write_profile(profile(chainPrefix="OLD"))
        for command in (["apply"], ["apply", "--check"], ["apply", "--reconcile"], ["status"]):
            done = self.run_runner(*command)
            self.assertEqual(done.returncode, 65, done.stdout + done.stderr)
            self.assertIn("chainPrefix OLD differs only in case from Old", done.stdout + done.stderr)
        self.assertEqual(self.listing(), before)
        self.assertEqual(self.run_runner("remove").returncode, 0)
        self.assertFalse([line for line in self.listing() if "_NOT_DNS_" in line])
        self.apply()

    def test_remove_without_a_profile_knows_them(self):
        self.write_profile(profile(chainPrefix="OLD"))
        self.apply()
        self.profile.unlink()
        self.assertEqual(self.run_runner("remove").returncode, 0)
        self.assertFalse([line for line in self.listing() if "OLD_" in line])


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C")
    unittest.main()
