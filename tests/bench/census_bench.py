"""What `doctor --census` costs with a full conntrack table, against a bare dump of it, inside a network namespace of its own.

Usage: tests/kernel/in_namespace /usr/bin/python3 tests/bench/census_bench.py RUNNER [ROUNDS]

The bare dump asks the kernel for the same table with the same buffer and decodes nothing. The census is the CPU of `doctor --census` less that of
`doctor`, both medians of ROUNDS (default 5).
"""

import json
import os
import pathlib
import resource
import socket
import statistics
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "kernel"))
import conntrack_entries  # pylint: disable=wrong-import-position
from conntrack_entries import ESTABLISHED, TCP, UDP, message  # pylint: disable=wrong-import-position

RUNNER = os.path.abspath(sys.argv[1])
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
GET, REQUEST_DUMP, DONE, ERROR = 1 << 8 | 1, 0x301, 3, 2
LAST_MESSAGE = 20  # its header and an errno; the kernel puts it behind the last entries where it fits
CPU_GOAL, MEMORY_GOAL = 1.3, 8  # times the bare dump; MiB


def fill():
    """Until the kernel takes no more: half of it TCP, a quarter DNS, a quarter other UDP."""
    most = int(pathlib.Path("/proc/sys/net/netfilter/nf_conntrack_max").read_text(encoding="ascii"))

    def entries():
        for number in range(most + 1000):
            client, port = f"10.244.{number >> 8 & 255}.{number & 255}", 1024 + (number >> 16)
            if number % 2:
                yield message(TCP, client, port, "192.0.2.1", 443, state=ESTABLISHED)
            elif number % 4:
                yield message(UDP, client, port, "10.96.0.10", 53, server="10.244.1.3")
            else:
                yield message(UDP, client, port, "192.0.2.1", 123)
    conntrack_entries.insert(entries())
    return conntrack_entries.entries()


def bare_dump():
    """Seconds of CPU."""
    before = os.times()
    buffer = bytearray(65536)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, conntrack_entries.NETLINK_NETFILTER) as kernel:
        kernel.sendto(struct.pack("=IHHIIBBH", 20, GET, REQUEST_DUMP, 0, 0, 0, 0, 0), (0, 0))
        while True:
            size = kernel.recv_into(buffer)
            if {struct.unpack_from("=H", buffer, 4)[0], struct.unpack_from("=H", buffer, size - LAST_MESSAGE + 4)[0]} & {DONE, ERROR}:
                break
    after = os.times()
    return after.user + after.system - before.user - before.system


def doctor(profile, *options):
    """Seconds of CPU and peak memory in MiB; GNU time starts it, since a child's figure includes its parent's memory before exec."""
    command = ["/usr/bin/time", "-f", "%M", RUNNER, "doctor", *options, "--profile", profile]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, int(done.stderr.split()[-1]) / 1024


def verdict(value, goal):
    return f"{value:.2f} (goal {goal}: {'met' if value <= goal else 'not met'})"


def main():
    entries = fill()
    with tempfile.TemporaryDirectory(prefix="dns-notrack-bench-") as folder:
        os.environ["RUNTIME_DIRECTORY"], os.environ["STATE_DIRECTORY"] = folder + "/run", folder + "/state"
        os.environ["XTABLES_LOCKFILE"] = folder + "/lock"
        profile = folder + "/profile.yaml"
        pathlib.Path(profile).write_text(json.dumps({"version": 1, "services": ["10.96.0.10"], "podCIDRs": ["10.244.0.0/16"],
                                                     "backend": "iptables", "safety": {"probe": False}}), encoding="ascii")
        bare = statistics.median(bare_dump() for _ in range(ROUNDS))
        with_census = [doctor(profile, "--census") for _ in range(ROUNDS)]
        without = statistics.median(doctor(profile)[0] for _ in range(ROUNDS))
    census = statistics.median(cpu for cpu, _ in with_census) - without
    print("| entries | bare dump | census | ratio of CPU | peak memory in MiB |\n|---|---|---|---|---|")
    print(f"| {entries} | {bare:.2f} s | {census:.2f} s | {verdict(census / bare, CPU_GOAL)} | {verdict(max(memory for _, memory in with_census), MEMORY_GOAL)} |")


main()
