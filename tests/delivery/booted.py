"""A node of a fleet that has been booted: systemd-nspawn over this machine's own files, whose changes stay in memory."""

import glob
import os
import pathlib
import subprocess

from fleet import Node, run

# systemd must not see this machine's /tmp, /dev and cgroups, which it would take for its own: nspawn keeps it from them, and it gets a
# cgroup below ours. Ends as nspawn.
BOOT = r"""
set -eu
read -r go
mkdir -p "$STORE/upper" "$STORE/work" "$STORE/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$STORE/upper,workdir=$STORE/work" "$STORE/root"
cd "$STORE/root"
rm -rf etc/systemd/system etc/dns-notrack usr/sbin/dns-notrack fleet
mkdir -p etc/systemd/system fleet
rm -f etc/machine-id
echo 0123456789abcdef0123456789abcdef > etc/machine-id
for program in iptables ip6tables; do
    ln -sf xtables-legacy-multi "usr/sbin/$program"
    ln -sf "/usr/sbin/$program-legacy" "etc/alternatives/$program"
done
cat > etc/systemd/system/node.target <<END
[Unit]
Requires=basic.target timers.target node-sshd.service
After=basic.target
END
cat > etc/systemd/system/node-sshd.service <<END
[Service]
RuntimeDirectory=sshd
ExecStart=/usr/sbin/sshd -D -e -o HostKey=/fleet/host_key -o AuthorizedKeysFile=/fleet/key.pub -f /fleet/sshd_config -o ListenAddress=$ADDRESS
END
ip link set lo up
ip address add "$ADDRESS/30" dev eth0
ip link set eth0 up
ip address add 10.96.0.10/32 dev lo
for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
    if [ -e "$hierarchy/cgroup.procs" ]; then
        mkdir "$hierarchy/$CGROUP"
        echo $$ > "$hierarchy/$CGROUP/cgroup.procs"
    fi
done
exec systemd-nspawn --quiet --directory="$STORE/root" --machine="$NAME" --boot --register=no --keep-unit --console=pipe --link-journal=no \
    --capability=CAP_NET_ADMIN,CAP_NET_RAW --network-namespace-path=/proc/self/ns/net --resolv-conf=off --timezone=off \
    --bind-ro="$FOLDER:/fleet" --tmpfs=/root:mode=700 -- --unit=node.target
"""


class BootedNode(Node):
    """`pid` is that of nspawn until the node is up, then its systemd's."""

    script = BOOT
    namespaces = ["--net", "--mount", "--uts"]

    def __init__(self, fleet, number):
        self.cgroup = f"dns-notrack-{os.getpid()}-{number}"
        os.environ["CGROUP"] = self.cgroup
        super().__init__(fleet, number)

    def run(self, *command, **more):
        systemd = pathlib.Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text(encoding="ascii").split()[0]
        return run("nsenter", "--target", systemd, "--net", "--mount", "--uts", "--ipc", "--pid", "--", *command, **more)

    def end(self):
        self.process.terminate()

    def stop(self):
        super().stop()
        for folder in glob.glob(f"/sys/fs/cgroup/**/{self.cgroup}", recursive=True):
            subprocess.run(["find", folder, "-depth", "-type", "d", "-exec", "rmdir", "{}", ";"], check=False, stderr=subprocess.DEVNULL)
