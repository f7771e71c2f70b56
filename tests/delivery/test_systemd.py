"""The timer and the service of the installed package under a real systemd, with all of the unit's limits, beside live tables."""

import ctypes
import json
import os
import re
import subprocess
import unittest

from booted_root import BootedRoot, await_that
from clean_root import require_base
from fleet import SERVICE, require, run
from test_packages import Legacy, Nftables, PROFILE, package

CLONE_NEWNET = 0x40000000
METRICS = "/var/lib/prometheus/node-exporter/dns-notrack.prom"
OPTIONS = f'DNS_NOTRACK_OPTIONS="--textfile {METRICS}"\nDNS_NOTRACK_SPREAD=0\n'
POD = "10.244.1.2"
# CAP_DAC_OVERRIDE, CAP_NET_ADMIN, CAP_NET_RAW, CAP_SYS_ADMIN by their numbers in linux/capability.h.
CAPABILITIES = 1 << 1 | 1 << 12 | 1 << 13 | 1 << 21
OFTEN = "[Timer]\nOnUnitInactiveSec=\nOnUnitInactiveSec=1s\nAccuracySec=100ms\nRandomizedDelaySec=0\n"
LOOK = "[Service]\nExecStartPre=/bin/grep -E '^(CapBnd|NoNewPrivs|Seccomp):' /proc/self/status\n"


def profile(backend, waived=("not-ipvs",), probe=False):
    return json.dumps({"version": 1, "services": [SERVICE], "podCIDRs": ["10.244.0.0/16"], "backend": backend.name, "safety": {"waive": list(waived), "probe": probe}})


class Units(unittest.TestCase):
    """A booted root with the package, in a network namespace of its own that stands for a node."""

    maxDiff = None

    def setUp(self):
        libc = ctypes.CDLL(None, use_errno=True)
        self.assertEqual(libc.unshare(CLONE_NEWNET), 0, os.strerror(ctypes.get_errno()))
        run("ip", "link", "set", "lo", "up")
        run("ip", "address", "add", SERVICE + "/32", "dev", "lo")
        self.root = BootedRoot()
        self.addCleanup(self.root.close)
        metrics = (self.root.path / METRICS[1:]).parent
        metrics.mkdir(parents=True)
        os.chown(metrics, 65534, 65534)  # a node exporter's own folder
        self.root.run("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", self.root.add(package("dns-notrack_*.deb")))
        self.root.write("/etc/default/dns-notrack", OPTIONS)

    def property(self, name):
        return self.root.run("systemctl", "show", "--property", name, "--value", "dns-notrack.service").strip()

    def journal(self):
        return self.root.run("journalctl", "--unit", "dns-notrack.service", "--output", "cat", "--no-pager")

    def await_said(self, words):
        await_that(words, lambda: words in self.journal())

    def start_service(self):
        self.root.command("systemctl", "start", "dns-notrack.service")
        return self.property("Result"), self.property("ExecMainStatus")

    def metric(self, pattern):
        return re.findall(rf"(?m)^dns_notrack_{pattern} (\S+)$", self.root.read(METRICS))

    def test_the_timer_waits_applies_mends_and_withdraws(self):
        """The first run comes with the timer as it ships; for the others it is told to hurry."""
        self.assertEqual(self.root.run("systemctl", "is-active", "dns-notrack.timer"), "active\n")
        self.assertEqual(self.root.run("systemctl", "is-enabled", "dns-notrack.timer"), "enabled\n")
        self.assertEqual(self.root.run("systemctl", "is-active", "dns-notrack-watch.service"), "active\n")  # comes with the timer
        self.root.write(PROFILE, profile(Legacy, waived=()))
        self.await_said("waiting: not-ipvs: ")
        self.assertNotIn("failed", self.root.command("systemctl", "is-failed", "dns-notrack.service").stdout)
        self.assertEqual(Legacy.rules(), [])
        self.root.write("/run/systemd/system/dns-notrack.timer.d/often.conf", OFTEN)
        self.root.run("systemctl", "daemon-reload")
        self.root.run("systemctl", "restart", "dns-notrack.timer")
        for backend in (Legacy, Nftables):
            self.root.write(PROFILE, profile(backend))
            await_that("the timer applies", lambda backend=backend: SERVICE in "\n".join(backend.rules()))
        self.assertEqual(Legacy.rules(), [])
        run("nft", "flush", "ruleset")
        await_that("the timer mends", lambda: SERVICE in "\n".join(Nftables.rules()))
        await_that("the metrics say so", lambda: self.metric("in_sync") == ["1"])
        self.root.write(PROFILE, profile(Nftables, waived=()))
        self.await_said("withdrew our rules: not-ipvs: ")
        self.assertEqual(Nftables.rules(), [])

    def test_stopping_leaves_the_rules_and_purging_takes_them(self):
        self.root.write(PROFILE, profile(Legacy))
        await_that("the timer applies", lambda: SERVICE in "\n".join(Legacy.rules()))
        await_that("the run has ended", lambda: self.property("ActiveState") == "inactive")
        rules = Legacy.rules()
        self.root.run("systemctl", "stop", "dns-notrack.timer", "dns-notrack.service")
        self.assertEqual(self.root.command("systemctl", "is-active", "dns-notrack-watch.service").stdout, "inactive\n")  # and goes with it
        self.assertEqual(Legacy.rules(), rules)
        self.root.run("systemctl", "start", "dns-notrack.timer")
        self.root.run("apt-get", "remove", "--yes", "dns-notrack")
        self.assertEqual(Legacy.rules(), rules)
        self.assertEqual(self.root.command("systemctl", "is-active", "dns-notrack.timer").stdout, "inactive\n")
        self.root.run("apt-get", "purge", "--yes", "dns-notrack")
        self.assertEqual(Legacy.rules(), [])
        self.assertFalse((self.root.path / "etc/systemd/system/timers.target.wants/dns-notrack.timer").is_symlink())

    def start_dns(self):
        """A server at the service's address, and a pod in a namespace with a name, as a CNI plugin makes it."""
        self.root.run("sh", "-ec", "mkdir -p /run/netns; touch /run/netns/pod; unshare --net=/run/netns/pod true")
        namespace = f"--net=/proc/{self.root.pid}/root/run/netns/pod"
        run("nsenter", namespace, "sh", "-ec", f"ip link add eth0 type veth peer name pod netns {os.getpid()}; ip link set lo up; ip link set eth0 up;"
            f"ip address add {POD}/24 dev eth0; ip route add default via 10.244.1.1")
        run("ip", "address", "add", "10.244.1.1/24", "dev", "pod")
        run("ip", "link", "set", "pod", "up")
        server = subprocess.Popen(["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--user=root", "--pid-file=",
                                   "--listen-address=" + SERVICE, "--bind-interfaces", "--address=/test/192.0.2.53"], stderr=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        ask = ["nsenter", namespace, "dig", "+tries=1", "+time=1", "@" + SERVICE, "ready.test"]
        await_that("DNS answers in the pod", lambda: subprocess.run(ask, stdout=subprocess.DEVNULL, check=False).returncode == 0)

    def test_within_its_limits_the_service_does_all_its_work(self):
        self.root.run("systemctl", "stop", "dns-notrack.timer")
        self.root.write("/run/systemd/system/dns-notrack.service.d/look.conf", LOOK)
        self.root.run("systemctl", "daemon-reload")
        self.start_dns()
        for backend in (Legacy, Nftables):
            self.root.write(PROFILE, profile(backend, probe={"name": "answer.test", "from": ["node", "pods"], "timeout": "1s"}))
            self.assertEqual(self.start_service(), ("success", "0"), self.journal())
            self.assertIn(SERVICE, "\n".join(backend.rules()))
            self.assertEqual(self.metric(r'probe_answers{from="(?:node|pod)",.*}'), self.metric(r'probe_queries{from="(?:node|pod)",.*}'))
            self.assertEqual(len(self.metric(r'probe_answers{from="(?:node|pod)",.*}')), 2)
        self.assertIn(f"CapBnd:\t{CAPABILITIES:016x}\nNoNewPrivs:\t1\nSeccomp:\t2\n", self.journal())

    def test_a_rollback_fails_the_service_once(self):
        self.root.run("systemctl", "stop", "dns-notrack.timer")
        self.start_dns()
        # A filter of which no finding can know: it takes the packets that go untracked, but for the ports that a trial asks from.
        run("iptables-legacy", "-A", "INPUT", "-p", "udp", "--sport", "32768:60999", "--dport", "53", "-m", "conntrack", "--ctstate", "UNTRACKED", "-j", "DROP")
        everything = ("not-ipvs", "stateful-forward", "host-queries", "no-backends", "service-dnat", "host-port", "per-node-cidr", "bridge-netfilter")
        self.root.write(PROFILE, profile(Legacy, waived=everything, probe={"name": "answer.test", "from": ["node", "pods"], "timeout": "1s"}))
        self.assertEqual(self.start_service(), ("exit-code", "4"), self.journal())
        self.assertNotIn(SERVICE, "\n".join(Legacy.rules()))
        self.assertEqual(self.start_service(), ("success", "0"), self.journal())
        self.assertIn("waiting: this profile was rolled back a short time ago", self.journal())


if __name__ == "__main__":
    require("ip", "nft", "iptables-legacy", "iptables-legacy-save", "nsenter", "dnsmasq", "dig")
    require_base()
    unittest.main(verbosity=2)
