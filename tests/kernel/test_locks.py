"""Waiting for the locks: in one place of the queue, for as long as was said, and never on what is no lock file."""

import fcntl
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
import unittest

from node import RUNNER, SERVICE, NodeTest, profile, quiet

HOLDER = "import fcntl,os,sys,time; f=os.open(sys.argv[1], os.O_RDWR|os.O_CREAT); fcntl.flock(f, fcntl.LOCK_EX); print(flush=True); time.sleep(float(sys.argv[2]))"


class Locks(NodeTest):
    def hold(self, path, seconds):
        holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(path), str(seconds)], stdout=subprocess.PIPE)
        self.addCleanup(holder.wait)
        self.addCleanup(holder.stdout.close)
        self.addCleanup(holder.kill)
        holder.stdout.readline()
        return holder

    def test_a_waiter_keeps_its_place(self):
        """Others that come later and wait as well do not get it before us."""
        holder = self.hold(self.lock, 60)
        runner = subprocess.Popen([RUNNER, "apply", "--profile", str(self.profile), "--wait", "30", "--output", "json"],
                                  stdout=subprocess.PIPE, text=True)
        time.sleep(0.5)
        order = self.folder / "order"
        later = [subprocess.Popen(["flock", str(self.lock), "sh", "-c", f"echo later >>{order}; sleep 0.3"]) for _ in range(6)]
        time.sleep(0.3)
        holder.kill()
        printed, _ = runner.communicate(timeout=30)
        before_us = order.read_text().count("later") if order.exists() else 0
        for process in later:
            process.wait()
        self.assertEqual(runner.returncode, 0, printed)
        self.assertLessEqual(before_us, 1, "they came after us and were served before us")

    def test_the_wait_ends_where_sigalrm_is_blocked(self):
        for path in (self.lock, self.memory / "run" / "run.lock"):
            path.parent.mkdir(exist_ok=True)
            self.hold(path, 20)
            start = time.monotonic()
            done = subprocess.run([RUNNER, "apply", "--profile", str(self.profile), "--wait", "0.5"], capture_output=True, text=True,
                                  preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM]))
            self.assertEqual(done.returncode, 75, done.stderr)
            self.assertLess(time.monotonic() - start, 5)

    def test_what_is_no_file_is_no_lock(self):
        os.mkfifo(self.lock)
        done = self.run_runner("apply", timeout=20)
        self.assertEqual(done.returncode, 1)
        self.assertIn("is no regular file", done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.lock.unlink()
        self.lock.mkdir()
        self.assertEqual(self.run_runner("apply", timeout=20).returncode, 1)

    def test_the_xtables_lock_may_be_a_link_and_the_run_lock_not(self):
        target = self.folder / "target"
        self.lock.symlink_to(target)
        self.assertEqual(self.run_runner("apply").returncode, 0)
        self.assertTrue(target.exists())
        (self.memory / "run" / "run.lock").unlink()
        (self.memory / "run" / "run.lock").symlink_to(target)
        self.flush()
        done = self.run_runner("apply", "--reconcile")
        self.assertEqual(done.returncode, 1)
        self.assertIn("symbolic link", done.stderr)

    def test_waiting_can_be_interrupted(self):
        for path in (self.lock, self.memory / "run" / "run.lock"):
            path.parent.mkdir(exist_ok=True)
            holder = self.hold(path, 20)
            runner = subprocess.Popen([RUNNER, "apply", "--profile", str(self.profile), "--wait", "20"])
            time.sleep(0.5)
            runner.send_signal(signal.SIGTERM)
            self.assertEqual(runner.wait(timeout=5), -signal.SIGTERM)
            holder.kill()
            holder.wait()

    def test_status_and_doctor_never_wait(self):
        self.apply()
        self.hold(self.memory / "run" / "run.lock", 20)
        self.hold(self.lock, 20)
        start = time.monotonic()
        self.assertEqual(self.run_runner("status").returncode, 0)
        subprocess.run([RUNNER, "doctor", "--profile", str(self.profile)], capture_output=True, check=False)
        self.assertLess(time.monotonic() - start, 5)

    def test_two_runs_at_once_leave_one_verdict(self):
        """Whichever is first, the other looks again after it."""
        for _ in range(10):
            self.flush() if "NMANAGER" in "".join(self.listing()) else None
            runs = [subprocess.Popen([RUNNER, "apply", *more, "--profile", str(self.profile), "--output", "json"], stdout=subprocess.PIPE, text=True)
                    for more in ([], ["--reconcile"])]
            reports = [json.loads(process.communicate(timeout=30)[0]) for process in runs]
            self.assertEqual([process.returncode for process in runs], [0, 0], reports)
            self.assertEqual(sorted(report["changed"] for report in reports), [False, True])
            self.assertEqual(self.status()["state"], "in-sync")


class EditsBesideTheLock(NodeTest):
    """A program with a lock file of its own edits the table while a run writes."""

    def notes(self, *edit):
        self.iptables("-F")
        self.iptables("-X")
        self.iptables("-A", "PREROUTING", "-s", "1.1.1.1", "-j", "DROP")
        self.iptables("-A", "PREROUTING", "-s", "3.3.3.3")
        slow = ("strace", "-qq", "-o", "/dev/null", "-e", "trace=setsockopt", "--inject=setsockopt:delay_exit=2000000:when=1")
        runner = subprocess.Popen([*slow, RUNNER, "apply", "--profile", str(self.profile), "--output", "json"], stdout=subprocess.PIPE, text=True,
                                  env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})  # the leak detector does not work under ptrace
        until = time.monotonic() + 10
        while "NMANAGER" not in "".join(self.listing()) and time.monotonic() < until:
            time.sleep(0.02)
        if edit:
            subprocess.run(["iptables-legacy", "-t", "raw", *edit], check=True, env={**os.environ, "XTABLES_LOCKFILE": str(self.folder / "other.lock")})
        output = runner.communicate(timeout=30)[0]
        self.assertEqual(runner.returncode, 0)
        return json.loads(output)["notes"]

    def test_an_edit_is_told(self):
        self.assertEqual(self.notes(), [])
        rule = ("-R", "PREROUTING", "2")
        for edit in ((*rule, "-s", "2.2.2.2", "-j", "DROP"), (*rule, "-s", "1.1.1.1", "-j", "ACCEPT"), (*rule, "-s", "1.1.1.1", "-p", "udp", "--sport", "7", "-j", "DROP")):
            with self.subTest(edit):
                self.assertIn("were changed while this run wrote", " ".join(self.notes(*edit)))


class EditsBeforeTheCommit(NodeTest):
    """A program that does not take the lock replaces a rule while a run reads, whichever read it is: the number of rules, all that the kernel looks
    at, stays. Its rule is there afterwards."""

    def test_are_kept(self):
        self.write_profile(profile(services=[SERVICE, "fd00:96::a"], pods=["10.244.1.0/24", "fd00:244::/48"]))
        quiet("ip6tables-legacy", "-t", "raw", "-L")
        edited = 0
        for when in range(1, 40):
            self.remove()
            self.iptables("-F", "PREROUTING")
            self.iptables("-A", "PREROUTING", "-s", "1.1.1.1", "-j", "DROP")
            slow = ("strace", "-qq", "-o", str(self.folder / "trace"), "-e", "trace=getsockopt,setsockopt", f"--inject=getsockopt:delay_enter=300000:when={when}")
            started = time.monotonic()
            runner = subprocess.Popen([*slow, RUNNER, "apply", "--profile", str(self.profile)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                      text=True, env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
            time.sleep(0.15)
            quiet("iptables-legacy", "-t", "raw", "-R", "PREROUTING", str(len([line for line in self.listing() if line.startswith("-A PREROUTING")])),
                  "-s", "2.2.2.2", "-j", "DROP", env={**os.environ, "XTABLES_LOCKFILE": str(self.folder / "other.lock")})
            problem = runner.communicate(timeout=30)[1]
            self.assertEqual(runner.returncode, 0, problem)
            self.assertIn("-A PREROUTING -s 2.2.2.2/32 -j DROP", self.listing(), f"read {when}: the edit was undone")
            if time.monotonic() - started < 0.3:
                break  # there is no such read any more
            edited += 1
        self.assertGreater(edited, 8)


class Policies(NodeTest):
    def test_the_diff_names_the_policy_that_is_there(self):
        self.iptables("-P", "OUTPUT", "DROP")
        self.addCleanup(self.iptables, "-P", "OUTPUT", "ACCEPT")
        done = self.run_runner("apply", "--check", "--diff")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn(":OUTPUT DROP\n", done.stdout)
        self.assertIn(":PREROUTING ACCEPT\n", done.stdout)


class Modprobe(NodeTest):
    """The program that /proc/sys/kernel/modprobe names, which asks disks and may hang."""

    def with_modprobe(self, script):
        kernel = self.folder / "kernel"
        (kernel / "random").mkdir(parents=True)
        shutil.copy("/proc/sys/kernel/random/boot_id", kernel / "random")
        (kernel / "modprobe").write_text(str(self.folder / "modprobe") + "\n")
        (self.folder / "modprobe").write_text("#!/bin/sh\n" + script + "\n")
        (self.folder / "modprobe").chmod(0o755)
        return ["unshare", "--mount", "sh", "-c", 'mount --bind "$0" /proc/sys/kernel && exec "$@"', str(kernel)]

    def test_one_that_hangs_is_ended_and_holds_no_lock(self):
        self.write_profile(profile(services=[SERVICE, "fd00:96::a"], pods=["10.244.1.0/24", "fd00:244::/48"]))
        asked = self.folder / "asked"
        start = time.monotonic()
        runner = subprocess.Popen([*self.with_modprobe(f"echo >>{asked}; sleep 1000"), RUNNER, "apply", "--profile", str(self.profile)],
                                  stdout=subprocess.DEVNULL)
        while not asked.exists() and time.monotonic() < start + 10:
            time.sleep(0.02)
        self.assertTrue(asked.exists(), "modprobe was not asked")
        quiet("flock", "--nonblock", str(self.lock), "true")
        self.assertEqual(runner.wait(timeout=60), 0)
        self.assertLess(time.monotonic() - start, 18)
        self.assertEqual(asked.read_text(), "\n")
        self.assertEqual(self.status()["state"], "in-sync")


class Memory(NodeTest):
    """What glibc is told of freed memory."""

    @unittest.skipIf(os.environ.get("NOTRACK_SANITIZED"), "a sanitizer has malloc of its own")
    def test_glibc_that_refuses_is_left_as_it_is(self):
        """Older ones take no threshold above 32 MiB, and any other threshold switches their own adjusting off."""
        source, library, told = self.folder / "mallopt.c", self.folder / "mallopt.so", self.folder / "told"
        source.write_text("""#include <stdio.h>
            int mallopt(int what, int value)
            {
                FILE* file = fopen(TOLD, "a");
                fprintf(file, "%d ", value);
                fclose(file);
                return value <= MOST;
            }""")
        for most, expected in ((32 << 20, [32 << 20] * 2), ((32 << 20) - 1, [32 << 20])):
            told.unlink(missing_ok=True)
            quiet("cc", "-shared", "-fPIC", f'-DTOLD="{told}"', f"-DMOST={most}", "-o", str(library), str(source))
            quiet(RUNNER, "version", env={**os.environ, "LD_PRELOAD": str(library)})
            self.assertEqual([int(word) for word in told.read_text().split()], expected)


class TextFile(NodeTest):
    def test_what_is_no_regular_file_is_left_alone(self):
        device = self.folder / "pipe.prom"
        os.mkfifo(device)
        done = self.run_runner("apply", "--textfile", str(device))
        self.assertEqual(done.returncode, 1)
        self.assertIn("is no regular file", done.stderr)
        self.assertTrue(device.is_fifo())
        null = self.folder / "null.prom"
        os.mknod(null, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        self.assertEqual(self.run_runner("apply", "--textfile", str(null)).returncode, 1)
        self.assertTrue(null.is_char_device())

    def test_a_killed_run_leaves_one_file_that_the_next_takes_away(self):
        folder = self.folder / "metrics"
        folder.mkdir()
        target = folder / "dns.prom"
        for _ in range(2):
            done = self.run_runner("apply", "--textfile", str(target), wrapper=("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=rename",
                                                                               "--inject=rename:signal=SIGKILL:when=1"))
            self.assertNotEqual(done.returncode, 0)
        self.assertLessEqual(len(list(folder.iterdir())), 1)
        self.assertEqual([path.name for path in folder.iterdir() if not path.name.startswith(".")], [])
        self.assertEqual(self.run_runner("apply", "--textfile", str(target)).returncode, 0)
        self.assertEqual([path.name for path in folder.iterdir()], ["dns.prom"])

    def test_names_of_others_cannot_break_a_scrape_or_a_terminal(self):
        self.apply()
        self.iptables("-A", "NMANAGER_NOT_DNS_PREROUTING", "-m", "comment", "--comment", "x\033[2Jy", "-j", "RETURN")
        self.assertNotIn("\033", self.run_runner("status").stdout)
        self.assertNotIn("\033", self.run_runner("status", "--diff").stdout)
        subprocess.run(["iptables-legacy", "-t", "raw", "-A", "NMANAGER_NOT_DNS_PREROUTING", "-m", "comment", "--comment", b"\xff\xfe", "-j", "RETURN"],
                       check=True)
        done = subprocess.run([RUNNER, "status", "--profile", str(self.profile), "--output", "prometheus"], capture_output=True, check=False)
        done.stdout.decode("utf-8")


class Reading(NodeTest):
    """What cannot be read is unknown: neither open nor closed."""

    def setUp(self):
        super().setUp()
        self.write_profile(profile(safety={"waive": ["not-ipvs"], "probe": False}))
        subprocess.run(["iptables-legacy", "-P", "FORWARD", "ACCEPT"], check=True)  # so that there is a filter table to read

    def bound(self, script):
        """A wrapper under which iptables-legacy-save is that script."""
        program = self.folder / "save"
        program.write_text("#!/bin/sh\n" + script + "\n")
        program.chmod(0o755)
        real = os.path.realpath("/usr/sbin/iptables-legacy-save")
        copy = f'mount --bind {program} {real} && exec "$@"'
        return ("unshare", "--mount", "sh", "-c", copy, "sh")

    def unattended(self, wrapper):
        done = self.run_runner("apply", "--reconcile", "--output", "json", wrapper=wrapper, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_nothing_is_applied_and_nothing_withdrawn(self):
        start = time.monotonic()
        for script in ("exit 1", "kill -9 $$", "sleep 1000 & sleep 1000", "yes", "head -c 70000000 /dev/zero"):
            with self.subTest(script):
                report = self.unattended(self.bound(script))
                self.assertFalse(report["changed"])
                self.assertIn("cannot be read", report["waits_for"])
                self.assertNotIn("NMANAGER", "".join(self.listing()))
        self.assertLess(time.monotonic() - start, 60)
        self.assertTrue(self.unattended(())["changed"])
        for script in ("exit 1", "yes"):
            report = self.unattended(self.bound(script))
            self.assertEqual((report["changed"], report["state"], report["waits_for"]), (False, "in-sync", ""))
        self.assertIn("NMANAGER", "".join(self.listing()))

    def test_children_of_children_end_too(self):
        mark = f"98765.{os.getpid()}"
        self.unattended(self.bound(f"sleep {mark} & sleep {mark}"))
        left = subprocess.run(["pgrep", "-f", f"sleep {mark}"], capture_output=True, text=True, check=False).stdout.split()
        self.assertEqual(left, [])



if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C")
    unittest.main()
