"""Beside ufw, the real one: what the findings say, what the trial says, what the kernel does. It writes by the iptables of the backend under test."""

import os
import shutil
import unittest

from node import BACKEND, SERVICE, quiet
from test_cni import QUERIES, Neighbour, ask

SETTINGS = ("/etc/ufw", "/etc/default/ufw", "/lib/ufw")
PODS, SERVICES = "10.244.0.0/16", "10.96.0.0/12"


class Ufw(Neighbour):
    """Enabled with these commands; what it writes down stays in this test's folder."""

    def setUp(self):
        if shutil.which("ufw", path=os.environ["PATH"] + ":/usr/sbin") is None:
            self.skipTest("ufw is not installed (packaging/install-packages tests)")
        quiet("mount", "--make-rprivate", "/")
        self.mount("tmpfs", "/run", "-t", "tmpfs")  # for its lock
        super().setUp()
        for setting in SETTINGS:
            own = self.folder / setting.replace("/", "-")
            quiet("cp", "--archive", setting, str(own))
            self.mount(own, setting)
        if BACKEND == "iptables":  # its iptables is the system's
            self.mount("/usr/sbin/xtables-legacy-multi", os.path.realpath("/usr/sbin/iptables"))

    def mount(self, source, target, *options):
        quiet("mount", *(options or ["--bind"]), str(source), str(target))
        self.addCleanup(quiet, "umount", "--lazy", str(target))

    def enable(self, *commands):
        for command in commands:
            quiet("ufw", *command.split())
        quiet("ufw", "--force", "enable")

    def test_routed_traffic_is_allowed(self):
        self.enable("default allow routed")
        self.assertEqual((self.said(), self.done_to()), ((0, [], "passed"), (QUERIES, QUERIES)))
        quiet("ufw", "reload")
        self.assertEqual((self.status()["state"], ask(SERVICE)), ("in-sync", QUERIES))

    def test_both_ways_are_allowed(self):
        self.enable("default deny routed", f"route allow from {PODS}", f"route allow from {SERVICES}")
        self.assertEqual((self.said(), self.done_to()), ((0, [], "passed"), (QUERIES, QUERIES)))

    def test_answers_are_allowed_by_state(self):
        self.enable("default deny routed", "route allow proto udp to any port 53")
        self.assertEqual((self.said(), self.done_to()), ((3, ["stateful-forward", "trial"], "lost"), (QUERIES, 0)))


if __name__ == "__main__":
    unittest.main()
