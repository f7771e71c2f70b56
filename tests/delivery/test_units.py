"""The units, the sudoers file, completion and man pages as systemd, sudo, shells and man themselves judge them."""

import json
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import tempfile
import unittest

from fleet import RUNNER, SOURCE, require, run

BUILD = pathlib.Path(os.environ.get("NOTRACK_BUILD", SOURCE / "build/dev")) / "packaging"
COMPLETION = SOURCE / "packaging/completion"
ALLOWED = ["status", "status --output json", "status --output prometheus", *(f"status --watch {seconds}{output}" for output in ("", " --output json") for seconds in (1, 2, 5, 10, 30, 60, 300)),
           "doctor", "doctor --output json"]
FORBIDDEN = ["", "apply", "remove", "probe", "trial", "trial --output json", "trial --count 1", "status --profile /etc/shadow", "status --textfile /etc/passwd", "status --output json --profile /etc/shadow",
             "status --watch 5 --output json --textfile /etc/passwd", "status --watch 5 --profile /etc/shadow", "status --watch 3 --output json", "doctor --profile /etc/shadow", "apply --check"]


class Units(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="dns-notrack-units-"))
        self.addCleanup(shutil.rmtree, self.folder)
        unit = (BUILD / "dns-notrack.service").read_text(encoding="ascii")
        self.assertEqual(len(re.findall(r"^ExecStart=(\S+/dns-notrack) apply --reconcile", unit, re.MULTILINE)), 1)
        (self.folder / "dns-notrack.service").write_text(re.sub(r"^ExecStart=\S+", f"ExecStart={RUNNER}", unit, flags=re.MULTILINE), encoding="ascii")
        watch = (BUILD / "dns-notrack-watch.service").read_text(encoding="ascii")
        self.assertEqual(watch.split("\n# What the runner says")[1], unit.split("\n# What the runner says")[1])
        (self.folder / "dns-notrack-watch.service").write_text(re.sub(r"^ExecStart=\S+", f"ExecStart={RUNNER}", watch, flags=re.MULTILINE), encoding="ascii")
        shutil.copy(SOURCE / "packaging/systemd/dns-notrack.timer", self.folder)
        for page, section in (("dns-notrack.8", "man8"), ("dns-notrack-profile.5", "man5")):
            (self.folder / section).mkdir()
            shutil.copy(BUILD / page, self.folder / section)
        self.environment = dict(os.environ, MANPATH=str(self.folder), LC_ALL="C.UTF-8", MANWIDTH="100")

    def test_verify(self):
        self.assertEqual(run("systemd-analyze", "verify", self.folder / "dns-notrack.service", self.folder / "dns-notrack-watch.service", self.folder / "dns-notrack.timer", env=self.environment), "")

    def test_drop_in_adds_one_right(self):
        def rights():
            printed = run("systemd-analyze", "security", "--offline=true", "--no-pager", "--json=short", self.folder / "dns-notrack.service")
            return {one["name"]: one["set"] for one in json.loads(printed) if one["name"].startswith("CapabilityBoundingSet=")}

        before = rights()
        (self.folder / "dns-notrack.service.d").mkdir()
        shutil.copy(SOURCE / "packaging/systemd/unnamed-namespaces.conf", self.folder / "dns-notrack.service.d")
        self.assertEqual(run("systemd-analyze", "verify", self.folder / "dns-notrack.service", env=self.environment), "")
        changed = {name for name, withheld in rights().items() if withheld != before[name]}
        self.assertEqual(changed, {"CapabilityBoundingSet=~CAP_SYS_PTRACE"})

    def test_exposure(self):
        printed = run("systemd-analyze", "security", "--offline=true", "--no-pager", self.folder / "dns-notrack.service")
        level = float(re.search(r"Overall exposure level for \S+: ([\d.]+)", printed).group(1))
        print(f"exposure {level}")
        self.assertLess(level, 3)

    def test_man_pages(self):
        for page in ("man8/dns-notrack.8", "man5/dns-notrack-profile.5"):
            self.assertTrue((self.folder / page).read_text(encoding="utf-8").startswith("'\\\" t\n"), "man is not told of the tables: " + page)
        for page in ("dns-notrack", "dns-notrack-profile"):
            self.assertEqual(subprocess.run(["man", "--warnings", page], env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True).stderr, "")


class Documentation(unittest.TestCase):
    """What the pages and the completion tell is what the runner takes."""

    def options_of(self, command):
        return set(re.findall(r"(--[a-z]+)", run(RUNNER, command, "--help").split("Exit codes")[0])) - {"--help"}

    def test_every_option_has_a_place_in_the_manual(self):
        page = (SOURCE / "packaging/man/dns-notrack.8.scd").read_text(encoding="utf-8")
        for command in ("apply", "remove", "status", "doctor", "why", "probe", "trial", "retire", "watch", "discover", "capture", "validate", "schema"):
            for option in self.options_of(command):
                self.assertIn(f"*{option}*", page, command)

    def check_completion(self, offered_by):
        for command in ("apply", "remove", "status", "doctor", "why", "probe", "trial", "retire", "watch", "discover", "capture", "validate"):
            self.assertEqual(offered_by(command) - {"--help"}, self.options_of(command), command)

    def test_bash_completes_what_the_runner_takes(self):
        script = 'source "$1"; COMP_WORDS=(dns-notrack "$2" --); COMP_CWORD=2; _dns_notrack; printf "%s\\n" "${COMPREPLY[@]}"'
        self.check_completion(lambda command: set(run("bash", "-c", script, "bash", COMPLETION / "dns-notrack.bash", command).split()))

    def test_fish_completes_what_the_runner_takes(self):
        script = "source $argv[1]; complete --do-complete \"dns-notrack $argv[2] --\""
        with tempfile.TemporaryDirectory(prefix="dns-notrack-fish-") as home:
            self.check_completion(lambda command: {line.split("\t")[0] for line in run("fish", "--no-config", "-c", script, COMPLETION / "dns-notrack.fish", command,
                                                                                     env=dict(os.environ, HOME=home)).splitlines()})

    def test_zsh_completes_what_the_runner_takes(self):
        with ZshTerminal() as zsh:
            self.check_completion(zsh.options_of)

    def test_all_three_complete_what_the_viewer_s_page_tells(self):
        page = (SOURCE / "packaging/man/dns-notrack-viewer.1.scd").read_text(encoding="utf-8").split("# OPTIONS")[1].split("# SECURITY")[0]
        options = set(re.findall(r"\*(--[a-z-]+)\*", page))
        bash = 'source "$1"; COMP_WORDS=(dns-notrack-viewer --); COMP_CWORD=1; _dns_notrack_viewer; printf "%s\\n" "${COMPREPLY[@]}"'
        self.assertEqual(set(run("bash", "-c", bash, "bash", COMPLETION / "dns-notrack-viewer.bash").split()), options)
        with tempfile.TemporaryDirectory(prefix="dns-notrack-fish-") as home:
            fish = 'source $argv[1]; complete --do-complete "dns-notrack-viewer --"'
            printed = run("fish", "--no-config", "-c", fish, COMPLETION / "dns-notrack-viewer.fish", env=dict(os.environ, HOME=home))
        self.assertEqual({line.split("\t")[0] for line in printed.splitlines()}, options)
        with ZshTerminal() as zsh:
            self.assertEqual(zsh.offered("dns-notrack-viewer --"), options)


class ZshTerminal:
    """A zsh at a terminal: only there does it complete. A context manager."""

    def __enter__(self):
        self.screen, terminal = pty.openpty()
        environment = dict(os.environ, TERM="dumb", LC_ALL="C.UTF-8", COLUMNS="200", LINES="100")
        self.process = subprocess.Popen(["zsh", "-f", "-i"], stdin=terminal, stdout=terminal, stderr=terminal, env=environment, start_new_session=True)
        os.close(terminal)
        self.write(f"PS1=ready'> '; fpath=({COMPLETION} $fpath); autoload -Uz compinit; compinit -u -D; LISTMAX=0\n")
        self.end_line()
        self.write("dns-notrack version --\t")  # the first completion loads what all of them need, silently
        self.end_line()
        return self

    def __exit__(self, *problem):
        self.process.kill()
        self.process.wait()
        os.close(self.screen)

    def write(self, keys):
        os.write(self.screen, keys.encode())

    def read_until(self, pattern):
        """Returns what came on the screen up to a match of `pattern`; a zsh that is silent for a minute is a failure."""
        seen = ""
        while not re.search(pattern, seen, re.DOTALL):
            if not select.select([self.screen], [], [], 60)[0]:
                raise AssertionError(f"zsh did not come to {pattern!r}: {seen!r}")
            seen += os.read(self.screen, 65536).decode(errors="replace")
        return seen

    def end_line(self):
        """Comes to the next prompt: what is typed before it is echoed once more."""
        self.write("\x15print $((6 * 7))end\n")
        self.read_until("42end.*ready> ")

    def options_of(self, command):
        return self.offered(f"dns-notrack {command} --")

    def offered(self, typed):
        """The options after `typed`. What is alone is typed on; else there is a list, below which the line stands again. No more is typed before
        that, since zsh lists nothing while keys wait."""
        self.write(typed + "\t")
        line = re.escape(typed)
        seen = self.read_until(f"{line}([a-z]|.*{line})")
        self.end_line()
        listed = seen.split(typed, 1)[1].split(typed, 1)[0]
        return set(re.findall(r"--[a-z][a-z-]*", "--" + listed))


class Scripts(unittest.TestCase):
    def test_shell_scripts(self):
        scripts = ["build-packages", "make-dist", "install-packages", "debian/dns-notrack.prerm", "debian/dns-notrack.postrm", "debian/dns-notrack.postinst", "debian/tests/smoke"]
        run("shellcheck", *[SOURCE / "packaging" / script for script in scripts])
        run("shellcheck", "--shell=bash", *COMPLETION.glob("*.bash"))


class Sudoers(unittest.TestCase):
    def test_syntax(self):
        run("visudo", "--check", "--strict", "--file", BUILD / "sudoers/dns-notrack")

    def test_the_group_may_look_and_nothing_else(self):
        """Asks sudo itself, with our file in place of the machine's; needs a mount namespace."""
        path = re.search(r"(\S+/dns-notrack) status,", (BUILD / "sudoers/dns-notrack").read_text(encoding="ascii")).group(1)
        folder = pathlib.Path(tempfile.mkdtemp(prefix="dns-notrack-sudo-"))
        self.addCleanup(shutil.rmtree, folder)
        for name in ("passwd", "group", "shadow"):
            shutil.copy("/etc/" + name, folder)
        with open(folder / "passwd", "a", encoding="ascii") as stream:
            stream.write("watcher:x:4243:4243::/:/bin/sh\nstranger:x:4244:4244::/:/bin/sh\nkeeper:x:4246:4246::/:/bin/sh\n")
        with open(folder / "group", "a", encoding="ascii") as stream:
            stream.write("watcher:x:4243:\nstranger:x:4244:\ndns-notrack-monitor:x:4245:watcher\nkeeper:x:4246:\ndns-notrack-capture:x:4247:keeper\n")
        with open(folder / "shadow", "a", encoding="ascii") as stream:
            stream.write("watcher:*:19000:0:99999:7:::\nstranger:*:19000:0:99999:7:::\nkeeper:*:19000:0:99999:7:::\n")
        shutil.copy(BUILD / "sudoers/dns-notrack", folder / "sudoers")
        (folder / "sudoers").chmod(0o440)
        (folder / "bin").mkdir()
        for name in ("passwd", "group", "shadow", "sudoers"):
            run("mount", "--bind", folder / name, "/etc/" + name)
            self.addCleanup(run, "umount", "/etc/" + name)
        place = pathlib.Path(path)
        run("mount", "-t", "tmpfs", "tmpfs", place.parent)
        self.addCleanup(run, "umount", place.parent)
        place.write_text("#!/bin/sh\n", encoding="ascii")
        place.chmod(0o755)
        allowed = [words for words in ALLOWED + FORBIDDEN if self.may("watcher", path, words)]
        self.assertEqual(allowed, ALLOWED)
        self.assertEqual([words for words in ALLOWED if self.may("stranger", path, words)], [])
        # Captures: off by default; with the line that stands there for it, for its group, and those alone.
        captures = ["capture", "capture --redact"]
        everything = ALLOWED + FORBIDDEN + captures
        self.assertEqual([words for words in everything if self.may("keeper", path, words)], [])
        text = (folder / "sudoers").read_text(encoding="ascii")
        (folder / "sudoers").write_text(text.replace("# %dns-notrack-capture", "%dns-notrack-capture"), encoding="ascii")
        run("visudo", "--check", "--strict", "--file", folder / "sudoers")
        self.assertEqual([words for words in everything if self.may("keeper", path, words)], captures)
        self.assertEqual([words for words in captures if self.may("watcher", path, words)], [])

    def may(self, user, path, words):
        sudo = "/usr/bin/sudo"
        return subprocess.run(["setpriv", "--reuid", user, "--regid", user, "--init-groups", sudo, "-n", path, *words.split()], capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    require("systemd-analyze", "man", "scdoc", "visudo", "sudo", "shellcheck", "setpriv", "zsh", "fish")
    unittest.main(verbosity=2)
