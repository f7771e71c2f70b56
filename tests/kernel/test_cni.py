"""Pods as the CNI project's own plugins make them, called as a runtime calls them: what the findings say, what the trial says, what the kernel does.

Where the three disagree, the findings are wrong. The rules that plugins write go to the iptables of the backend under test."""

import json
import os
import pathlib
import subprocess
import sys
import unittest

from node import BACKEND, SERVICE, profile, quiet
from test_trial import PODS, PROBE, SERVER, WAIVED, WithPods

PLUGINS = pathlib.Path("/usr/lib/cni")
GATEWAY = "10.244.0.1"
QUERIES = 10
# In a pod: how many of so many queries, each from a socket of its own, are answered.
CLIENT = """
import socket, sys
answered = 0
for number in range(int(sys.argv[3])):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(0.5)
        client.sendto(number.to_bytes(2, "big") + bytes.fromhex("010000010000000000000161047465737400") + bytes.fromhex("00010001"), (sys.argv[1], int(sys.argv[2])))
        try:
            answered += len(client.recv(512)) > 0
        except TimeoutError:
            pass
print(answered)
"""
MAINS = {"ptp": {"type": "ptp"}, "bridge": {"type": "bridge", "bridge": "cni0", "isGateway": True, "hairpinMode": True}}


def ask(address):
    """How many of QUERIES queries of a pod are answered."""
    return int(quiet("ip", "netns", "exec", "pod-a", sys.executable, "-c", CLIENT, address, "53", str(QUERIES)))


class Neighbour(WithPods):
    """What is said of a node beside somebody else's rules, and what becomes of queries there."""

    def said(self):
        """Exit code and open fatal findings of an apply, and its trial: what is told before anybody's query meets a rule."""
        self.write_profile(profile(pods=["10.244.0.0/16"], scope="pods", safety={"waive": WAIVED, "probe": PROBE}))
        done = self.run_runner("apply", "--output", "json")
        report = json.loads(done.stdout)
        self.remove()
        fatal = sorted(one["id"] for one in report["findings"] if one["severity"] == "fatal" and not one.get("waived"))
        return done.returncode, fatal, report["trial"]["outcome"] if "trial" in report else None

    def done_to(self, address=SERVICE):
        """How many queries are answered without rules, and with rules that nothing held back."""
        self.write_profile(profile(pods=["10.244.0.0/16"], scope="pods", safety={"waive": [*WAIVED, "host-port", "stateful-forward"], "probe": False}))
        before = ask(address)
        self.apply()
        return before, ask(address)


class Pods(Neighbour):
    """`main` makes the pods' links, `firewalled` of them pass the plugin `firewall`, the DNS pod's port may be the host's too."""

    main, masquerade, host_port = "bridge", False, False
    firewalled = ()
    policy = "ACCEPT"

    def setUp(self):
        if not (PLUGINS / "bridge").exists():
            self.skipTest("containernetworking-plugins is not installed (packaging/install-packages tests)")
        super().setUp()
        flavour = "nft" if BACKEND == "nftables" else "legacy"
        quiet(f"iptables-{flavour}", "-P", "FORWARD", self.policy)

    def device_of(self, name):
        return "cni0" if self.main == "bridge" else self.links[name]

    def call(self, plugin, pod, more):
        """One plugin, with the result of those before it."""
        configuration = {"cniVersion": "0.4.0", "name": "pods", "type": plugin, **more}
        programs = self.folder / "bin"
        programs.mkdir(exist_ok=True)
        flavour = "nft" if BACKEND == "nftables" else "legacy"
        for name in ("iptables", "ip6tables"):
            for use in ("", "-save", "-restore"):
                link = programs / (name + use)
                if not link.is_symlink():
                    link.symlink_to(f"/usr/sbin/{name}-{flavour}{use}")
        environment = {"CNI_COMMAND": "ADD", "CNI_CONTAINERID": pod, "CNI_NETNS": f"/run/netns/{pod}", "CNI_IFNAME": "eth0", "CNI_PATH": str(PLUGINS),
                       "PATH": f"{programs}:{os.environ['PATH']}"}
        done = subprocess.run([PLUGINS / plugin], input=json.dumps(configuration), env=environment, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def add_pod(self, name, address):
        quiet("ip", "netns", "add", name)
        self.addCleanup(quiet, "ip", "netns", "del", name, check=False)
        quiet("ip", "-n", name, "link", "set", "lo", "up")
        static = {"type": "static", "addresses": [{"address": f"{address}/16", "gateway": GATEWAY}], "routes": [{"dst": "0.0.0.0/0"}]}
        result = self.call(self.main, name, {**MAINS[self.main], "ipMasq": self.masquerade, "ipam": static})
        self.links = {**getattr(self, "links", {}), name: result["interfaces"][0]["name"]}
        if name in self.firewalled:
            self.call("firewall", name, {"backend": "iptables", "prevResult": result})
        if name == "dns" and self.host_port:
            mapped = [{"hostPort": 53, "containerPort": 53, "protocol": "udp"}]
            self.call("portmap", name, {"capabilities": {"portMappings": True}, "runtimeConfig": {"portMappings": mapped}, "prevResult": result})


class Bridge(Pods):
    def test_sound(self):
        self.assertEqual((self.said(), self.done_to()), ((0, [], "passed"), (QUERIES, QUERIES)))


class MasqueradingBridge(Bridge):
    masquerade = True


class PointToPoint(Bridge):
    main = "ptp"


class Firewall(Bridge):
    firewalled = ("dns", *PODS)


class FirewallOfADroppingNode(Pods):
    """The plugin lets answers through by connection state, or from pods that it knows: the service's address is none of them here."""

    firewalled, policy = ("dns", *PODS), "DROP"

    def test_refused_and_lost(self):
        self.assertEqual((self.said(), self.done_to()), ((3, ["stateful-forward", "trial"], "lost"), (QUERIES, 0)))


class HostPort(Pods):
    """Its queries are translated, which none is that goes untracked: those to an address of the pods' networks do."""

    host_port = True

    def test_refused_and_lost(self):
        self.serve_dns(self.switch, SERVER, pod="dns")
        self.assertEqual(self.said(), (3, ["host-port"], None))
        self.assertEqual((self.done_to(GATEWAY), ask(SERVICE)), ((QUERIES, 0), QUERIES))


if __name__ == "__main__":
    unittest.main()
