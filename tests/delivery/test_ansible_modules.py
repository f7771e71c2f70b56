"""The collection's modules, by real ansible-playbook runs over real ssh into namespaces."""

import json
import unittest

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
        self.assertIn("Refused: the rules would break DNS on this node, so nothing was changed.", result.text)
        self.assertIn("not-ipvs: ", result.text)
        self.assertNotIn("Traceback", result.text)
        self.assertEqual([rule for rule in self.fleet.nodes[1].rules() if "NMANAGER" in rule], [])
        self.assertTrue([rule for rule in self.fleet.nodes[2].rules() if "NMANAGER" in rule])

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

    def test_path(self):
        node = self.fleet.nodes[0]
        node.run("sh", "-c", "mkdir -p /etc/dns-notrack && cat > /etc/dns-notrack/profile.yaml", input=json.dumps(PROFILE))
        self.addCleanup(node.run, "rm", "-r", "/etc/dns-notrack")
        tasks = [{"notrack.dns.profile": options, "check_mode": True} for options in ({}, {"path": "/etc/dns-notrack/profile.yaml"}, {"path": ["/etc/dns-notrack"]})]
        result = self.ansible.run([{"hosts": "node-1", "gather_facts": False, "tasks": tasks}])
        self.assertEqual(result.recap["node-1"]["changed"], 3, result.text)

    def test_bad_input_and_circumstances(self):
        """Each has a sentence of its own, and never a stack trace. One run, a task each."""
        old = '[ "$1" = version ] && echo "dns-notrack 0.0.1" && exit\necho "dns-notrack: unknown option --output" >&2\nexit 64'
        other = '[ "$1" = version ] && echo "dns-notrack 9" && exit\necho \'{"schema": "dns-notrack/report/v9"}\''
        cases = [
            ({"profile": {**PROFILE, "podCIDRs": ["10.244.1.7/24"]}}, r"/profile\.yaml:\d+:\d+: .*10\.244\.1\.0/24"),
            ({"profile": {**PROFILE, "service": "10.96.0.10"}}, r"/profile\.yaml:\d+:\d+: .*service"),
            ({"path": "/nowhere/profile.yaml"}, "/nowhere/profile.yaml"),
            ({"profile": PROFILE, "path": "/x"}, "mutually exclusive"),
            ({"profile": PROFILE, "runner": "/nowhere/dns-notrack"}, "dns-notrack is not installed on this node"),
            ({"profile": PROFILE, "runner": self.fake("old", old)}, "it is 'dns-notrack 0.0.1', and 0.1.0 or newer is needed"),
            ({"profile": PROFILE, "runner": self.fake("other", other)}, "it is 'dns-notrack 9'.*its report has another format"),
            ({"profile": PROFILE, "runner": self.fake("slow", "exec sleep 30"), "timeout": 1}, "no answer within 1 s and was stopped"),
            ({"profile": PROFILE, "runner": self.fake("pipe", "kill -PIPE $$")}, "ended by signal 13 before its report was complete"),
            ({"profile": PROFILE, "runner": self.fake("cut", "printf '{\"schema\": \"dns-notr'")}, "exit code 0 and without a complete report"),
            ({"profile": PROFILE, "vars": {"ansible_user": "monitor"}}, "needs root on this node: add 'become: true'"),
            ({"profile": PROFILE, "wait": 0.2, "vars": {"lock": True}}, "xtables.lock"),
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
