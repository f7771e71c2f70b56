"""The rules that iptables' own people test every extension with, through the findings' reader: what it says of a packet is what the kernel does to it,
or it says that it cannot tell.

NOTRACK_SOURCE_FILES is the folder of iptables' extensions/*.t. Of each line that this kernel takes, the rule stands alone in its table (one without a
target drops), a query is sent over the loopback interface, and the answer of the walk is held against what arrived."""

import collections
import os
import pathlib
import re
import shlex
import socket
import subprocess
import unittest

from node import NodeTest, quiet

FOLDER = pathlib.Path(os.environ.get("NOTRACK_SOURCE_FILES", "/nowhere"))
FAMILIES = {"IPv4": ("iptables-legacy", "127.0.0.2", "127.0.0.3"), "IPv6": ("ip6tables-legacy", "::1", "::1")}
# Where the packet of a query over lo comes by, in that order; the walk follows the way that the hook lies on.
WAYS = {"OUTPUT": "output", "POSTROUTING": "output", "PREROUTING": "input", "INPUT": "input"}
# They ask for packets on purpose to be answered, duplicated or written to the kernel's log, which all namespaces share.
LEFT_ALONE = ("-j TEE", "-j AUDIT", "-j TRACE", "-j LED", "-j SECMARK", "-j CONNSECMARK")
PORT = 53


def lines_of(path):
    """Each rule with the table and the hooks that it may stand in, as iptables-test.py reads them: RULE;EXPECTED;OK|FAIL."""
    table, hooks = "filter", []
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.strip()
        if line.startswith("*"):
            table = line[1:].split(";")[0]
        elif line.startswith(":"):
            hooks = line[1:].split(",")
        elif line and line[0] not in "#%@":
            rule, *rest = line.split(";")
            if len(rest) > 1 and rest[1] == "OK":
                yield table, hooks, rule


class Extensions(NodeTest):
    def setUp(self):
        super().setUp()
        quiet("ip", "link", "set", "lo", "up")
        for program, _, _ in FAMILIES.values():  # connections are tracked where a rule asks for them
            quiet(program, "-t", "security", "-A", "INPUT", "-m", "conntrack", "--ctstate", "NEW")

    def arrives(self, source, destination):
        """Whether a query of a socket that nobody has seen yet arrives."""
        family = socket.AF_INET6 if ":" in source else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as server, socket.socket(family, socket.SOCK_DGRAM) as client:
            server.bind((destination, PORT))
            server.settimeout(0.05)
            client.bind((source, 0))
            port = client.getsockname()[1]
            try:
                client.sendto(b"query", (destination, PORT))
                server.recv(100)
                return port, True
            except OSError:  # refused by a rule, or nothing came
                return port, False

    def walk(self, save, way, source, destination, port):
        interfaces = "- lo" if way == "output" else "lo -"
        packet = f"{way} new {source} {destination} {port} {PORT} {interfaces} 1 1\n"
        return quiet(os.environ["NOTRACK_PRINT_WALK"], input=save + "PACKETS\n" + packet).strip()

    def judge(self, family, table, hook, rule):
        """What the reader says, and what came of it; nothing where the kernel does not take the rule."""
        program, source, destination = FAMILIES[family]
        words = shlex.split(rule)
        if "-j" not in words and "-g" not in words:
            words += ["-j", "DROP"]
        done = subprocess.run([program, "-t", table, "-A", hook, *words], capture_output=True, text=True)
        if done.returncode != 0:
            return None
        save = quiet(f"{program}-save", "-t", table)
        port, arrived = self.arrives(source, destination)
        quiet(program, "-t", table, "-F", hook)
        length = "/128" if family == "IPv6" else "/32"
        return self.walk(save, WAYS[hook], source + length, destination + length, port), arrived, save

    def test_every_rule_of_every_extension(self):
        if not FOLDER.is_dir():
            self.skipTest("no NOTRACK_SOURCE_FILES")
        counts, wrong, files = collections.Counter(), [], 0
        unknown = collections.Counter()
        for path in sorted(FOLDER.glob("*.t")):
            kind = re.match(r"lib(xt|ipt|ip6t)_(\w+)\.t", path.name)
            if not kind:
                counts["of ebtables, arptables and chains"] += 1
                continue
            files += 1
            for table, hooks, rule in lines_of(path):
                hook = next((one for one in WAYS if one in hooks), None)
                if hook is None or any(word in rule for word in LEFT_ALONE):
                    counts["rules left alone"] += 1
                    continue
                for family in {"xt": ("IPv4", "IPv6"), "ipt": ("IPv4",), "ip6t": ("IPv6",)}[kind[1]]:
                    judged = self.judge(family, table, hook, rule)
                    if judged is None:
                        counts["rules that this kernel does not take"] += 1
                        continue
                    said, arrived, save = judged
                    counts["translated" if table == "nat" else said] += 1
                    if table == "nat":
                        continue  # the packet goes on, to somebody else
                    if said == "unknown":
                        unknown[kind[2]] += 1
                    elif (said == "yes") != arrived:
                        wrong.append(f"{path.name}, {family}: {rule}: said {said}, {'arrived' if arrived else 'did not arrive'}")
        print(f"\n{files} files of iptables' extensions: " + ", ".join(f"{count} {what}" for what, count in counts.most_common()))
        print("told as unknown: " + ", ".join(f"{name} {count}" for name, count in sorted(unknown.items())), flush=True)
        self.assertEqual(wrong, [])
        self.assertGreater(files, 90)
        self.assertGreater(counts["yes"] + counts["no"], 300)


if __name__ == "__main__":
    unittest.main(verbosity=2)
