"""A Debian with nothing in it but what apt needs and our package recommends; each test gets a copy that it may change.

Run as a program it makes the root that the copies are of, and prints where it is: that needs the network, which the tests' own
namespaces do not have. NOTRACK_SUITE names the suite, such as trixie or sid; it is this machine's own unless set.
"""

import hashlib
import os
import pathlib
import shutil
import stat
import subprocess
import tempfile

from fleet import require, run, skip

PACKAGES = ["libip4tc2", "libip6tc2", "libnftables1", "kmod", "iptables", "nftables", "systemd"]
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "dns-notrack/packages"
# What others write for themselves or share; and a group, once made, stays (Debian policy 9.2.2).
FOREIGN = ("var/log", "var/cache", "var/lib/dpkg", "var/lib/apt", "etc/ld.so.cache", "etc/.pwd.lock", "etc/group", "etc/group-", "etc/gshadow", "etc/gshadow-",
           "run/xtables.lock", "tmp", "var/tmp")


def debian_sources():
    """This machine's own sources of Debian, or NOTRACK_SUITE from the same mirror, as lines of a sources.list; empty where there are none."""
    form = "$(ORIGIN)|deb $(REPO_URI) $(RELEASE) $(COMPONENT)"
    lines = run("apt-get", "indextargets", "--format", form, "Created-By: Packages").splitlines()
    lines = [line.removeprefix("Debian|") for line in lines if line.startswith("Debian|")]
    if os.environ.get("NOTRACK_SUITE"):
        lines = [f"deb {line.split()[1]} {os.environ['NOTRACK_SUITE']} main" for line in lines if "security" not in line][:1]
    return "".join(line + "\n" for line in lines)


def base(packages=PACKAGES):
    """The folder of the untouched root with these packages, whether it is there yet or not."""
    return CACHE / ("root-" + hashlib.sha256(repr((packages, debian_sources())).encode()).hexdigest()[:16])


def make_base(packages=PACKAGES):
    """Makes the untouched root, unless the cache has it."""
    sources = debian_sources()
    if not sources:
        skip("apt knows no sources of Debian: apt-get update")
    if base(packages).is_dir():
        return
    CACHE.mkdir(parents=True, exist_ok=True)
    staging = pathlib.Path(tempfile.mkdtemp(prefix="making-", dir=CACHE))
    (staging / "debian.list").write_text(sources, encoding="utf-8")
    settings = [line for line in run("apt-config", "dump").splitlines() if line.startswith(("Acquire::http", "Acquire::Check-Valid-Until"))]
    options = [f"--aptopt={line}" for line in settings]
    suite = sources.split()[2]
    command = ["mmdebstrap", "--quiet", "--variant=minbase", "--include=" + ",".join(packages), *options, suite, str(staging / "root"), str(staging / "debian.list")]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        shutil.rmtree(staging)
        skip(f"mmdebstrap made no root: {done.stdout[-2000:]}")
    if not base(packages).exists():
        os.rename(staging / "root", base(packages))  # whole or not at all
    shutil.rmtree(staging)


def require_base():
    """Skips this test program where the untouched root could not be made."""
    if not base().is_dir():
        skip("no clean root: run tests/delivery/clean_root.py where apt has a network")


class CleanRoot:
    """A root of one's own over the cached one, which stays as it is; needs root of a mount namespace."""

    def __init__(self, packages=PACKAGES):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="dns-notrack-root-"))
        self.path = self.folder / "root"
        run("mount", "-t", "tmpfs", "tmpfs", self.folder)
        for name in ("root", "changes", "work"):
            (self.folder / name).mkdir()
        run("mount", "-t", "overlay", "overlay", "-o", f"lowerdir={base(packages)},upperdir={self.folder}/changes,workdir={self.folder}/work", self.path)
        for name, kind in (("proc", "proc"), ("sys", "sysfs"), ("dev", "tmpfs"), ("run", "tmpfs")):
            run("mount", "-t", kind, kind, self.path / name)
        for name, major, minor in (("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9), ("tty", 5, 0)):
            os.mknod(self.path / "dev" / name, 0o666 | stat.S_IFCHR, os.makedev(major, minor))
            (self.path / "dev" / name).chmod(0o666)
        (self.path / "dev/ptmx").symlink_to("pts/ptmx")
        for name, kind in (("pts", "devpts"), ("shm", "tmpfs")):
            (self.path / "dev" / name).mkdir()
            run("mount", "-t", kind, kind, self.path / "dev" / name)

    def close(self):
        run("umount", "--lazy", self.folder)
        self.folder.rmdir()

    def enter(self):
        """The words before a command that runs in it."""
        return ["chroot", str(self.path)]

    def command(self, *words, **more):
        """Runs a program in it, with nobody there to answer questions; the result has returncode, stdout (with errors in it)."""
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
        return subprocess.run([*self.enter(), *map(str, words)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              env=environment, check=False, **more)

    def run(self, *words, code=0):
        """The same, for a program that has to end with `code`; returns what it printed."""
        done = self.command(*words)
        if done.returncode != code:
            raise AssertionError(f"{' '.join(map(str, words))}: exit {done.returncode}:\n{done.stdout}")
        return done.stdout

    def write(self, path, text):
        target = self.path / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def read(self, path):
        return (self.path / path.lstrip("/")).read_text(encoding="utf-8")

    def exists(self, path):
        return (self.path / path.lstrip("/")).exists()

    def add(self, file):
        """Copies a file into its /var/tmp, since systemd may mount over /tmp, and returns the path there."""
        shutil.copy(file, self.path / "var/tmp")
        return "/var/tmp/" + pathlib.Path(file).name

    def files(self):
        """Every path of the root with its type and mode, without what others write for themselves."""
        found = set()
        for folder, folders, files in os.walk(self.path):
            place = pathlib.Path(folder).relative_to(self.path)
            folders[:] = [name for name in folders if str(place / name) not in FOREIGN + ("dev", "proc", "sys")]
            for name in folders + files:
                if str(place / name) not in FOREIGN:
                    found.add(f"{(self.path / place / name).lstat().st_mode:o} /{place / name}")
        return found


if __name__ == "__main__":
    require("mmdebstrap", "apt-get")
    make_base()
    print(base())
