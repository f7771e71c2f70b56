#!/bin/bash
# Runs the end-to-end test in a lab of real sshds with the real runner, in a real window under Xvfb. Exit code 77: not possible here.
#   end_to_end.sh TEST VIEWER RUNNER [SCREENSHOTS]   NOTRACK_ONLY: names of single tests; QT_SCALE_FACTOR: 2 for a screen as fine as that
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
test=$(realpath "$1") viewer=$(realpath "$2") runner=$(realpath "$3")
screenshots=${4:-} scale=${QT_SCALE_FACTOR:-1}
for need in /usr/sbin/sshd "$runner"; do
    [ -x "$need" ] || { echo "skipped: $need is not there"; exit 77; }
done
for need in Xvfb openbox xdotool dbus-daemon ip ssh-keygen iptables-legacy; do
    command -v "$need" > /dev/null || { echo "skipped: $need is not installed"; exit 77; }
done
if [ "$(id -u)" != 0 ] || ! ip netns add "nvtry$$" 2> /dev/null; then
    echo "skipped: no network namespaces here"
    exit 77
fi
ip netns del "nvtry$$"
work=$(mktemp -d)
directory=$work/lab
xvfb='' bus='' openbox=''
cleanup() {
    "$here/ssh_lab.sh" down "$directory" || true
    [ -z "$openbox" ] || kill "$openbox" 2> /dev/null || true # it may have gone with its display
    [ -z "$xvfb" ] || kill "$xvfb"
    [ -z "$bus" ] || kill "$bus"
    rm -rf "$work"
}
trap cleanup EXIT
"$here/ssh_lab.sh" up "$directory" 3 "$runner"
tag=$(cat "$directory/tag")
# A node behind a bastion that nobody knows yet, one whose key has a passphrase, this machine, and one that is up to no good.
"$here/ssh_lab.sh" hide "$directory" 4 1
"$here/ssh_lab.sh" lock "$directory" 3 'open sesame'
printf '[desk]\nhere ansible_connection=local\n[hostile]\nevil ansible_host=10.99.1.3\n' >> "$directory/hosts.ini"
ip -n "$tag" route add 10.96.0.10 via 10.99.1.3 src 10.244.7.7
for node in 1 2 4; do
    ip netns exec "$tag-$node" "$directory/runner" apply > "$work/apply.log" 2>&1 || { cat "$work/apply.log"; exit 1; }
done
mkfifo "$work/display" "$work/bus" # one each: a writer that leaves late would end the other's line
Xvfb -displayfd 3 -screen 0 "$((1400 * scale))x$((900 * scale))x24" -nolisten tcp 3> "$work/display" > /dev/null 2>&1 &
xvfb=$!
read -r display < "$work/display"
dbus-daemon --session --nofork --print-address=3 3> "$work/bus" &
bus=$!
read -r DBUS_SESSION_BUS_ADDRESS < "$work/bus"
export DBUS_SESSION_BUS_ADDRESS XDG_RUNTIME_DIR=$work
export PATH=${runner%/*}:$PATH # where the viewer looks for the one of this machine
export DISPLAY=:$display QT_QPA_PLATFORM=xcb HOME=$work XDG_CONFIG_HOME=$work/config LANG=C.UTF-8
unset SSH_AUTH_SOCK # the agent is the run's own
export NOTRACK_LAB=$directory NOTRACK_LAB_SCRIPT=$here/ssh_lab.sh NOTRACK_VIEWER=$viewer NOTRACK_SCREENSHOTS=$screenshots
openbox > "$work/openbox.log" 2>&1 &
openbox=$!
ip netns exec "$tag" "$test" -v1 ${NOTRACK_ONLY:-}
