"""The collection's role and playbooks, by real ansible-playbook runs that install real packages on nodes in namespaces."""

import json
import os
import pathlib
import re
import shutil
import tempfile
import unittest

import yaml

from fleet import RUNNER, SERVICE, SOURCE, Fleet, require, run
from playbook import Playbooks

BUILD = pathlib.Path(os.environ.get("NOTRACK_BUILD", SOURCE / "build/dev"))
IPV6_SERVICES, IPV6_PODS = "fd85:ee78:d8a6:8607::1000/116", "fd85:ee78:d8a6:8607::1:0000/112"
# As kubespray's sample inventory has them; "kube_service_subnets" is known to kubespray's own roles only.
KUBESPRAY = {"dns_mode": "coredns", "kube_service_addresses": "10.96.0.0/18", "kube_pods_subnet": "10.244.0.0/16", "kube_service_addresses_ipv6": IPV6_SERVICES,
             "kube_pods_subnet_ipv6": IPV6_PODS, "skydns_server": SERVICE, "skydns_server_secondary": "10.96.0.11"}
# Namespaces have no IPVS, and no DNS to ask.
WAIVED = {"name": "role", "scope": "any", "safety": {"waive": ["not-ipvs"], "probe": False}}
CONTENT = {"version": 1, "services": [SERVICE], "podCIDRs": ["10.244.0.0/16"], **WAIVED}
ROLE = [{"hosts": "k8s_cluster", "gather_facts": False, "roles": ["notrack.dns.node"]}]


def build_package(folder):
    """A .deb in `folder`: NOTRACK_DEB where it is set (packaging/build-packages makes it), else just the program and its units."""
    package = folder / "dns-notrack.deb"
    if os.environ.get("NOTRACK_DEB"):
        shutil.copy(os.environ["NOTRACK_DEB"], package)
        return str(package)
    tree = folder / "dns-notrack"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN/control").write_text("Package: dns-notrack\nVersion: 0.1.0\nArchitecture: all\nMaintainer: tests <tests@example.com>\nDescription: the runner\n")
    run("install", "-D", "-m", "755", RUNNER, tree / "usr/sbin/dns-notrack")
    run("install", "-D", "-m", "644", SOURCE / "packaging/systemd/dns-notrack.timer", tree / "lib/systemd/system/dns-notrack.timer")
    (tree / "etc/default").mkdir(parents=True)
    (tree / "etc/default/dns-notrack").write_text("# settings\n")
    (tree / "DEBIAN/conffiles").write_text("/etc/default/dns-notrack\n")
    unit = (BUILD / "packaging/dns-notrack.service").read_text(encoding="ascii")
    (tree / "lib/systemd/system/dns-notrack.service").write_text(re.sub("^ExecStart=[^ ]+", "ExecStart=/usr/sbin/dns-notrack", unit, flags=re.MULTILINE))
    run("dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", tree, package)
    return str(package)


class RoleTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.fleet = cls.enterClassContext(Fleet(3))
        cls.ansible = Playbooks(cls.fleet)

    def expect(self, result, changed=(), failed=()):
        self.assertEqual((result.hosts("changed"), result.hosts("failed"), result.hosts("unreachable")), (sorted(changed), sorted(failed), []), result.text)
        self.assertNotIn("Traceback", result.text)

    def every(self):
        return [node.name for node in self.fleet.nodes]

    def differences(self, result):
        """The lines that a run with --diff shows as removed or added, with the time of a comment line left out."""
        return [line for line in result.text.splitlines() if line.startswith(("+", "-")) and not line.startswith(("+++", "---"))]

    def ours(self, node):
        return [rule for rule in node.rules() if "NMANAGER" in rule]


class Installed(RoleTest):
    """node-1 gets the package by its name from a repository, node-2, without python3-apt, from a file that only the controller has, node-3 has
    the runner without a package."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        controller = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="dns-notrack-controller-"))
        package = build_package(pathlib.Path(controller))
        for node in cls.fleet.nodes[:2]:
            node.run("rm", "/usr/sbin/dns-notrack")
        cls.fleet.nodes[1].run("mount", "-t", "tmpfs", "tmpfs", controller)
        cls.fleet.nodes[1].run("sh", "-c", "rm -r /usr/lib/python3/dist-packages/apt /usr/lib/python3/dist-packages/apt_pkg*")
        cls.serve_repository(cls.fleet.nodes[0], package)
        with open(cls.ansible.folder / "inventory", "a", encoding="utf-8") as inventory:
            inventory.write(f"[k8s_cluster]\nnode-2 dns_notrack_package={package}\nnode-3 dns_notrack_install=false\n")

    @classmethod
    def serve_repository(cls, node, package):
        """Makes a folder of one package all that apt knows of inside the node."""
        script = """set -e
            mkdir -p /var/local/repository && cp "$1" /var/local/repository/dns-notrack.deb && cd /var/local/repository
            dpkg-scanpackages . > Packages 2>/dev/null
            rm -rf /etc/apt/sources.list.d /var/lib/apt/lists && mkdir -p /var/lib/apt/lists/partial
            echo "deb [trusted=yes] file:/var/local/repository ./" > /etc/apt/sources.list
            apt-get update -q"""
        node.run("sh", "-c", script, "sh", package)

    def play(self, *arguments, **variables):
        return self.ansible.run(ROLE, *arguments, variables={**KUBESPRAY, "dns_notrack_profile": WAIVED, **variables})

    def packages(self):
        return [node.run("dpkg-query", "-W", "-f", "${db:Status-Status}", "dns-notrack", check=False) == "installed" for node in self.fleet.nodes[:2]]

    def profile(self, node):
        return yaml.safe_load(node.run("cat", "/etc/dns-notrack/profile.yaml"))

    def test_a_life(self):
        """From nothing to rules and back, on every step: what --check said is what then happens, and a second run changes nothing."""
        check = self.play("--check", "--diff")
        self.expect(check, changed=self.every())
        self.assertEqual(check.text.count("The package is not installed yet."), 2)
        self.assertIn("+podCIDRs:\n+- 10.244.0.0/16\n", check.text)
        self.assertEqual(self.packages(), [False, False])
        for node in self.fleet.nodes:
            self.assertEqual(self.ours(node), [])
            self.assertNotIn("profile.yaml", node.run("ls", "/etc/dns-notrack", check=False).split())

        self.expect(self.play(), changed=self.every())
        self.assertEqual(self.packages(), [True, True])
        for node in self.fleet.nodes:
            self.assertEqual(self.profile(node), CONTENT)
            self.assertIn("in sync with profile role", node.run("dns-notrack", "status"))
        self.expect(self.play("--diff"))

        grown = {"dns_notrack_pod_cidrs": ["10.244.0.0/16", "10.245.0.0/16"]}
        check = self.play("--check", "--diff", **grown)
        self.expect(check, changed=self.every())
        self.assertIn("+-A NMANAGER_NOT_DNS_OUTPUT -d 10.245.0.0/16 -p udp -m udp --dport 53 -j CT --notrack", check.text)
        self.assertIn("+- 10.245.0.0/16", check.text)
        self.assertEqual(self.profile(self.fleet.nodes[0]), CONTENT)
        self.assertEqual(self.differences(self.play("--diff", **grown)), self.differences(check))

        gone = {"dns_notrack_state": "absent"}
        self.expect(self.play("--check", **gone), changed=self.every())
        self.assertEqual(self.packages(), [True, True])
        self.expect(self.play(**gone), changed=self.every())
        self.assertEqual(self.packages(), [False, False])
        for node in self.fleet.nodes:
            self.assertEqual(self.ours(node), [])
            self.assertNotIn("profile.yaml", node.run("ls", "/etc/dns-notrack", check=False).split())
        for node in self.fleet.nodes[:2]:
            self.assertEqual(node.run("find", "/etc/default/dns-notrack", "/var/cache/dns-notrack", "-print", check=False).count("No such file"), 2)
        self.expect(self.play(**gone))


class Rollout(RoleTest):
    """The playbooks and the role's variables, on nodes that have the runner."""

    def play(self, playbook, *arguments, **variables):
        return self.ansible.run(playbook, *arguments, variables={**KUBESPRAY, "dns_notrack_install": False, "dns_notrack_profile": WAIVED, **variables})

    def setUp(self):
        for node in self.fleet.nodes:
            node.run("dns-notrack", "remove", "--quiet")

    def test_playbooks(self):
        self.expect(self.play("notrack.dns.apply"), changed=self.every())
        inspected = self.play("notrack.dns.inspect")
        self.expect(inspected)
        self.assertEqual(inspected.text.count("in-sync not-ipvs"), 3, inspected.text)
        self.expect(self.play("notrack.dns.remove"), changed=self.every())
        self.assertEqual([self.ours(node) for node in self.fleet.nodes], [[], [], []])

    def test_retired_nodes_are_left_alone_until_they_are_present_again(self):
        self.expect(self.play(ROLE), changed=self.every())
        retired = {"dns_notrack_state": "retired"}
        self.expect(self.play(ROLE, **retired), changed=self.every())
        self.expect(self.play(ROLE, **retired))
        for node in self.fleet.nodes:
            self.assertIn("left alone: retired since", node.run("dns-notrack", "apply", "--reconcile"))
            self.assertEqual(self.ours(node), [])
        self.expect(self.play(ROLE), changed=self.every())
        self.assertIn("in sync", self.fleet.nodes[0].run("dns-notrack", "apply", "--reconcile"))

    def test_nodes_retire_before_the_proxy_mode_changes(self):
        self.expect(self.play(ROLE, kube_proxy_mode="ipvs"), changed=self.every())
        coming = {"kube_proxy_mode": "iptables"}
        self.expect(self.play(ROLE, "--check", **coming), changed=self.every())
        self.assertTrue(self.ours(self.fleet.nodes[0]))
        self.expect(self.play(ROLE, **coming), changed=self.every())
        self.expect(self.play(ROLE, "--check", **coming))
        for node in self.fleet.nodes:
            self.assertEqual(self.ours(node), [])
            self.assertIn("left alone: retired since", node.run("dns-notrack", "apply", "--reconcile"))
        self.expect(self.play(ROLE, dns_notrack_proxy_mode="ipvs", **coming), changed=self.every())

        self.fleet.nodes[0].run("rm", "/etc/dns-notrack/profile.yaml")  # it never had the rules, so there is nothing to take out
        self.expect(self.play(ROLE, **coming), changed=self.every()[1:])

    def test_a_refused_node_ends_the_rollout(self):
        refuse = {"nodes": [{"match": ["node-2"], "safety": {"waive": [], "probe": False}}]}
        result = self.play("notrack.dns.apply", dns_notrack_profile={**WAIVED, **refuse})
        self.expect(result, changed=["node-1"], failed=["node-2"])
        self.assertIn("not-ipvs: ", result.text)
        self.assertEqual([bool(self.ours(node)) for node in self.fleet.nodes], [True, False, False])
        self.assertNotIn("profile.yaml", self.fleet.nodes[1].run("ls", "/etc/dns-notrack", check=False).split())
        self.assertNotIn("node-3", result.recap)

    def test_without_addresses_it_refuses(self):
        result = self.ansible.run(ROLE, variables={"dns_notrack_install": False})
        self.expect(result, failed=self.every())
        sentence = "Set dns_notrack_services and dns_notrack_pod_cidrs, or give the role kubespray's skydns_server and kube_pods_subnet."
        self.assertGreaterEqual(" ".join(result.text.split()).count(sentence), 3, result.text)  # Ansible 2.19 says it once more at the end

    def test_a_missing_runner_fails_a_check_that_would_not_install_it(self):
        node = self.fleet.nodes[0]
        node.run("mv", "/usr/sbin/dns-notrack", "/usr/sbin/elsewhere")
        self.addCleanup(node.run, "mv", "/usr/sbin/elsewhere", "/usr/sbin/dns-notrack")
        result = self.play(ROLE, "--check", "--limit", "node-1")
        self.expect(result, failed=["node-1"])
        self.assertIn("dns-notrack is not installed on this node", result.text)

    def test_variables(self):
        """What the role makes of kubespray's variables. One run, a play a set."""
        unresolved = "{{ kube_service_subnets.split(',') | first | regex_replace('0/18$', '3') }}"
        both = [SERVICE, "fd85:ee78:d8a6:8607::1003"]
        cases = [
            ({}, [SERVICE], ["10.244.0.0/16"]),
            ({"enable_dual_stack_networks": True, "ipv6_stack": True}, [SERVICE], ["10.244.0.0/16"]),
            ({"dns_notrack_services": both}, both, ["10.244.0.0/16", IPV6_PODS]),
            ({"ipv4_stack": False, "ipv6_stack": True, "skydns_server": both[1]}, both[1:], [IPV6_PODS]),
            ({"dns_mode": "coredns_dual"}, [SERVICE, "10.96.0.11"], ["10.244.0.0/16"]),
            ({"dns_mode": "manual", "manual_dns_server": "10.96.0.99"}, ["10.96.0.99"], ["10.244.0.0/16"]),
            ({"skydns_server": unresolved}, [], []),
            ({"dns_notrack_profile": {"services": ["10.96.0.7"], "ports": [5353]}}, ["10.96.0.7"], ["10.244.0.0/16"]),
        ]
        plays = []
        for number, (variables, _, _) in enumerate(cases):
            copy = {"content": "{{ dns_notrack_content | to_json }}", "dest": str(self.ansible.folder / f"content-{number}.json")}
            plays.append({"hosts": "localhost", "connection": "local", "gather_facts": False, "vars": {**KUBESPRAY, **variables},
                          "roles": [{"role": "notrack.dns.node", "when": False}], "tasks": [{"ansible.builtin.copy": copy}]})
        result = self.ansible.run(plays)
        contents = [json.loads((self.ansible.folder / f"content-{number}.json").read_text()) for number in range(len(cases)) if result.code == 0]
        self.assertEqual([(content["services"], content["podCIDRs"]) for content in contents], [(services, pods) for _, services, pods in cases], result.text)
        self.assertEqual(contents[-1]["ports"], [5353])
        for number, content in enumerate(contents):
            if content["services"]:
                run(RUNNER, "validate", self.ansible.folder / f"content-{number}.json")

    def test_tags(self):
        listed = self.play("notrack.dns.apply", "--list-tags").text
        self.assertEqual(re.findall(r"TASK TAGS: \[(.*)\]", listed), ["always, dns-notrack, install, rules, timer"])
        self.expect(self.play("notrack.dns.apply", "--tags", "install,timer"))
        self.assertEqual([self.ours(node) for node in self.fleet.nodes], [[], [], []])
        self.expect(self.play("notrack.dns.apply", "--tags", "rules"), changed=self.every())
        self.assertEqual([bool(self.ours(node)) for node in self.fleet.nodes], [True, True, True])
        self.expect(self.play("notrack.dns.apply", "--start-at-task", "Make the profile's directory", "--skip-tags", "timer"))
        self.expect(self.play("notrack.dns.remove", "--tags", "dns-notrack"), changed=self.every())

    def test_as_a_user_of_kubespray_would(self):
        """kubespray's inventory folder with its group_vars, and one file of ours in it; nothing on the command line."""
        cluster = self.ansible.folder / "inventory.d/mycluster"
        groups = cluster / "group_vars/k8s_cluster"
        groups.mkdir(parents=True)
        (cluster / "group_vars/all").mkdir()
        known, variables = (self.ansible.folder / "inventory").read_text(encoding="utf-8").split("[k8s_cluster:vars]\n")
        hosts = dict(line.split(" ansible_host=") for line in known.splitlines() if " ansible_host=" in line)
        connection = dict(line.split("=", 1) for line in variables.split("[k8s_cluster]")[0].splitlines() if line)
        connection["ansible_ssh_common_args"] = json.loads(connection["ansible_ssh_common_args"])
        (cluster / "hosts.yaml").write_text(json.dumps({"all": {
            "hosts": {name: {"ansible_host": address, "ip": address, "access_ip": address} for name, address in hosts.items()},
            "children": {"kube_control_plane": {"hosts": {"node-1": None}}, "kube_node": {"hosts": {"node-2": None, "node-3": None}},
                         "etcd": {"hosts": {"node-1": None}}, "k8s_cluster": {"children": {"kube_control_plane": None, "kube_node": None}}}}}), encoding="utf-8")
        (cluster / "group_vars/all/all.yml").write_text(json.dumps(connection), encoding="utf-8")
        # The first and the last two as kubespray's sample has them; it takes the tenth address with ansible.utils, which Debian does not package.
        (groups / "k8s-cluster.yml").write_text("""
kube_network_plugin: calico
kube_proxy_mode: ipvs
kube_service_addresses: 10.96.0.0/18
kube_pods_subnet: 10.244.0.0/16
kube_service_addresses_ipv6: fd85:ee78:d8a6:8607::1000/116
kube_pods_subnet_ipv6: fd85:ee78:d8a6:8607::1:0000/112
dns_mode: coredns
enable_nodelocaldns: true
skydns_server: "{{ kube_service_subnets.split(',') | first | regex_replace('0/18$', '10') }}"
""", encoding="utf-8")
        (groups / "dns-notrack.yml").write_text(json.dumps({"dns_notrack_install": False, "dns_notrack_profile": WAIVED}), encoding="utf-8")
        self.expect(self.ansible.run("notrack.dns.apply", inventory=cluster / "hosts.yaml"), changed=self.every())
        for node in self.fleet.nodes:
            self.assertIn("10.96.0.10/32", "".join(self.ours(node)))
        self.expect(self.ansible.run("notrack.dns.remove", inventory=cluster / "hosts.yaml"), changed=self.every())

    def test_the_playbook_resolves_an_inventory_of_kubespray(self):
        unresolved = "{{ kube_service_subnets.split(',') | first | regex_replace('0/18$', '10') }}"
        result = self.play("notrack.dns.apply", "--limit", "node-1", skydns_server=unresolved)
        self.expect(result, changed=["node-1"])
        self.assertIn("10.96.0.10/32", "".join(self.ours(self.fleet.nodes[0])))


if __name__ == "__main__":
    require("ansible-playbook", "sshd", "ssh-keygen", "ip", "nsenter", "iptables-legacy", "dpkg-deb", "dpkg-scanpackages", "apt-get")
    unittest.main(verbosity=2)
