# What the lab needs on the host. Sourced by run.
# shellcheck shell=bash

readonly SKIPPED=77

# Ends the run as skipped, with the one line that says why.
skip() { echo "SKIPPED: $*" >&2; exit "$SKIPPED"; }

# Command and the Debian package that holds it. The guest uses the host's userland, so its tools count as well.
readonly REQUIRED_TOOLS='
qemu-system-x86_64 qemu-system-x86
busybox busybox-static
cpio cpio
modprobe kmod
gcc gcc
make make
xz xz-utils
readelf binutils
dpkg-deb dpkg
/usr/bin/python3 python3
ip iproute2
nsenter util-linux
iptables-legacy iptables
ipset ipset
ipvsadm ipvsadm
conntrack conntrack
dnsmasq dnsmasq-base
nft nftables
'

require_tools() {
  local tool package missing=()
  # Debian keeps the network tools in sbin, which is not in everybody's PATH.
  PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
  while read -r tool package; do
    [[ -z $tool ]] || command -v "$tool" >/dev/null || missing+=("$package")
  done <<<"$REQUIRED_TOOLS"
  ((${#missing[@]} == 0)) || skip "the lab needs: apt-get install ${missing[*]}"
}
