"""Beside Docker, the real one: what the findings say, what the trial says, what the kernel does. Its iptables is that of the backend under test.

NOTRACK_PACKAGES is the folder that Debian's packages are unpacked in."""

import os
import pathlib
import subprocess
import sys
import time
import unittest

from node import BACKEND, SERVICE, SOURCE, quiet
from test_cni import QUERIES, Neighbour, ask

ROOT = pathlib.Path(os.environ.get("NOTRACK_PACKAGES", "/nowhere"))
PODS, GATEWAY = "10.244.0.0/16", "10.244.0.1"
CONTROL_GROUP = f"dns-notrack-test-{os.getpid()}"
EVERYBODY = [["-s", PODS, "-j", "ACCEPT"], ["-d", PODS, "-j", "ACCEPT"]]


class Docker(Neighbour):
    """The daemon runs; what it and its containers write down stays in this test's folder and in file systems of its own."""

    def setUp(self):
        if not (ROOT / "usr/sbin/dockerd").exists():
            self.skipTest("Debian's packages of Docker are not unpacked (tests/kernel/with_packages)")
        if pathlib.Path("/proc/self/uid_map").read_text(encoding="ascii").split()[2] != "4294967295":
            self.skipTest("a container needs root of the machine")
        quiet("mount", "--make-rprivate", "/")
        self.mount("/run", "-t", "tmpfs", "tmpfs")
        super().setUp()
        layer = self.folder / "etc"
        (layer / "upper").mkdir(parents=True)
        (layer / "work").mkdir()
        self.mount("/etc", "-t", "overlay", "overlay", "-o", f"lowerdir=/etc,upperdir={layer}/upper,workdir={layer}/work")
        programs = self.folder / "bin"
        programs.mkdir()
        flavour = "nft" if BACKEND == "nftables" else "legacy"
        for name in ("iptables", "ip6tables"):
            (programs / name).symlink_to(f"/usr/sbin/{name}-{flavour}")
        self.environment = {**os.environ, "DOCKER_HOST": f"unix://{self.folder}/socket",
                            "PATH": f"{programs}:{ROOT}/usr/sbin:{ROOT}/usr/bin:{os.environ['PATH']}"}
        quiet("ip", "link", "add", "uplink", "type", "veth", "peer", "name", "elsewhere")
        quiet("ip", "link", "set", "uplink", "up")
        quiet("ip", "route", "add", PODS, "dev", "uplink")  # pods of other nodes
        self.write_setting("/proc/sys/net/ipv4/ip_forward", "0")  # it closes FORWARD where it is the one who opens the node
        self.start()

    def mount(self, target, *words):
        quiet("mount", *words, target)
        self.addCleanup(quiet, "umount", "--lazy", target)

    proxy = True  # of its own, for published ports

    def start(self):
        """Returns when the daemon answers."""
        with open(self.folder / "log", "a", encoding="utf-8") as log:
            self.daemon = subprocess.Popen(
                ["dockerd", "--host", self.environment["DOCKER_HOST"], "--data-root", self.folder / "data", "--exec-root", self.folder / "exec", "--pidfile",
                 self.folder / "pid", f"--userland-proxy={str(self.proxy).lower()}", "--storage-driver", "vfs", "--cgroup-parent", "/" + CONTROL_GROUP,
                 "--exec-opt", "native.cgroupdriver=cgroupfs"],
                env=self.environment, stdout=log, stderr=log)
        self.addCleanup(self.stop, self.daemon)
        end = time.monotonic() + 60
        while subprocess.run(["docker", "version"], env=self.environment, capture_output=True, check=False).returncode != 0:
            if self.daemon.poll() is not None or time.monotonic() > end:
                said = (self.folder / "log").read_text(encoding="utf-8")
                self.fail("dockerd does not start: " + said[-2000:])
            time.sleep(0.2)

    def stop(self, daemon):
        daemon.terminate()
        daemon.wait()

    def iptables_of_docker(self, *words):
        quiet("iptables", *words, env=self.environment)

    def let_through(self, *rules):
        """What the administrator of a node whose FORWARD Docker closes writes for pods."""
        for rule in rules:
            self.iptables_of_docker("-I", "DOCKER-USER", *rule)

    def publish_dns(self):
        """A container that answers DNS, at port 53 of the node."""
        packed = subprocess.run(["tar", "--create", "--directory", self.folder, "bin"], check=True, stdout=subprocess.PIPE).stdout
        subprocess.run(["docker", "import", "-", "server"], env=self.environment, input=packed, check=True, capture_output=True)
        self.addCleanup(self.forget_control_groups)
        shown = [word for place in ("/usr", "/lib", "/lib64", SOURCE / "tests", self.switch) for word in ("--volume", f"{place}:{place}:ro")]
        quiet("docker", "run", "--detach", "--name", "server", "--publish", "53:53/udp", *shown, "server", sys.executable, "-B",
              str(SOURCE / "tests/kernel/dns_server.py"), "0.0.0.0", str(self.switch), env=self.environment)
        self.addCleanup(quiet, "docker", "rm", "--force", "server", env=self.environment)
        end = time.monotonic() + 30
        while ask(GATEWAY) < QUERIES:
            self.assertLess(time.monotonic(), end, "the container does not answer")

    def forget_control_groups(self):
        for group in pathlib.Path("/sys/fs/cgroup").glob(f"*/{CONTROL_GROUP}"):
            group.rmdir()

    def check_published_port(self):
        """Docker translates queries to an address of the pods' networks that is the node's own, which none is that goes untracked: its proxy takes those."""
        self.let_through(*EVERYBODY)
        quiet("ip", "address", "add", f"{GATEWAY}/32", "dev", "lo")
        self.publish_dns()
        self.assertEqual((self.said(), self.done_to(GATEWAY), ask(SERVICE)), ((0, [], "passed"), (QUERIES, QUERIES if self.proxy else 0), QUERIES))
        self.assertIn("DNAT", next(one["evidence"][0] for one in self.status()["findings"] if one["id"] == "host-port"))


class Neighbours(Docker):
    def test_pods_are_let_through(self):
        self.let_through(*EVERYBODY)
        self.assertEqual((self.said(), self.done_to()), ((0, [], "passed"), (QUERIES, QUERIES)))
        self.stop(self.daemon)
        self.start()
        self.assertEqual((self.status()["state"], ask(SERVICE)), ("in-sync", QUERIES))

    def test_answers_are_let_through_by_state(self):
        self.let_through(["-p", "udp", "--dport", "53", "-j", "ACCEPT"], ["-m", "conntrack", "--ctstate", "RELATED,ESTABLISHED", "-j", "ACCEPT"])
        self.assertEqual((self.said(), self.done_to()), ((3, ["stateful-forward", "trial"], "lost"), (QUERIES, 0)))

    def test_a_closed_node_loses_nothing_to_the_rules(self):
        """Docker's own policy takes pods' queries, whether they are tracked or not: that is no finding, and no verdict on the rules."""
        self.assertEqual((self.said(), self.done_to()), ((3, ["dns-silent"], "silent"), (0, 0)))

    def test_a_published_port_of_dns(self):
        self.check_published_port()


class WithoutProxy(Docker):
    proxy = False

    def test_a_published_port_of_dns(self):
        self.check_published_port()


if __name__ == "__main__":
    unittest.main()
