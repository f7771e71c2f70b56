#!/bin/bash
# What many nodes cost the viewer, built as the packages ship it: real ssh nodes on this machine (an sshd and the real runner in a network
# namespace each), then streams in memory through everything below the process. Wants root; takes about 8 minutes on 2 cores.
#   viewer_bench.sh [SSH-NODES [SIMULATED-NODES [SECONDS [SCREENSHOT]]]]     200 2000 60; and at last 10,000 at 10 s against their goals
# The nodes stand for other machines, so they get what the viewer and its ssh clients leave of the cores. Stalls of the UI thread are given by
# the clock, and without the time in which it could have run and others had the cores.
set -euo pipefail
cd "$(dirname "$0")/../.."
nodes=${1:-200} simulated=${2:-2000} seconds=${3:-60} screenshot=${4:-}
lab=tests/gui/ssh_lab.sh
bench=$PWD/build/bench
cmake --preset release -B "$bench" -DNOTRACK_TESTS=ON > /dev/null
cmake --build "$bench" --target viewer_bench dns-notrack
work=$(mktemp -d)
group=/sys/fs/cgroup/cpu/$(basename "$work") share=cpu.shares most=262144
if ! [ -d /sys/fs/cgroup/cpu ]; then
    group=/sys/fs/cgroup/$(basename "$work") share=cpu.weight most=10000
    echo +cpu > /sys/fs/cgroup/cgroup.subtree_control
fi
mkdir "$group"
echo "$most" > "$group/$share"
trap '$lab down "$work/lab" || true; rm -rf "$work"; rmdir "$group"' EXIT
first() (echo "$BASHPID" > "$group/cgroup.procs" && exec "$@")
$lab up "$work/lab" "$nodes" "$bench/headless/dns-notrack"
$lab trust "$work/lab" 1
tag=$(cat "$work/lab/tag")
for node in $(seq "$nodes"); do
    ip netns exec "$tag-$node" "$work/lab/runner" apply > "$work/apply.log" 2>&1 || { cat "$work/apply.log"; exit 1; }
done
export QT_QPA_PLATFORM=offscreen LANG=C.UTF-8 XDG_RUNTIME_DIR=$work
failed=0
printf '\n==> %s real ssh nodes\n' "$nodes"
first ip netns exec "$tag" "$bench/tests/gui/viewer_bench" ssh "$work/lab" "$seconds" 5 ${screenshot:+"$screenshot"} || failed=1
$lab down "$work/lab"
printf '\n==> %s simulated nodes\n' "$simulated"
first "$bench/tests/gui/viewer_bench" simulated "$simulated" "$seconds" 5 || failed=1
printf '\n==> 10000 simulated nodes\n'
first "$bench/tests/gui/viewer_bench" simulated 10000 "$seconds" 10 goals || failed=1
exit $failed
