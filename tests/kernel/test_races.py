"""Many writers of the legacy raw table at once."""

import random
import subprocess
import unittest

from node import RUNNER, NodeTest

WRITERS = 200


class Concurrency(NodeTest):
    def test_nobody_loses_a_rule(self):
        """200 processes at once: a third applies, a sixth removes, half are iptables that each add a rule of their own."""
        commands = []
        for number in range(WRITERS):
            if number % 2 == 0:
                commands.append(["iptables-legacy", "-w", "-t", "raw", "-A", "PREROUTING", "-s", f"198.18.{number // 250}.{number % 250}", "-j", "ACCEPT"])
            else:
                verb = "remove" if number % 6 == 1 else "apply"
                commands.append([RUNNER, verb, "--profile", str(self.profile), "--wait", "120"])
        random.Random(7).shuffle(commands)
        running = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for command in commands]
        for process in running:
            _, problem = process.communicate(timeout=300)
            self.assertEqual(process.returncode, 0, " ".join(process.args) + ": " + problem)
        theirs = [line for line in self.listing() if "198.18." in line]
        self.assertEqual(len(theirs), WRITERS // 2)
        self.assertEqual(len(set(theirs)), WRITERS // 2)
        self.apply()
        self.assertEqual(self.status()["state"], "in-sync")


if __name__ == "__main__":
    unittest.main()
