"""The viewer's packages, where they are built (NOTRACK_VIEWER_PACKAGES): what is in them, and the .deb in a clean
root with what it depends on, which apt fetches."""

import ctypes
import os
import re
import subprocess
import sys
import unittest

from clean_root import CleanRoot, require_base
from fleet import SOURCE, require, run, skip
from test_packages import OUTPUT, VERSION, package

CLONE_NEWNS = 0x20000
PROGRAM = "/usr/bin/dns-notrack-viewer"
DESKTOP = "/usr/share/applications/dns-notrack-viewer.desktop"
METAINFO = "/usr/share/metainfo/dns-notrack-viewer.metainfo.xml"
ICON = "/usr/share/icons/hicolor/scalable/apps/dns-notrack-viewer.svg"
MANUAL = "/usr/share/man/man1/dns-notrack-viewer.1"
COMPLETION = ["/usr/share/bash-completion/completions/dns-notrack-viewer", "/usr/share/fish/vendor_completions.d/dns-notrack-viewer.fish"]
ZSH_COMPLETION = "/usr/share/zsh/{}/_dns-notrack-viewer"
DEB, RPM = "dns-notrack-viewer_*.deb", "dns-notrack-viewer-*.rpm"


class Contents(unittest.TestCase):
    maxDiff = None

    def test_deb(self):
        listed = [line.split(maxsplit=5) for line in run("dpkg-deb", "--contents", package(DEB)).splitlines()]
        documents = {f"./usr/share/doc/dns-notrack-viewer/{name}" for name in ("changelog.gz", "copyright")}
        self.assertEqual({(mode, owner, name) for mode, owner, *_, name in listed if mode.startswith("-")},
                         {("-rwxr-xr-x", "root/root", "." + PROGRAM)} |
                         {("-rw-r--r--", "root/root", name) for name in documents | {"." + file for file in [*COMPLETION, ZSH_COMPLETION.format("vendor-completions")]} | {"." + DESKTOP, "." + METAINFO, "." + ICON, "." + MANUAL + ".gz"}})

    def test_rpm(self):
        listed = [line.split() for line in run("rpm", "-qplv", package(RPM)).splitlines()]
        files = {(words[0], words[-1].removesuffix(".gz")) for words in listed if words[0].startswith("-")}
        self.assertEqual(files, {("-rwxr-xr-x", PROGRAM)} | {("-rw-r--r--", name) for name in
                                 (DESKTOP, METAINFO, ICON, MANUAL, *COMPLETION, ZSH_COMPLETION.format("site-functions"), f"/usr/share/licenses/dns-notrack-viewer-{VERSION}/LICENSE")})
        self.assertIn("qt6-qtsvg", run("rpm", "-qpR", package(RPM)).splitlines())
        self.assertEqual(run("rpm", "-qp", "--scripts", package(RPM)), "")


class Installed(unittest.TestCase):
    """As on a desktop without recommended packages: all that it needs is what it depends on."""

    @classmethod
    def setUpClass(cls):
        cls.root = CleanRoot()
        cls.addClassCleanup(cls.root.close)
        cls.root.run("apt-get", "update", "--quiet")
        cls.root.run("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", cls.root.add(package(DEB)))

    def test_it_starts(self):
        self.assertEqual(self.start("--version"), f"dns-notrack-viewer {VERSION}\n")
        self.assertIn("--inventory <path>", self.start("--help"))
        self.assertIn("--interval takes a number", self.start("--interval", "0", code=64))

    def start(self, *words, code=0):
        return self.root.run("env", "QT_QPA_PLATFORM=offscreen", "XDG_RUNTIME_DIR=/root", PROGRAM, *words, code=code)

    def test_qt_can_draw_its_icons(self):
        """Qt opens what draws SVG at run time, and without it leaves icons blank and says nothing."""
        for plugin in ("iconengines/libqsvgicon.so", "imageformats/libqsvg.so"):
            self.assertEqual(len(list(self.root.path.glob("usr/lib/*/qt6/plugins/" + plugin))), 1, plugin)

    def test_desktop_files(self):
        run(SOURCE / "tests/gui/desktop_files.sh", *[str(self.root.path) + file for file in (DESKTOP, METAINFO, ICON)], VERSION)

    def test_manual(self):
        done = subprocess.run(["man", "--warnings", "--local-file", str(self.root.path) + MANUAL + ".gz"], env=dict(os.environ, LC_ALL="C.UTF-8", MANWIDTH="100"),
                              capture_output=True, text=True, check=True)
        self.assertEqual(done.stderr, "")
        options = set(re.findall(r"--[a-z-]+", self.start("--help"))) - {"--help-all"}
        self.assertEqual({option for option in options if option not in done.stdout}, set())


if __name__ == "__main__":
    require("dpkg-deb", "rpm", "mmdebstrap", "desktop-file-validate", "appstreamcli", "man")
    require_base()
    missing = [kind for kind in (DEB, RPM) if not list(OUTPUT.glob(kind))]
    if missing:
        skip(f"no {' and no '.join(missing)} in build/packages: -DNOTRACK_VIEWER_PACKAGES=ON")
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
        sys.exit(os.strerror(ctypes.get_errno()))
    run("mount", "--make-rprivate", "/")
    unittest.main(verbosity=2)
