"""The role on a node that systemd has booted: the timer that keeps the rules applied comes, works and goes with it."""

import unittest

from booted import BootedNode
from fleet import Fleet, require
from playbook import Playbooks
from test_ansible_role import KUBESPRAY, ROLE, WAIVED, build_package


class Timer(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.fleet = cls.enterClassContext(Fleet(1, node_type=BootedNode))
        cls.ansible = Playbooks(cls.fleet)
        build_package(cls.fleet.folder)
        cls.node = cls.fleet.nodes[0]

    def play(self, *arguments, **variables):
        result = self.ansible.run(ROLE, *arguments, variables={**KUBESPRAY, "dns_notrack_package": "/fleet/dns-notrack.deb", "dns_notrack_profile": WAIVED, **variables})
        self.assertEqual((result.code, result.hosts("failed"), result.hosts("unreachable")), (0, [], []), result.text)
        return result

    def timer(self):
        return tuple(self.node.run("systemctl", question, "dns-notrack.timer", check=False).split("\n")[0] for question in ("is-enabled", "is-active"))

    def ours(self):
        return [rule for rule in self.node.rules() if "NMANAGER" in rule]

    def test_the_timer_comes_works_and_goes(self):
        self.assertTrue(self.play("--check").hosts("changed"))
        self.assertEqual(self.ours(), [])
        self.assertTrue(self.play(dns_notrack_timer=False).hosts("changed"))
        self.assertEqual(self.timer(), ("disabled", "inactive"))
        self.assertTrue(self.play().hosts("changed"))
        self.assertEqual(self.timer(), ("enabled", "active"))
        self.assertEqual(self.play().hosts("changed"), [])

        rules = self.ours()
        self.node.run("iptables-legacy", "-t", "raw", "-F")
        self.node.run("systemctl", "start", "dns-notrack.service")
        self.assertEqual(self.ours(), rules)

        self.assertTrue(self.play(dns_notrack_state="absent").hosts("changed"))
        self.assertEqual(self.ours(), [])
        self.assertNotIn("active", self.timer())
        self.assertEqual(self.play(dns_notrack_state="absent").hosts("changed"), [])


if __name__ == "__main__":
    require("ansible-playbook", "sshd", "ssh-keygen", "ip", "nsenter", "iptables-legacy", "dpkg-deb", "systemd-nspawn")
    unittest.main(verbosity=2)
