"""The rules that iptables' own people test every extension with, made by iptables-nft, a rule set an extension: our runs leave them byte for byte, and our
model says nothing wrong about them.

NOTRACK_SOURCE_FILES is the folder of iptables' extensions/*.t."""

import os
import pathlib
import shlex
import subprocess
import unittest

import test_golden_rules
from nftables_node import nft
from test_extensions import LEFT_ALONE, lines_of

FOLDER = pathlib.Path(os.environ.get("NOTRACK_SOURCE_FILES", "/nowhere"))
PROGRAMS = {"libxt_": ("iptables-nft", "ip6tables-nft"), "libipt_": ("iptables-nft",), "libip6t_": ("ip6tables-nft",)}
LISTED_BY_NOBODY = "libxt_hashlimit.t"  # nft 1.0.6 ends with SIGSEGV when it lists them
LEAST = 50


class ExtensionsOfNft(test_golden_rules.GoldenRules):
    def load_extension(self, path):
        """How many of its rules this iptables-nft and this kernel take."""
        nft("flush", "ruleset")
        programs = next((programs for start, programs in PROGRAMS.items() if path.name.startswith(start)), ())
        taken = 0
        for table, hooks, rule in lines_of(path):
            if not hooks or any(part in rule for part in LEFT_ALONE):
                continue
            for program in programs:
                words = [program, "-t", table, "-A", hooks[0], *shlex.split(rule)]
                taken += subprocess.run(words, capture_output=True, check=False).returncode == 0
        return taken

    def test_every_rule_set(self):
        loaded = rules = 0
        for path in sorted(FOLDER.glob("*.t")):
            taken = 0 if path.name == LISTED_BY_NOBODY else self.load_extension(path)
            if taken == 0:
                continue
            loaded, rules = loaded + 1, rules + taken
            with self.subTest(path.name):
                self.check_runs()
                self.check_model()
        print(f"{rules} rules of {loaded} extensions; {self.told()}")
        self.assertGreaterEqual(loaded, LEAST)


if __name__ == "__main__":
    unittest.main()
