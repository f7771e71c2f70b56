"""The collection's modules, by real ansible-playbook runs over real ssh into namespaces."""

import json
import unittest

import circumstances
from fleet import Fleet, require
from playbook import PROFILE, Playbooks

REFUSED = {**PROFILE, "nodes": [{"match": ["node-2"], "safety": {"waive": [], "probe": False}}]}


class Modules(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.fleet = cls.enterClassContext(Fleet(3))
        cls.ansible = Playbooks(cls.fleet)

    def setUp(self):
        for node in self.fleet.nodes:
            node.run("dns-notrack", "remove", "--quiet")

    def expect(self, result, changed=(), failed=()):
        self.assertEqual((result.hosts("changed"), result.hosts("failed"), result.hosts("unreachable")), (sorted(changed), sorted(failed), []), result.text)

    def every(self):
        return [node.name for node in self.fleet.nodes]

    def test_check_then_apply_then_again_then_absent(self):
        untouched = [node.rules() for node in self.fleet.nodes]
        check = self.ansible.task("profile", {"profile": PROFILE}, "--check", "--diff")
        self.expect(check, changed=self.every())
        self.assertIn("+-A NMANAGER_NOT_DNS_PREROUTING -d 10.96.0.10/32 -p udp -m udp --dport 53 -j CT --notrack", check.text)
        self.assertEqual([node.rules() for node in self.fleet.nodes], untouched)

        first = self.ansible.task("profile", {"profile": PROFILE}, "--diff")
        self.expect(first, changed=self.every())
        self.assertEqual([line for line in first.text.splitlines() if line[:1] in "+-"], [line for line in check.text.splitlines() if line[:1] in "+-"])
        for node in self.fleet.nodes:
            self.assertIn("-A NMANAGER_NOT_DNS_PREROUTING -d 10.96.0.10/32 -p udp -m udp --dport 53 -j CT --notrack", node.rules())
            self.assertEqual(len([rule for rule in node.rules() if "--notrack" in rule]), 6)

        second = self.ansible.task("profile", {"profile": PROFILE}, "--diff")
        self.expect(second)
        self.assertNotIn("+-A", second.text)
        gone = self.ansible.task("profile", {"state": "absent"}, "--check", "--diff")
        self.expect(gone, changed=self.every())
        self.assertIn("--A NMANAGER_NOT_DNS_PREROUTING", gone.text)
        self.expect(self.ansible.task("profile", {"state": "absent"}), changed=self.every())
        self.assertEqual([[rule for rule in node.rules() if "NMANAGER" in rule] for node in self.fleet.nodes], [[], [], []])

    def test_drift_is_mended_with_a_true_diff(self):
        self.ansible.task("profile", {"profile": PROFILE})
        self.fleet.nodes[1].run("iptables-legacy", "-t", "raw", "-D", "NMANAGER_NOT_DNS_OUTPUT", "1")
        again = self.ansible.task("profile", {"profile": PROFILE}, "--diff")
        self.expect(again, changed=["node-2"])
        self.assertEqual([line for line in again.text.splitlines() if line.startswith("+-A")],
                         ["+-A NMANAGER_NOT_DNS_OUTPUT -d 10.96.0.10/32 -p udp -m udp --dport 53 -j CT --notrack"])

    def test_a_refused_node_fails_alone(self):
        result = self.ansible.task("profile", {"profile": REFUSED})
        self.expect(result, changed=["node-1", "node-3"], failed=["node-2"])
        for words in circumstances.REFUSED:
            self.assertIn(words, result.text)
        self.assertNotIn("Traceback", result.text)
        self.assertEqual([rule for rule in self.fleet.nodes[1].rules() if "NMANAGER" in rule], [])
        self.assertTrue([rule for rule in self.fleet.nodes[2].rules() if "NMANAGER" in rule])

    def test_a_node_that_loses_dns_is_rolled_back_and_fails_alone(self):
        node = self.fleet.nodes[1]
        node.serve_dns()
        node.run("iptables-legacy", "-A", "INPUT", "-p", "udp", "--sport", "32768:60999", "--dport", "53", "-m", "conntrack", "--ctstate", "UNTRACKED", "-j", "DROP")
        self.addCleanup(node.run, "iptables-legacy", "-F", "INPUT")
        untouched = node.rules()
        probed = {**PROFILE, "safety": {"waive": ["not-ipvs", "no-backends", "stateful-forward"], "probe": {"name": "answer.test", "from": ["node"], "timeout": "1s"}}}
        result = self.ansible.task("profile", {"profile": {**PROFILE, "nodes": [{"match": ["node-2"], "safety": probed["safety"]}]}}, "--diff")
        self.expect(result, changed=["node-1", "node-3"], failed=["node-2"])
        for words in circumstances.ROLLED_BACK:
            self.assertIn(words, result.text)
        self.assertNotIn("Traceback", result.text)
        self.assertEqual(node.rules(), untouched)

    def test_one_group_gives_the_modules_their_defaults(self):
        tasks = [{"notrack.dns.profile": {}}, {"notrack.dns.profile_info": {}, "register": "dns"}, {"ansible.builtin.assert": {"that": "dns.in_sync"}}]
        result = self.ansible.run([{"hosts": "node-1", "gather_facts": False, "module_defaults": {"group/notrack.dns.dns": {"profile": PROFILE}}, "tasks": tasks}])
        self.expect(result, changed=["node-1"])

    def test_info_changes_nothing(self):
        asked = [{"hosts": "k8s_cluster", "gather_facts": False, "tasks": [
            {"notrack.dns.profile_info": {"profile": PROFILE}, "register": "dns"},
            {"ansible.builtin.debug": {"msg": "state={{ dns.report.state }} in_sync={{ dns.in_sync }} node={{ dns.report.node }}"}}]}]
        result = self.ansible.run(asked)
        self.expect(result)
        self.assertIn("state=absent in_sync=False node=node-1", result.text)
        self.ansible.task("profile", {"profile": PROFILE})
        result = self.ansible.run(asked)
        self.expect(result)
        self.assertIn("state=in-sync in_sync=True node=node-3", result.text)

    def test_a_trial_tells_and_leaves_the_node_as_it_was(self):
        node = self.fleet.nodes[1]
        node.run("rm", "-f", "/run/dns-notrack/trial")  # what another test's apply tried
        node.serve_dns()
        node.run("iptables-legacy", "-A", "INPUT", "-p", "udp", "--dport", "53", "-m", "conntrack", "--ctstate", "UNTRACKED", "-j", "DROP")
        self.addCleanup(node.run, "iptables-legacy", "-F", "INPUT")
        untouched = node.rules()
        profile = {**PROFILE, "safety": {"waive": ["not-ipvs", "no-backends", "stateful-forward"], "probe": {"name": "answer.test", "from": ["node"], "timeout": "1s"}}}
        tried = {"notrack.dns.profile_info": {"profile": profile, "trial": True}, "register": "dns"}
        shown = {"ansible.builtin.debug": {"msg": "outcome={{ (dns.trial | default({'outcome': 'none'})).outcome }} in_sync={{ dns.in_sync }}"}}
        play = {"hosts": "node-2", "gather_facts": False}

        check = self.ansible.run([{**play, "tasks": [tried, shown]}], "--check")
        self.expect(check)
        self.assertEqual(check.hosts("skipped"), ["node-2"], check.text)
        self.assertIn("outcome=none in_sync=False", check.text)
        for tasks in ([tried, shown], [{"notrack.dns.profile_info": {"profile": profile}, "register": "dns"}, shown]):
            result = self.ansible.run([{**play, "tasks": tasks}])
            self.expect(result)
            self.assertIn("outcome=lost in_sync=False", result.text)
        self.assertEqual(node.rules(), untouched)

        refused = self.ansible.run([{**play, "tasks": [{"notrack.dns.profile": {"profile": profile}, "register": "dns", "ignore_errors": True},
                                                       {"ansible.builtin.assert": {"that": ["dns is failed", "dns.trial.outcome == 'lost'"]}}]}])
        self.assertEqual(refused.code, 0, refused.text)

    def test_path(self):
        node = self.fleet.nodes[0]
        node.run("sh", "-c", "mkdir -p /etc/dns-notrack && cat > /etc/dns-notrack/profile.yaml", input=json.dumps(PROFILE))
        self.addCleanup(node.run, "rm", "-r", "/etc/dns-notrack")
        tasks = [{"notrack.dns.profile": options, "check_mode": True} for options in ({}, {"path": "/etc/dns-notrack/profile.yaml"}, {"path": ["/etc/dns-notrack"]})]
        result = self.ansible.run([{"hosts": "node-1", "gather_facts": False, "tasks": tasks}])
        self.assertEqual(result.recap["node-1"]["changed"], 3, result.text)

    def test_bad_input_and_circumstances(self):
        """Each has a sentence of its own, and never a stack trace. One run, a task each."""
        cases = [({"profile": profile}, sentence) for profile, sentence in circumstances.PROFILES]
        cases += [({"profile": PROFILE, "runner": self.fake(name, script), "timeout": 1 if name == "slow" else 60}, sentence)
                  for name, (script, sentence) in circumstances.RUNNERS.items()]
        cases += [
            ({"path": "/nowhere/profile.yaml"}, "/nowhere/profile.yaml"),
            ({"profile": PROFILE, "path": "/x"}, "mutually exclusive"),
            ({"profile": PROFILE, "runner": "/nowhere/dns-notrack"}, circumstances.NOT_INSTALLED),
            ({"profile": PROFILE, "wait": -1}, circumstances.USAGE),
            ({"profile": PROFILE, "vars": {"ansible_user": "monitor"}}, circumstances.NEEDS_ROOT + " on this node: add 'become: true'"),
            ({"profile": PROFILE, "wait": 0.2, "vars": {"lock": True}}, circumstances.LOCKED),
        ]
        tasks = []
        for number, (options, _) in enumerate(cases):
            variables = options.pop("vars", {})
            if variables.pop("lock", False):
                tasks.append({"ansible.builtin.command": "flock /run/xtables.lock timeout 30 sh -c 'until [ -e /run/release ]; do sleep 0.1; done'", "async": 30, "poll": 0})
                tasks.append({"ansible.builtin.shell": "for i in $(seq 100); do flock --nonblock /run/xtables.lock true || exit 0; sleep 0.1; done; exit 1", "changed_when": False})
            tasks.append({"notrack.dns.profile": options, "register": f"result_{number}", "ignore_errors": True, "vars": variables})
        tasks.append({"ansible.builtin.file": {"path": "/run/release", "state": "touch"}})
        results = self.ansible.folder / "results.json"
        listed = ", ".join(f"result_{number}" for number in range(len(cases)))
        tasks.append({"ansible.builtin.copy": {"content": "{{ [" + listed + "] | to_json }}", "dest": str(results)}, "delegate_to": "localhost",
                      "vars": {"ansible_connection": "local"}})
        done = self.ansible.run([{"hosts": "node-1", "gather_facts": False, "tasks": tasks}])
        self.assertTrue(results.exists(), done.text)
        for (options, sentence), result in zip(cases, json.loads(results.read_text())):
            with self.subTest(options=options):
                self.assertTrue(result["failed"], result)
                self.assertRegex(result["msg"], sentence)
                self.assertNotIn("Traceback", str(result))

    def fake(self, name, script):
        """A program on node-1 that stands for a runner."""
        path = f"/usr/local/bin/fake-{name}"
        self.fleet.nodes[0].run("sh", "-c", f"mkdir -p /usr/local/bin && cat > {path} && chmod 755 {path}", input=f"#!/bin/sh\n{script}\n")
        return path


if __name__ == "__main__":
    require("ansible-playbook", "sshd", "ssh-keygen", "ip", "nsenter", "iptables-legacy")
    unittest.main(verbosity=2)
