"""A network namespace as a node: profiles, the runner, iptables and DNS-like traffic for the kernel tests."""

import ctypes
import json
import os
import pathlib
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
RUNNER = os.environ.get("NOTRACK_RUNNER", str(SOURCE / "build/dev/headless/dns-notrack"))
CLONE_NEWNET = 0x40000000
SERVICE = "10.96.0.10"
BACKEND = os.environ.get("NOTRACK_BACKEND", "iptables")
CHAINS = ["NMANAGER_PREROUTING", "NMANAGER_NOT_DNS_PREROUTING", "NMANAGER_OUTPUT", "NMANAGER_NOT_DNS_OUTPUT"]


def profile(services=(SERVICE,), pods=("10.244.1.0/24",), scope="any", **more):
    """A profile as YAML text; JSON is YAML. Probes are off: these namespaces have no DNS service."""
    content = {"version": 1, "name": "test", "services": list(services), "podCIDRs": list(pods), "scope": scope,
               "backend": BACKEND, "safety": {"waive": ["not-ipvs"], "probe": False}}
    content.update(more)
    return json.dumps(content)


def quiet(*command, check=True, **more):
    """Runs a command and returns what it printed."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: exit {done.returncode}: {done.stdout}")
    return done.stdout


def without_file(path):
    """A wrapper for run_runner() under which there is nothing in the file."""
    return ("unshare", "--mount", "sh", "-c", 'mount --bind /dev/null "$0" && exec "$@"', os.path.realpath(path))


def without_library(name):
    """A wrapper for run_runner() under which the library cannot be loaded."""
    return without_file(quiet("sh", "-c", f"ldconfig -p | sed -n 's/.*{name} .*=> //p'").strip())


class NodeTest(unittest.TestCase):
    """Every test gets a fresh network namespace, so a table of its own, and a folder of its own."""

    maxDiff = None

    def setUp(self):
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(CLONE_NEWNET) != 0:
            self.skipTest("no network namespaces: " + os.strerror(ctypes.get_errno()))
        quiet("ip", "link", "set", "lo", "up")
        quiet("ip", "address", "add", SERVICE + "/32", "dev", "lo")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="dns-notrack-test-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.lock = self.folder / "lock"
        os.environ["XTABLES_LOCKFILE"] = os.environ["DNS_NOTRACK_LOCKFILE"] = str(self.lock)
        self.memory = pathlib.Path(tempfile.mkdtemp(prefix="dns-notrack-memory-"))
        self.addCleanup(shutil.rmtree, self.memory)
        os.environ["RUNTIME_DIRECTORY"] = str(self.memory / "run")
        os.environ["STATE_DIRECTORY"] = str(self.memory / "state")
        self.write_profile(profile())

    def write_profile(self, text):
        self.profile = self.folder / "profile.yaml"
        self.profile.write_text(text)

    def run_runner(self, *arguments, wrapper=(), **more):
        """Runs the runner with this test's profile; the result has returncode, stdout and stderr."""
        command = [*wrapper, RUNNER, arguments[0]]
        if arguments[0] in ("apply", "remove", "status"):
            command += ["--profile", str(self.profile)]
        if "strace" in wrapper:  # the leak detector of a sanitizer build does not work under ptrace
            more.setdefault("env", {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
        return subprocess.run([*command, *arguments[1:]], capture_output=True, text=True, **more)

    def report(self, *arguments, code=0):
        """Runs the runner with JSON output, checks its exit code and returns the report."""
        done = self.run_runner(*arguments, "--output", "json")
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def apply(self, *arguments, code=0):
        return self.report("apply", *arguments, code=code)

    def remove(self, *arguments, code=0):
        return self.report("remove", *arguments, code=code)

    def status(self, code=0):
        return self.report("status", code=code)

    def iptables(self, *arguments, check=True):
        return quiet("iptables-legacy", "-w", "-t", "raw", *arguments, check=check)

    def listing(self, family="ip", counters=False):
        """What the backend under test holds of one family, line by line in its own syntax: the legacy raw table, or all of nftables."""
        if BACKEND == "nftables":
            return quiet("nft", *([] if counters else ["-s"]), "list", "ruleset", family).splitlines()
        text = quiet(f"{family}tables-legacy-save", "-t", "raw", *(["-c"] if counters else []))
        return [line for line in text.splitlines() if not line.startswith("#")]

    def flush(self):
        """Empties every chain that the backend under test has of ours, as a firewall's reload does."""
        if BACKEND == "nftables":
            quiet("nft", "flush", "table", "ip", "nmanager")
        else:
            self.iptables("-F")

    def serve_dns(self, switch, address=SERVICE, pod=None):
        """Starts dns_server.py, in a pod's namespace where one is named, and waits until it listens; it ends with the test."""
        inside = ["ip", "netns", "exec", pod] if pod else []
        server = subprocess.Popen([*inside, sys.executable, str(SOURCE / "tests/kernel/dns_server.py"), address, str(switch)], stdout=subprocess.PIPE)
        self.addCleanup(server.wait)
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.kill)
        self.assertTrue(select.select([server.stdout], [], [], 20)[0])
        server.stdout.readline()
        return server

    def send_queries(self, count=1, port=53):
        """Packets to the service's port: each passes OUTPUT and, over loopback, PREROUTING."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for _ in range(count):
                try:
                    sender.sendto(b"query", (SERVICE, port))
                except ConnectionRefusedError:
                    pass


def differences(report):
    """Every item of a report that is not ok, as short text."""
    found = []
    for family in report.get("families", []):
        for jump in family["jumps"]:
            if jump["state"] != "ok":
                found.append(f"{jump['from']} -> {jump['to']}: {jump['state']}")
        for chain in family["chains"]:
            if chain["state"] != "ok":
                found.append(f"{chain['name']}: {chain['state']}" + (f" as {chain['found_as']}" if "found_as" in chain else ""))
            for rule in chain["rules"]:
                if rule["state"] != "ok":
                    found.append(f"{chain['name']}: {rule['text']}: {rule['state']}")
    return found
