"""The packages in a clean root: installed, used, upgraded over an older version, removed and purged, by dpkg and rpm themselves."""

import ctypes
import json
import os
import pathlib
import re
import shutil
import socket
import stat
import subprocess
import tempfile
import unittest

from clean_root import CleanRoot, require_base
from fleet import SERVICE, SOURCE, require, run

OUTPUT = SOURCE / "build/packages"
CLONE_NEWNET = 0x40000000
VERSION = re.search(r"project\(dns-notrack VERSION ([0-9.]+)", (SOURCE / "CMakeLists.txt").read_text(encoding="utf-8")).group(1)
OLDER = "0.0.9"
PROFILE = "/etc/dns-notrack/profile.yaml"
RPM = "dns-notrack-[0-9]*[!c].rpm"  # not .src.rpm


def package(pattern):
    """The one file that build-packages made of this kind."""
    found = sorted(OUTPUT.glob(pattern))
    if len(found) != 1:
        raise AssertionError(f"{OUTPUT}/{pattern}: {[file.name for file in found]}")
    return found[0]


def profile(backend, **more):
    """A profile for a namespace that has neither IPVS nor a DNS service. JSON is YAML."""
    return json.dumps({"version": 1, "name": "packages", "services": [SERVICE], "podCIDRs": ["10.244.0.0/16"], "backend": backend,
                       "safety": {"waive": ["not-ipvs"], "probe": False}, **more})


def repacked(folder, version, change=lambda tree: None):
    """The package as another version of it, with `change` made to its files."""
    tree = folder / version
    folder.mkdir(exist_ok=True)
    run("dpkg-deb", "--raw-extract", package("dns-notrack_*.deb"), tree)
    control = tree / "DEBIAN/control"
    control.write_text(re.sub("^Version: .*", f"Version: {version}", control.read_text(encoding="utf-8"), flags=re.MULTILINE), encoding="utf-8")
    change(tree)
    file = folder / f"dns-notrack_{version}.deb"
    run("dpkg-deb", "--root-owner-group", "--build", tree, file)
    return file


def with_older_settings(tree):
    (tree / "etc/default/dns-notrack").write_text("# Options of an older version.\n", encoding="utf-8")


def with_failing_preinst(tree):
    (tree / "DEBIAN/preinst").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    (tree / "DEBIAN/preinst").chmod(0o755)


class Legacy:
    """What the kernel holds of ours, counters included: equal before and after means untouched."""

    name = "iptables"

    @staticmethod
    def rules():
        return [line for line in run("iptables-legacy-save", "-c", "-t", "raw").splitlines() if "NMANAGER" in line]


class Nftables:
    """With handles, which a rule that is written anew does not keep."""

    name = "nftables"

    @staticmethod
    def rules():
        return [line for line in run("nft", "-a", "list", "ruleset").splitlines() if line.strip()]


class InCleanRoot(unittest.TestCase):
    """A fresh root and a fresh network namespace for each test."""

    maxDiff = None

    def setUp(self):
        libc = ctypes.CDLL(None, use_errno=True)
        self.assertEqual(libc.unshare(CLONE_NEWNET), 0, os.strerror(ctypes.get_errno()))
        run("ip", "link", "set", "lo", "up")
        run("ip", "address", "add", SERVICE + "/32", "dev", "lo")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="dns-notrack-packages-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.root = CleanRoot()
        self.addCleanup(self.root.close)

    def install(self, file=None):
        return self.root.run("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", self.root.add(file or package("dns-notrack_*.deb")))

    def apply(self, backend):
        """Writes a profile and applies it; returns the kernel's rules after some traffic."""
        self.root.write(PROFILE, profile(backend.name, scope="any"))
        self.root.run("dns-notrack", "apply", "--quiet")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"query", (SERVICE, 53))
        rules = backend.rules()
        self.assertIn("10.96.0.10", "\n".join(rules))
        return rules

    def status_of_package(self):
        done = self.root.command("dpkg-query", "--show", "--showformat=${db:Status-Status}", "dns-notrack")
        return done.stdout if done.returncode == 0 else "unknown"


class Installation(InCleanRoot):
    def test_what_is_there_afterwards(self):
        self.install()
        self.assertEqual(self.root.run("dns-notrack", "version").strip(), f"dns-notrack {VERSION}")
        sudoers = self.root.path / "etc/sudoers.d/dns-notrack"
        self.assertEqual(stat.S_IMODE(sudoers.stat().st_mode), 0o440)
        run("visudo", "--check", "--strict", "--file", sudoers)
        self.assertIn("/usr/sbin/dns-notrack status,", self.root.read("/etc/sudoers.d/dns-notrack"))
        self.assertRegex(self.root.read("/etc/group"), "(?m)^dns-notrack-monitor:x:[0-9]+:$")
        self.assertEqual([path.name for path in (self.root.path / "etc/dns-notrack").iterdir()], [])
        for page in ("man8/dns-notrack.8.gz", "man5/dns-notrack-profile.5.gz"):
            done = subprocess.run(["man", "--warnings", "--local-file", self.root.path / "usr/share/man" / page], env=dict(os.environ, LC_ALL="C.UTF-8"),
                                  capture_output=True, text=True, check=True)
            self.assertEqual(done.stderr, "")
            self.assertIn("profile", done.stdout)
        for file in ("bash-completion/completions/dns-notrack", "zsh/vendor-completions/_dns-notrack", "fish/vendor_completions.d/dns-notrack.fish"):
            self.assertTrue(self.root.exists("/usr/share/" + file), file)
        unit = self.root.read("/usr/lib/systemd/system/dns-notrack.service")
        self.assertIn("ExecStart=/usr/sbin/dns-notrack apply --reconcile", unit)
        self.assertIn("EnvironmentFile=-/etc/default/dns-notrack", unit)
        self.assertEqual((self.root.path / "etc/systemd/system/timers.target.wants/dns-notrack.timer").readlink().name, "dns-notrack.timer")

    def test_it_needs_no_library_whose_name_changes_from_release_to_release(self):
        depends = run("dpkg-deb", "--field", package("dns-notrack_*.deb"), "Depends")
        required = run("rpm", "-qp", "--requires", package(RPM))
        for library in ("yaml", "stdc++"):
            self.assertNotIn(library, depends)
            self.assertNotIn(library, required)
        self.assertLessEqual(max(tuple(map(int, number.split("."))) for number in re.findall(r"libc6 \(>= ([0-9.]+)", depends)), (2, 34), depends)

    def test_both_packages_hold_the_same_program(self):
        run("dpkg-deb", "--extract", package("dns-notrack_*.deb"), self.folder / "deb")
        (self.folder / "rpm").mkdir()
        archive = subprocess.run(["rpm2cpio", package(RPM)], stdout=subprocess.PIPE, check=True).stdout
        subprocess.run(["cpio", "--extract", "--make-directories", "--quiet", "./usr/sbin/dns-notrack"], input=archive, cwd=self.folder / "rpm", check=True)
        programs = [(self.folder / kind / "usr/sbin/dns-notrack").read_bytes() for kind in ("deb", "rpm")]
        self.assertEqual(programs[0], programs[1])

    def test_every_profile_that_it_brings_is_valid(self):
        self.install()
        examples = sorted((self.root.path / "usr/share/doc/dns-notrack/examples").rglob("*.yaml"))
        self.assertGreaterEqual(len(examples), 5)
        for example in examples:
            self.root.run("dns-notrack", "validate", "/" + str(example.relative_to(self.root.path)))

    def test_who_has_no_profile_is_told_where_to_get_one(self):
        self.install()
        for command in ("status", "doctor", "apply"):
            said = self.root.run("dns-notrack", command, code=65)
            self.assertIn("'dns-notrack discover'", said)
            self.assertIn("kubeadm.yaml", self.root.run("ls", re.search(r"/usr/share/doc\S+", said).group(0)))

    def test_what_autopkgtest_would_run(self):
        self.install()
        smoke = self.root.add(SOURCE / "packaging/debian/tests/smoke")
        self.root.run("chmod", "755", smoke)
        self.assertIn("removed our rules", self.root.run(smoke))

    def test_installing_touches_no_rules(self):
        before = (Legacy.rules(), Nftables.rules())
        self.install()
        self.assertEqual((Legacy.rules(), Nftables.rules()), before)


class Upgrade(InCleanRoot):
    def test_rules_profile_and_settings_come_through(self):
        for backend in (Legacy, Nftables):
            with self.subTest(backend.name):
                self.install(repacked(self.folder / backend.name, OLDER, with_older_settings))
                self.assertEqual(self.root.read("/etc/default/dns-notrack"), "# Options of an older version.\n")
                rules = self.apply(backend)
                prefixes = self.root.read("/var/lib/dns-notrack/prefixes")
                changed = profile(backend.name, scope="any", ports=[53, 5353])
                self.root.write(PROFILE, changed)
                sudoers = self.root.read("/etc/sudoers.d/dns-notrack") + "# ours\n"
                self.root.write("/etc/sudoers.d/dns-notrack", sudoers)
                printed = self.install()
                self.assertNotIn("Configuration file", printed)
                self.assertEqual(backend.rules(), rules)
                self.assertEqual(self.root.read("/var/lib/dns-notrack/prefixes"), prefixes)
                self.assertEqual(self.root.read(PROFILE), changed)
                self.assertEqual(self.root.read("/etc/sudoers.d/dns-notrack"), sudoers)
                self.assertIn("DNS_NOTRACK_OPTIONS", self.root.read("/etc/default/dns-notrack"))
                self.root.run("dns-notrack", "status", code=2)
                self.root.run("dns-notrack", "apply", "--quiet")
                self.assertIn("5353", "\n".join(backend.rules()))
                self.root.run("dpkg", "--purge", "dns-notrack")

    def test_one_that_is_aborted_changes_nothing(self):
        self.install()
        rules = self.apply(Legacy)
        newer = self.root.add(repacked(self.folder, "99", with_failing_preinst))
        self.root.run("dpkg", "--install", newer, code=1)
        self.assertEqual((self.status_of_package(), Legacy.rules()), ("installed", rules))
        self.root.run("dns-notrack", "status")
        self.root.run("dpkg", "--remove", "dns-notrack")
        self.root.run("dpkg", "--install", newer, code=1)
        self.assertEqual((self.status_of_package(), Legacy.rules()), ("config-files", rules))
        self.root.run("dpkg", "--purge", "dns-notrack")
        self.assertEqual(Legacy.rules(), [])


class Removal(InCleanRoot):
    def test_removing_leaves_rules_and_profile_and_purging_takes_everything(self):
        for backend in (Legacy, Nftables):
            with self.subTest(backend.name):
                before = self.root.files()
                others = backend.rules()
                self.install()
                rules = self.apply(backend)
                self.root.run("apt-get", "remove", "--yes", "dns-notrack")
                self.assertEqual(backend.rules(), rules)
                self.assertTrue(self.root.exists(PROFILE))
                self.assertFalse(self.root.exists("/usr/sbin/dns-notrack"))
                self.root.run("apt-get", "purge", "--yes", "dns-notrack")
                self.assertEqual(backend.rules(), others)
                self.assertEqual(sorted(self.root.files() ^ before), [])

    def purge_without_libraries(self, backend):
        self.install()
        self.apply(backend)
        self.root.run("apt-get", "remove", "--yes", "dns-notrack")
        self.root.run("dpkg", "--purge", "iptables", "nftables", "libip6tc2", "libnftables1", "libnftnl11", "libjansson4", "libxtables12")
        self.assertNotIn("dns-notrack: rules", self.root.run("dpkg", "--purge", "dns-notrack"))
        self.assertEqual(backend.rules(), [])

    def test_purging_legacy_rules_after_the_libraries_are_gone(self):
        self.purge_without_libraries(Legacy)

    def test_purging_nftables_rules_after_the_libraries_are_gone(self):
        self.purge_without_libraries(Nftables)

    def test_reinstalling_after_removing(self):
        self.install()
        rules = self.apply(Legacy)
        self.root.run("dpkg", "--remove", "dns-notrack")
        self.assertTrue(self.root.exists("/var/lib/dns-notrack/purge/dns-notrack"))
        self.install()
        self.assertFalse(self.root.exists("/var/lib/dns-notrack/purge"))
        self.assertEqual(Legacy.rules(), rules)

    def test_purging_says_what_it_cannot_do(self):
        self.install()
        rules = self.apply(Legacy)
        self.root.run("dpkg", "--remove", "dns-notrack")
        shutil.rmtree(self.root.path / "var/lib/dns-notrack/purge")
        said = [line for line in self.root.run("dpkg", "--purge", "dns-notrack").splitlines() if line.startswith("dns-notrack:")]
        self.assertEqual(said, ["dns-notrack: nothing was kept to remove rules with: see 'iptables-save -t raw' and 'nft list ruleset'"])
        self.assertEqual((self.status_of_package(), Legacy.rules()), ("unknown", rules))

    def test_purging_without_privileges_over_the_network(self):
        """As in a container that is being built."""
        self.install()
        self.root.write(PROFILE, profile("iptables"))
        printed = run("setpriv", "--bounding-set=-net_admin,-net_raw", "chroot", self.root.path, "dpkg", "--purge", "dns-notrack", stdin=subprocess.DEVNULL)
        self.assertIn("dns-notrack: rules may be left: see", printed)
        self.assertEqual(self.status_of_package(), "unknown")

    def test_purging_what_was_never_configured(self):
        self.root.run("dpkg", "--unpack", self.root.add(package("dns-notrack_*.deb")))
        printed = self.root.run("dpkg", "--purge", "dns-notrack")
        self.assertNotIn("dns-notrack: ", printed.replace("dns-notrack: warning", ""))
        self.assertEqual(Legacy.rules(), [])


class Rpm(InCleanRoot):
    """The .rpm in the same clean root: what it depends on is there under Debian's names, so without rpm's look at them."""

    def rpm(self, *words):
        version = tuple(map(int, re.findall("[0-9]+", run("rpm", "--version"))[:2]))
        forced = ["--force-debian"] if version < (4, 20) else []  # gone since
        return run("rpm", "--root", self.root.path, *forced, "--nodeps", *words, stdin=subprocess.DEVNULL)

    def test_rules_stay_over_an_upgrade_and_go_with_the_package(self):
        file = package(RPM)
        before = self.root.files()
        self.assertEqual(self.rpm("--install", file), "")
        self.assertRegex(self.root.read("/etc/group"), "(?m)^dns-notrack-monitor:x:[0-9]+:$")
        rules = self.apply(Legacy)
        self.root.write("/etc/sysconfig/dns-notrack", "# ours\n")
        self.assertEqual(self.rpm("--reinstall", file), "")
        self.assertEqual(Legacy.rules(), rules)
        self.assertEqual(self.root.read("/etc/sysconfig/dns-notrack"), "# ours\n")
        self.rpm("--erase", "dns-notrack")
        self.assertEqual(Legacy.rules(), [])
        files = {line.split(" ")[1] for line in self.root.files() - before if line.startswith("100")}  # folders are shared with others, or rpm's
        self.assertEqual({name for name in files if "/.rpmdb/" not in name}, {PROFILE, "/etc/sysconfig/dns-notrack.rpmsave"})

    def test_contents_and_scripts(self):
        file = package(RPM)
        listed = run("rpm", "-qplv", file).splitlines()
        modes = {line.split()[-1].removesuffix(".gz"): line.split()[0] for line in listed}
        self.assertEqual(modes["/etc/sudoers.d/dns-notrack"], "-r--r-----")
        self.assertEqual(modes["/usr/sbin/dns-notrack"], "-rwxr-xr-x")
        for name in ("/usr/lib/systemd/system/dns-notrack.service", "/usr/lib/systemd/system/dns-notrack-watch.service", "/usr/lib/systemd/system/dns-notrack.timer", "/usr/lib/sysusers.d/dns-notrack.conf",
                     "/usr/lib/systemd/system-preset/90-dns-notrack.preset", "/usr/share/man/man8/dns-notrack.8", "/usr/share/zsh/site-functions/_dns-notrack"):
            self.assertIn(name, modes)
        self.assertEqual(run("rpm", "-qp", "--configfiles", file).split(), ["/etc/sudoers.d/dns-notrack", "/etc/sysconfig/dns-notrack"])
        scripts = re.split(r"(?m)^(\w+) scriptlet \(using /bin/sh\):\n", run("rpm", "-qp", "--scripts", file))
        self.assertEqual(scripts[1::2], ["preinstall", "postinstall", "preuninstall", "postuninstall"])
        for script in scripts[2::2]:
            run("shellcheck", "--shell=sh", "-", input=script)


class Quality(unittest.TestCase):
    def test_lintian(self):
        changes = package("dns-notrack_*.changes")
        said = run("lintian", "--allow-root", "--fail-on", "error,warning", "--show-overrides", "--tag-display-limit", "0", changes, check=False)
        notes = [line for line in said.splitlines() if not line.startswith("N:")] # which quote why something is overridden
        self.assertEqual(notes, ["O: dns-notrack: embedded-library libyaml [usr/sbin/dns-notrack]"])

    def test_rpmlint(self):
        self.assertRegex(run("rpmlint", "--config", SOURCE / "packaging/rpm/rpmlint.toml", *OUTPUT.glob("*.rpm"), check=False), "checked; 0 errors, 0 warnings")

    def test_the_source_package_unpacks_to_what_was_built(self):
        with tempfile.TemporaryDirectory(prefix="dns-notrack-source-") as folder:
            run("dpkg-source", "--extract", package("dns-notrack_*.dsc"), pathlib.Path(folder) / "tree", stdin=subprocess.DEVNULL)
            tree = pathlib.Path(folder) / "tree"
            self.assertIn("VERSION " + VERSION, (tree / "CMakeLists.txt").read_text(encoding="utf-8"))
            self.assertEqual(sorted(path.name for path in (tree / "debian").iterdir()), sorted(path.name for path in (SOURCE / "packaging/debian").iterdir()))
            self.assertFalse((tree / "build").exists())


if __name__ == "__main__":
    require("mmdebstrap", "dpkg-deb", "lintian", "rpm", "rpmlint", "shellcheck", "iptables-legacy-save", "nft", "visudo", "man", "ip", "setpriv")
    require_base()
    unittest.main(verbosity=2)
