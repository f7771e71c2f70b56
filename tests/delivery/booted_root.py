"""A clean root that systemd runs, as a container's process 1: in process, mount and control group namespaces of its own."""

import os
import pathlib
import subprocess
import time

from clean_root import CleanRoot
from fleet import run

LONGEST_WAIT = 120
# The kernel's settings and devices are this machine's: for systemd they cannot be written, as in any container.
BOOT = """
echo $$ > "$1/cgroup.procs"
exec unshare --cgroup --pid --fork --mount sh -ec '
    cd "$1"
    mount -t proc proc proc
    for settings in proc/sys sys; do mount --bind $settings $settings; mount -o remount,bind,ro $settings; done
    pivot_root . mnt
    umount --lazy /mnt
    exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin container=dns-notrack /lib/systemd/systemd --system --unit=basic.target \\
        systemd.unified_cgroup_hierarchy=1' sh "$2"
"""


def await_that(what, condition):
    """Waits for `condition` to become true, and returns what it came to."""
    deadline = time.monotonic() + LONGEST_WAIT
    while not (met := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {LONGEST_WAIT} s: {what}")
        time.sleep(0.1)
    return met


class BootedRoot(CleanRoot):
    def __init__(self):
        super().__init__()
        (self.folder / "cgroups").mkdir()
        run("mount", "-t", "cgroup2", "cgroup2", self.folder / "cgroups")
        self.group = self.folder / "cgroups" / self.folder.name
        self.group.mkdir()
        self.parent = subprocess.Popen(["sh", "-ec", BOOT, "sh", self.group, self.path], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.pid = int(await_that("systemd starts", self._child))
        await_that("systemd has booted", lambda: self.command("systemctl", "is-active", "basic.target").stdout == "active\n")

    def _child(self):
        children = pathlib.Path(f"/proc/{self.parent.pid}/task/{self.parent.pid}/children")
        return children.read_text(encoding="ascii").strip() if self.parent.poll() is None else ""

    def enter(self):
        """Programs run as systemd's own children would."""
        return ["nsenter", f"--target={self.pid}", "--pid", "--mount", "--root", "--wd=/"]

    def close(self):
        (self.group / "cgroup.kill").write_text("1", encoding="ascii")
        self.parent.wait()
        await_that("systemd ends", lambda: "populated 0" in (self.group / "cgroup.events").read_text(encoding="ascii"))
        for folder, _, _ in os.walk(self.group, topdown=False):
            os.rmdir(folder)
        super().close()
