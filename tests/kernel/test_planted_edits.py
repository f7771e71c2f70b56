"""Edits of others, planted at every netlink call of an apply: from the first look over the commit to the last reading."""

import collections
import os
import pathlib
import re
import signal
import subprocess
import time
import unittest

from nftables_node import NATIVE, TABLE, NftablesTest, nft
from node import RUNNER, quiet

CALLS = "sendto,recvfrom,sendmsg"
CHAIN = "NMANAGER_NOT_DNS_OUTPUT"
MISSING = "ip daddr 10.96.0.10 udp dport 53 counter packets 5 bytes 50 notrack"
EDITS = {
    "the rule that is missing, put there": f"insert rule ip nmanager {CHAIN} {MISSING}",
    "our chain flushed": f"flush chain ip nmanager {CHAIN}",
    "a rule of theirs among ours": f"add rule ip nmanager {CHAIN} ip saddr 192.0.2.1 counter drop",
    "a table of theirs": "add table ip theirs",
    "our table deleted": "delete table ip nmanager",
}
STEP = 1 if os.environ.get("NOTRACK_FAULT_STEP") == "1" else 14


class PlantedEdits(NftablesTest):
    def setUp(self):
        super().setUp()
        self.trace = self.folder / "trace"
        nft("-f", "-", input="table ip bystander {\n chain c {\n type filter hook prerouting priority 0;\n counter packets 7 bytes 70 accept\n }\n}\n")
        self.bystander = nft("-a", "list", "table", "ip", "bystander")

    def start(self):
        """One rule is missing, so that there is something to commit."""
        nft("delete table ip theirs", check=False)
        self.apply()
        nft("flush", "chain", *TABLE, CHAIN)
        for rule in NATIVE[1:]:
            nft("add", "rule", *TABLE, CHAIN, rule)

    def command(self, *options):
        return ["strace", "-qq", "-o", str(self.trace), "-e", "trace=" + CALLS, *options, RUNNER, "apply", "--profile", str(self.profile)]

    def environment(self):
        return {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}

    def positions(self, first):
        """Every call that an apply makes, or a part of them; the last ones before the commit are always among them."""
        self.start()
        quiet(*self.command(), env=self.environment())
        calls = re.findall(r"^(\w+)\(", self.trace.read_text(), re.M)
        counts, chosen = collections.Counter(), []
        commit = calls.index("sendmsg")
        for place, call in enumerate(calls):
            counts[call] += 1
            if place % STEP == first % STEP or commit - 4 < place <= commit + 1:
                chosen.append((call, counts[call]))
        return chosen

    def stopped(self, process):
        """The process id of the runner, once it stands still: a SIGCONT before strace says so would be lost."""
        end = time.monotonic() + 30
        while time.monotonic() < end and process.poll() is None:
            if self.trace.exists() and "--- stopped by SIGSTOP ---" in self.trace.read_text():
                return int(pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0])
            time.sleep(0.001)
        process.kill()
        raise AssertionError("the runner did not stop")

    def run_with(self, edit, call, position):
        self.start()
        self.trace.unlink(missing_ok=True)
        with subprocess.Popen(self.command(f"--inject={call}:signal=SIGSTOP:when={position}"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              env=self.environment()) as process:
            runner = self.stopped(process)
            before_commit = "sendmsg(" not in self.trace.read_text()
            nft(edit)
            os.kill(runner, signal.SIGCONT)
            output, problem = process.communicate()
        return before_commit, process.returncode, output + problem

    def check(self, edit, call, position):
        before_commit, code, output = self.run_with(edit, call, position)
        self.assertEqual(code, 0, output)
        after = self.trace.read_text().rsplit("stopped by SIGSTOP", 1)[1]
        self.assertEqual(nft("-a", "list", "table", "ip", "bystander"), self.bystander)
        if before_commit or "sendmsg(" in after:  # seen, and put right in the same run
            self.assertEqual(self.rules(CHAIN), NATIVE, output)
            self.assertEqual(self.status()["state"], "in-sync")
            if "packets 5" in edit and "sendmsg(" not in after:
                self.assertIn("packets 5 ", nft("list", "chain", *TABLE, CHAIN), "nobody rewrote what was put there")
        self.apply()
        self.assertEqual(self.rules(CHAIN), NATIVE, output)
        return "before the commit" if before_commit else "after it"

    def test_planted_edits(self):
        seen = collections.Counter()
        for number, (name, edit) in enumerate(EDITS.items()):
            for call, position in self.positions(number):
                with self.subTest(edit=name, call=call, position=position):
                    seen[self.check(edit, call, position)] += 1
        print(f"edits: {dict(seen)}")
        self.assertGreater(seen["before the commit"], len(EDITS))
        self.assertGreater(seen["after it"], len(EDITS))


if __name__ == "__main__":
    unittest.main()
