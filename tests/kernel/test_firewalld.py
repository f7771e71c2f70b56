"""The rules of firewalld, as its own program makes them: they come through our runs byte for byte, and our model lists them word for word as nft does.

NOTRACK_PACKAGES is the folder that Debian's packages are unpacked in."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import test_golden_rules
from nftables_node import nft
from node import quiet

ROOT = os.environ.get("NOTRACK_PACKAGES", "/nowhere")
LOADER = pathlib.Path(__file__).with_name("load_firewalld.py")


def load(name, folder="/nowhere"):
    return subprocess.run([sys.executable, "-B", LOADER, ROOT, folder, name], capture_output=True, text=True, check=False)


class Firewalld(test_golden_rules.GoldenRules):
    def test_every_rule_set(self):
        quiet("mount", "-t", "tmpfs", "none", "/run")
        self.addCleanup(quiet, "umount", "--lazy", "/run")
        names = load("--list")
        if "ModuleNotFoundError" in names.stderr:
            self.skipTest(names.stderr.splitlines()[-1])
        self.assertEqual(names.stderr, "")
        for name in names.stdout.splitlines():
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                nft("flush", "ruleset")
                self.assertEqual(load(name, folder).stderr, "")
                self.assertIn("table inet firewalld", nft("list", "tables"))
                self.check_runs()
                self.check_model()
        print(self.told())
        self.assertGreater(self.listed[False], self.listed[True])


if __name__ == "__main__":
    unittest.main()
