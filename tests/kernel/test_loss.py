"""Networks that lose packets at random: sound rules are never taken back, and rules that cut off DNS never stay. NOTRACK_LOSS_RUNS runs of each kind
and loss (20 is the default), whatever the loss in each direction; each run has a namespace, tables and a server of its own worker."""

import concurrent.futures
import os
import pathlib
import subprocess
import sys
import unittest

from node import BACKEND, RUNNER, SERVICE, NodeTest, profile, quiet

RUNS = int(os.environ.get("NOTRACK_LOSS_RUNS", "20"))
WORKERS = 10
PERCENTS = (0, 5, 20, 30)
WAIVED = ["not-ipvs", "no-backends", "host-queries", "stateful-forward", "host-port"]
SOUND, BROKEN = "sound rules", "rules that cut off DNS"
LATE = "rules that cut off DNS but for the trial's ports"
ONE_OF_FOUR = "rules that cut off one server of four"
# The trial finds what is cut off before anything is applied, the probe what spares the trial's ports.
EXPECTED = {SOUND: {0}, BROKEN: {3}, LATE: {4}, ONE_OF_FOUR: {3, 4}}


class Worker(NodeTest):
    """A node whose network loses packets; its own process, as every test's namespace is."""

    def runTest(self):
        raise NotImplementedError

    def lose(self, percent):
        for port in ("--dport", "--sport"):
            if BACKEND == "nftables":
                quiet("nft", f"add rule inet lossy input udp {port[2:]} 53 numgen random mod 100 < {percent} drop")
            else:
                quiet("iptables-legacy", "-A", "INPUT", "-p", "udp", port, "53", "-m", "statistic", "--mode", "random", "--probability", str(percent / 100),
                      "-j", "DROP")

    def cut_off_untracked(self, *ports):
        """Takes exactly the packets that go untracked, whatever the findings say, which are waived."""
        if BACKEND == "nftables":
            quiet("nft", f"add rule inet lossy input udp {'sport 32768-60999 udp ' if ports else ''}dport 53 ct state untracked drop")
        else:
            quiet("iptables-legacy", "-A", "INPUT", "-p", "udp", *ports, "--dport", "53", "-m", "conntrack", "--ctstate", "UNTRACKED", "-j", "DROP")

    def cut_off_one_server_of_four(self):
        """IPVS keeps a client port on its server: here every fourth port has a server that gets nothing untracked."""
        if BACKEND == "nftables":
            quiet("nft", "add rule inet lossy input udp dport 53 @th,14,2 0 ct state untracked drop")
        else:
            quiet("iptables-legacy", "-A", "INPUT", "-p", "udp", "--dport", "53", "-m", "u32", "--u32", "0>>22&0x3C@0>>16&3=0", "-m", "conntrack", "--ctstate",
                  "UNTRACKED", "-j", "DROP")

    def exits(self, kind, percent, runs):
        switch = self.folder / "switch"
        switch.write_text("on")
        with subprocess.Popen([sys.executable, str(pathlib.Path(__file__).with_name("dns_server.py")), SERVICE, str(switch)],
                              stdout=subprocess.PIPE) as server:
            server.stdout.readline()
            if BACKEND == "nftables":
                quiet("nft", "add table inet lossy; add chain inet lossy input { type filter hook input priority 0; }")
            if percent:
                self.lose(percent)
            if kind == ONE_OF_FOUR:
                self.cut_off_one_server_of_four()
            elif kind != SOUND:
                self.cut_off_untracked(*(["--sport", "32768:60999"] if kind == LATE else []))
            self.write_profile(profile(safety={"waive": WAIVED, "probe": {"name": "answer.test", "from": ["node"], "timeout": "800ms"}}))
            codes = []
            for _ in range(runs):
                codes.append(self.run_runner("apply").returncode)
                quiet(RUNNER, "remove", "--profile", str(self.profile))
                (self.memory / "run" / "damping").unlink(missing_ok=True)
            server.kill()
        return codes


def work(kind, percent, runs):
    worker = Worker()
    worker.setUp()
    try:
        return kind, percent, worker.exits(kind, percent, runs)
    finally:
        worker.doCleanups()


class RandomLoss(unittest.TestCase):
    def test_gives_no_false_verdict(self):
        shares = [RUNS // WORKERS + (1 if i < RUNS % WORKERS else 0) for i in range(WORKERS)]
        seen = {}
        with concurrent.futures.ProcessPoolExecutor(WORKERS, max_tasks_per_child=1) as pool:
            tasks = [pool.submit(work, kind, percent, runs) for percent in PERCENTS for kind in EXPECTED for runs in shares if runs]
            for task in tasks:
                kind, percent, codes = task.result()
                seen.setdefault((percent, kind), []).extend(codes)
        false = {}
        for (percent, kind), codes in seen.items():
            wrong = [code for code in codes if code not in EXPECTED[kind]]
            print(f"{BACKEND}, {percent} % lost a direction, {kind}: {len(wrong)} false verdicts of {len(codes)}")
            self.assertEqual(len(codes), RUNS)
            if wrong:
                false[percent, kind] = wrong
        self.assertEqual(false, {})


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C")
    unittest.main(argv=[sys.argv[0], "RandomLoss"], verbosity=2)
