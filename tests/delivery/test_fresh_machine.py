"""README's commands on a machine that has nothing but a Debian's base system and the sources. In the machine's own network, for apt.
NOTRACK_SUITE names the release, as for the clean root."""

import ctypes
import os
import subprocess
import sys
import unittest

from clean_root import CleanRoot, make_base
from fleet import SOURCE, require, run, skip
from test_packages import VERSION

CLONE_NEWNS = 0x20000
BASE = ["ca-certificates"]  # mmdebstrap's minbase is all else that a base system is, and apt
SOURCES = "/srv/dns-notrack"


class FreshMachine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = CleanRoot(BASE)
        cls.addClassCleanup(cls.root.close)
        cls.root.write("/etc/apt/apt.conf.d/yes", 'APT::Get::Assume-Yes "true";\n')  # what a person answers
        sources = cls.root.path / SOURCES.lstrip("/")
        sources.mkdir()
        with subprocess.Popen(["git", "-c", "safe.directory=*", "-C", SOURCE, "archive", "HEAD"], stdout=subprocess.PIPE) as archive:
            subprocess.run(["tar", "-x", "-C", sources], stdin=archive.stdout, check=True)
        assert archive.returncode == 0

    def readme(self, command):
        """Runs what README says where the sources are; returns what it printed."""
        self.assertIn(f"    {command} ", (SOURCE / "README.md").read_text(encoding="utf-8"))
        return self.root.run("sh", "-c", f"cd {SOURCES} && {command}")

    def test_demo(self):
        self.assertIn(": unchanged: in sync with the rules of profile network-node-manager", self.readme("tests/demo"))

    def test_package(self):
        self.readme("packaging/install-packages build delivery")
        self.readme("packaging/build-packages --without-viewer")
        self.readme("apt install ./build/packages/dns-notrack_*.deb")
        self.assertEqual(self.root.run("dns-notrack", "--version"), f"dns-notrack {VERSION}\n")


if __name__ == "__main__":
    if os.getuid() != 0:
        skip("needs root, to enter another root")
    require("mmdebstrap", "apt-get", "git", "tar")
    make_base(BASE)
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
        sys.exit(os.strerror(ctypes.get_errno()))
    run("mount", "--make-rprivate", "/")
    unittest.main(verbosity=2)
