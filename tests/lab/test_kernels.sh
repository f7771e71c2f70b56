#!/bin/bash
# What host/kernel.sh makes of the folders in which Debian's kernels have come: until 6.11, from 6.12 (modules below /usr and compressed), from 7.3
# (the kernel among its modules); and that half a kernel is none.
set -euo pipefail
LAB=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CACHE=$(mktemp -d)
trap 'rm -r "$CACHE"' EXIT
# shellcheck source=tests/lab/host/prerequisites.sh
. "$LAB/host/prerequisites.sh"
# shellcheck source=tests/lab/host/kernel.sh
. "$LAB/host/kernel.sh"
PATH=$PATH:/usr/sbin:/sbin
for tool in gcc depmod xz; do command -v "$tool" >/dev/null || skip "no $tool"; done

fail() { echo "$*" >&2; exit 1; }

# module FOLDER: a module that depmod can read, and one of those that no guest needs.
module() {
  mkdir -p "$1/kernel/net/netfilter" "$1/kernel/sound"
  echo 'int answer;' | gcc -x c -c - -o "$1/kernel/net/netfilter/nf_conntrack.ko"
  cp "$1/kernel/net/netfilter/nf_conntrack.ko" "$1/kernel/sound"
}

# known NAME: the folder is a kernel now, as every guest wants it.
known() {
  local root=$CACHE/$1 version=$2
  ! is_kernel "$root" || fail "$1: taken for a kernel before it is one"
  complete_kernel "$root"
  is_kernel "$root" || fail "$1: no kernel"
  [[ $(kernel_version "$root") = "$version" ]] || fail "$1: version $(kernel_version "$root")"
  [[ -f $root/lib/modules/$version/kernel/net/netfilter/nf_conntrack.ko ]] || fail "$1: no plain module"
  [[ ! -e $root/lib/modules/$version/kernel/sound ]] || fail "$1: has what no guest needs"
  grep -q '^kernel/net/netfilter/nf_conntrack.ko:' "$root/lib/modules/$version/modules.dep" || fail "$1: unknown to modprobe"
}

module "$CACHE/old/lib/modules/6.1.0-1-amd64"
mkdir "$CACHE/old/boot" && touch "$CACHE/old/boot/vmlinuz-6.1.0-1-amd64"
known old 6.1.0-1-amd64

module "$CACHE/merged/usr/lib/modules/6.12.117+deb13-amd64"
find "$CACHE/merged" -name '*.ko' -exec xz {} +
mkdir "$CACHE/merged/boot" && touch "$CACHE/merged/boot/vmlinuz-6.12.117+deb13-amd64"
known merged 6.12.117+deb13-amd64

module "$CACHE/split/usr/lib/modules/7.3.4+deb13-amd64"
touch "$CACHE/split/usr/lib/modules/7.3.4+deb13-amd64/vmlinuz"
known split 7.3.4+deb13-amd64

rm "$CACHE/old/boot/vmlinuz-6.1.0-1-amd64"
! is_kernel "$CACHE/old" || fail 'modules without their kernel were taken for one'
mkdir -p "$CACHE/merged/lib/modules/6.13"
! is_kernel "$CACHE/merged" || fail 'two kernels were taken for one'
! is_kernel "$CACHE/nothing" || fail 'nothing was taken for a kernel'
echo 'as expected'
