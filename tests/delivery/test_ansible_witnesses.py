"""The role's witnesses: a batch that costs other nodes their answers is taken back, by real ansible-playbook runs."""

import pathlib
import unittest

import yaml

from fleet import SERVICE, Fleet, require, run
from playbook import Playbooks

ASK = {"name": "answer.test", "from": ["node"], "timeout": "1s"}
WAIVED = ["not-ipvs", "no-backends", "stateful-forward", "host-queries"]
VARIABLES = {"dns_notrack_services": [SERVICE], "dns_notrack_pod_cidrs": ["10.99.0.0/16"], "dns_notrack_install": False,
             "dns_notrack_profile": {"scope": "any", "safety": {"waive": WAIVED, "probe": ASK}}}
WITNESSES = ["node-2", "node-3"]


class Witnesses(unittest.TestCase):
    """node-2 has the DNS server, the others ask it over the network."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.fleet = cls.enterClassContext(Fleet(3))
        cls.ansible = Playbooks(cls.fleet)
        pathlib.Path("/proc/sys/net/ipv4/ip_forward").write_text("1", encoding="ascii")
        server = cls.fleet.nodes[1]
        for node in cls.fleet.nodes:
            node.run("ip", "route", "add", "default", "via", node.near_address)
            if node is not server:
                node.run("ip", "address", "delete", SERVICE + "/32", "dev", "lo")
        run("ip", "route", "add", SERVICE + "/32", "via", server.address)
        server.serve_dns()

    def setUp(self):
        for node in self.fleet.nodes:
            node.run("dns-notrack", "remove", "--quiet")
            node.run("rm", "-rf", "/etc/dns-notrack")
            node.run("iptables-legacy", "-F", "INPUT")

    def refuse_others(self):
        """What only other nodes meet: untracked queries from the network are dropped, the node's own are not."""
        self.fleet.nodes[1].run("iptables-legacy", "-A", "INPUT", "-i", "eth0", "-p", "udp", "--sport", "32768:60999", "--dport", "53", "-m", "conntrack", "--ctstate", "UNTRACKED", "-j", "DROP")

    def play(self, *arguments, hosts="node-1,node-2", serial=1, **variables):
        return self.ansible.run([{"hosts": hosts, "gather_facts": False, "serial": serial, "max_fail_percentage": 0, "roles": ["notrack.dns.node"]}], *arguments,
                                variables={**VARIABLES, "dns_notrack_witnesses": WITNESSES, **variables})

    def expect(self, result, changed=(), failed=()):
        self.assertEqual((result.hosts("changed"), result.hosts("failed"), result.hosts("unreachable")), (sorted(changed), sorted(failed), []), result.text)
        self.assertNotIn("Traceback", result.text)

    def ours(self):
        return [bool([rule for rule in node.rules() if "NMANAGER" in rule]) for node in self.fleet.nodes]

    def test_a_batch_that_costs_nobody_answers_stays(self):
        self.expect(self.play(), changed=["node-1", "node-2"])
        self.assertEqual(self.ours(), [True, True, False])
        again = self.play()
        self.expect(again)
        self.assertEqual(self.ours(), [True, True, False])

    def test_a_batch_that_costs_others_answers_is_taken_back(self):
        self.refuse_others()
        result = self.play()
        self.expect(result, changed=["node-1", "node-2"], failed=["node-2"])
        self.assertRegex(" ".join(result.text.split()), "Taken back: hosts outside of this batch lost answers of DNS. node-3 lost answers: "
                                                        "node -> 10.96.0.10: 0 of 40 queries answered, 40 of 40 before")
        self.assertEqual(self.ours(), [True, False, False])
        self.assertNotIn("profile.yaml", self.fleet.nodes[1].run("ls", "/etc/dns-notrack", check=False).split())

    def test_the_profile_that_the_node_had_comes_back(self):
        elsewhere = ["10.98.0.0/16"]  # nobody of these nodes
        earlier = {"dns_notrack_profile": {**VARIABLES["dns_notrack_profile"], "scope": "pods"}, "dns_notrack_pod_cidrs": elsewhere}
        self.expect(self.play(hosts="node-2", **earlier), changed=["node-2"])
        before = self.fleet.nodes[1].rules()
        self.refuse_others()
        self.expect(self.play(hosts="node-2"), changed=["node-2"], failed=["node-2"])
        self.assertEqual(self.fleet.nodes[1].rules(), before)
        self.assertEqual(yaml.safe_load(self.fleet.nodes[1].run("cat", "/etc/dns-notrack/profile.yaml"))["podCIDRs"], elsewhere)

    def test_a_node_that_is_refused_does_not_hide_what_the_batch_costs(self):
        self.refuse_others()
        refuse = {"nodes": [{"match": ["node-1"], "safety": {"waive": [], "probe": False}}]}
        result = self.play(serial=2, dns_notrack_profile={**VARIABLES["dns_notrack_profile"], **refuse})
        self.expect(result, changed=["node-2"], failed=["node-1", "node-2"])
        self.assertEqual(self.ours(), [False, False, False])

    def test_a_witness_that_gets_no_answer_ends_the_batch_before_it(self):
        self.fleet.nodes[2].run("ip", "route", "add", "blackhole", SERVICE + "/32")
        self.addCleanup(self.fleet.nodes[2].run, "ip", "route", "delete", "blackhole", SERVICE + "/32")
        result = self.play()
        self.expect(result, failed=["node-1"])
        self.assertIn("No place on node-3 gets an answer", " ".join(result.text.split()))
        self.assertEqual(self.ours(), [False, False, False])

    def test_a_check_asks_nobody(self):
        self.fleet.nodes[2].run("mv", "/usr/sbin/dns-notrack", "/usr/sbin/elsewhere")
        self.addCleanup(self.fleet.nodes[2].run, "mv", "/usr/sbin/elsewhere", "/usr/sbin/dns-notrack")
        self.expect(self.play("--check"), changed=["node-1", "node-2"])


if __name__ == "__main__":
    require("ansible-playbook", "sshd", "ssh-keygen", "ip", "nsenter", "iptables-legacy", "dnsmasq", "dig")
    unittest.main(verbosity=2)
