#!/bin/bash
# Runs the end-to-end test in a lab of real sshds with the real runner, in a real window under Xvfb. Exit code 77: not possible here.
#   end_to_end.sh TEST VIEWER RUNNER [SCREENSHOTS]
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
test=$(realpath "$1") viewer=$(realpath "$2") runner=$(realpath "$3")
screenshots=${4:-}
for need in /usr/sbin/sshd "$runner"; do
    [ -x "$need" ] || { echo "skipped: $need is not there"; exit 77; }
done
for need in Xvfb ip ssh-keygen iptables-legacy; do
    command -v "$need" > /dev/null || { echo "skipped: $need is not installed"; exit 77; }
done
[ "$(id -u)" = 0 ] && ip netns add "nvtry$$" 2> /dev/null || { echo "skipped: no network namespaces here"; exit 77; }
ip netns del "nvtry$$"
work=$(mktemp -d)
directory=$work/lab
xvfb=
cleanup() {
    "$here/ssh_lab.sh" down "$directory" || true
    [ -z "$xvfb" ] || kill "$xvfb"
    rm -rf "$work"
}
trap cleanup EXIT
"$here/ssh_lab.sh" up "$directory" 3 "$runner"
tag=$(cat "$directory/tag")
for node in 1 2; do
    ip netns exec "$tag-$node" "$directory/runner" apply > "$work/apply.log" 2>&1 || { cat "$work/apply.log"; exit 1; }
done
mkfifo "$work/display"
Xvfb -displayfd 3 -screen 0 1400x900x24 -nolisten tcp 3> "$work/display" > /dev/null 2>&1 &
xvfb=$!
read -r display < "$work/display"
export DISPLAY=:$display QT_QPA_PLATFORM=xcb HOME=$work XDG_CONFIG_HOME=$work/config LANG=C.UTF-8
export NOTRACK_LAB=$directory NOTRACK_LAB_SCRIPT=$here/ssh_lab.sh NOTRACK_VIEWER=$viewer NOTRACK_SCREENSHOTS=$screenshots
ip netns exec "$tag" "$test" -v1
