"""Network namespaces as nodes of a fleet: each has its own addresses, tables, host name, /etc, /usr, /var and sshd."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
RUNNER = os.environ.get("NOTRACK_RUNNER", str(SOURCE / "build/dev/headless/dns-notrack"))
SERVICE = "10.96.0.10"
SKIPPED = 77

# Ends as sshd. What a node changes stays in a tmpfs over its own view of the file system.
NODE = r"""
set -eu
read -r go
for folder in etc usr var; do
    mkdir -p "$STORE/$folder/upper" "$STORE/$folder/work"
    mount -t overlay overlay -o "lowerdir=/$folder,upperdir=$STORE/$folder/upper,workdir=$STORE/$folder/work" "/$folder"
done
rm -f /usr/sbin/dns-notrack
[ -z "$RUNNER" ] || install -m 755 "$RUNNER" /usr/sbin/dns-notrack  # now: it may lie below /root
mount -t tmpfs tmpfs /run
mount -t proc proc /proc  # the runner takes other nodes' processes for pods of its own
mount -t tmpfs tmpfs /root  # what this machine's logins run is no part of a node
mkdir -p /run/sshd
hostname "$NAME"
ip link set lo up
ip address add "$ADDRESS/30" dev eth0
ip link set eth0 up
ip address add 10.96.0.10/32 dev lo
rm -f /usr/sbin/init  # nothing here was booted by systemd, which Ansible takes from that link
rm -rf /etc/dns-notrack
for program in iptables ip6tables; do
    ln -sf xtables-legacy-multi "/usr/sbin/$program"
    [ "$(readlink "/etc/alternatives/$program" 2>/dev/null)" = "" ] || ln -sf "/usr/sbin/$program-legacy" "/etc/alternatives/$program"
done
printf 'monitor:x:4242:4242::/:/bin/sh\n' >> /etc/passwd
printf 'monitor:*:19000:0:99999:7:::\n' >> /etc/shadow
exec /usr/sbin/sshd -D -e -f "$FOLDER/sshd_config" -o "ListenAddress=$ADDRESS"
"""


def skip(reason):
    """Ends this test program as skipped."""
    print(f"SKIPPED: {reason}", file=sys.stderr)
    sys.exit(SKIPPED)


def require_programs(*programs):
    """Skips this test program where one of these is missing."""
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    missing = [program for program in programs if shutil.which(program, path=path) is None]
    if missing:
        skip("not installed: " + ", ".join(missing) + " (packaging/install-packages delivery)")


def require(*programs):
    """Skips this test program where one of these is missing, or root."""
    if os.geteuid() != 0 or os.environ.get("NOTRACK_USER"):
        skip("needs root, for sshd and its logins")
    require_programs(*programs)


def run(*command, check=True, **more):
    """Runs a command and returns what it printed, errors included."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}: exit {done.returncode}:\n{done.stdout}")
    return done.stdout


class Node:
    """One node; `pid` is a process inside it."""

    script = NODE
    # A process id namespace, so that what logins have started ends with the node.
    namespaces = ["--net", "--mount", "--uts", "--pid", "--fork", "--kill-child"]

    def __init__(self, fleet, number):
        self.name = f"node-{number}"
        self.address = f"10.99.{number}.2"
        self.near_address = f"10.99.{number}.1"
        self.servers = []
        self.log = open(fleet.folder / f"{self.name}.log", "wb")
        environment = dict(os.environ, NAME=self.name, ADDRESS=self.address, FOLDER=str(fleet.folder), STORE=str(fleet.store / self.name), RUNNER=fleet.runner)
        self.process = subprocess.Popen(["unshare", *self.namespaces, "sh", "-c", self.script], stdin=subprocess.PIPE, stdout=self.log, stderr=self.log, env=environment)

    @property
    def pid(self):
        return self.process.pid

    def start(self, link):
        """Connects the node, when it has left our network namespace, and lets it go on to sshd."""
        own = os.readlink("/proc/self/ns/net")
        while os.readlink(f"/proc/{self.pid}/ns/net") == own:
            if self.process.poll() is not None:
                raise AssertionError(f"{self.name} could not get a network namespace")
        run("ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", self.pid)
        run("ip", "address", "add", self.near_address + "/30", "dev", link)
        run("ip", "link", "set", link, "up")
        self.process.stdin.write(b"go\n")
        self.process.stdin.close()

    def run(self, *command, **more):
        """Runs a command inside the node."""
        return run(*self.inside(), *command, **more)

    def inside(self):
        return ["nsenter", "--target", str(self.pid), f"--pid=/proc/{self.pid}/ns/pid_for_children", "--net", "--mount", "--uts", "--"]

    def serve_dns(self):
        """Starts a DNS server inside the node that answers for the service; it ends with the node."""
        command = ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--user=root", "--pid-file=",
                   "--listen-address=" + SERVICE, "--bind-interfaces", "--address=/test/192.0.2.53"]
        self.servers.append(subprocess.Popen([*self.inside(), *command], stdout=self.log, stderr=self.log))
        for _ in range(100):
            if "192.0.2.53" in self.run("dig", "+tries=1", "+time=1", "+short", "@" + SERVICE, "ready.test", check=False):
                return
        raise AssertionError(f"no DNS server on {self.name}")

    def rules(self):
        """The node's raw table, without counters and the comment lines that hold the time."""
        return [line.split(" [")[0] for line in self.run("iptables-legacy-save", "-t", "raw").splitlines() if not line.startswith("#")]

    def stop(self):
        """Ends everything inside the node and cuts its link."""
        self.end()
        for process in [*self.servers, self.process]:
            process.wait()
        subprocess.run(["ip", "link", "delete", self.name], check=False, stderr=subprocess.DEVNULL)
        self.log.close()

    def end(self):
        for process in [*self.servers, self.process]:
            process.kill()


class Fleet:
    """`count` nodes and an ssh key that opens them; a context manager. Needs root of a network and a mount namespace of its own."""

    def __init__(self, count, runner=RUNNER, node_type=Node):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="dns-notrack-fleet-"))
        self.folder.chmod(0o755)
        self.store = self.folder / "store"
        self.store.mkdir()
        self.runner = runner
        self.nodes = []
        self.count = count
        self.node_type = node_type

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *problem):
        self.close()

    def _start(self):
        run("mount", "-t", "tmpfs", "tmpfs", self.store)
        run("ip", "link", "set", "lo", "up")
        for name in ("host_key", "key"):
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.folder / name)
        host_key = (self.folder / "host_key.pub").read_text(encoding="ascii").split()
        (self.folder / "sshd_config").write_text(
            f"Port 22\nHostKey {self.folder}/host_key\nAuthorizedKeysFile {self.folder}/key.pub\nPermitRootLogin yes\nPasswordAuthentication no\n"
            f"UsePAM no\nStrictModes no\nPidFile none\nMaxStartups 200\nSubsystem sftp internal-sftp\n", encoding="ascii")
        self.nodes = [self.node_type(self, number) for number in range(1, self.count + 1)]
        for node in self.nodes:
            node.start(node.name)
        (self.folder / "known_hosts").write_text("".join(f"{node.address} {host_key[0]} {host_key[1]}\n" for node in self.nodes), encoding="ascii")
        for node in self.nodes:
            self.wait_for_ssh(node)

    def ssh_options(self):
        return ["-i", str(self.folder / "key"), "-o", "BatchMode=yes", "-o", f"UserKnownHostsFile={self.folder}/known_hosts", "-o", "GlobalKnownHostsFile=/dev/null",
                "-o", "StrictHostKeyChecking=yes", "-F", "/dev/null"]

    def wait_for_ssh(self, node):
        for _ in range(100):
            done = subprocess.run(["ssh", *self.ssh_options(), "-o", "ConnectTimeout=1", f"root@{node.address}", "true"], capture_output=True, text=True)
            if done.returncode == 0:
                return
            if node.process.poll() is not None:
                break
        raise AssertionError(f"no sshd on {node.name}: {done.stderr}\n{(self.folder / (node.name + '.log')).read_text()}")

    def close(self):
        for node in self.nodes:
            node.stop()
        subprocess.run(["umount", "--lazy", str(self.store)], check=False, stderr=subprocess.DEVNULL)
        shutil.rmtree(self.folder, ignore_errors=True)
