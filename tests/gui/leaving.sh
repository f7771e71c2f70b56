#!/bin/bash
# Ends the viewer by each signal in each phase of reading an inventory: it is gone within seconds, has saved, and leaves nothing behind.
#   leaving.sh VIEWER
set -euo pipefail
viewer=$(realpath "$1")
work=$(mktemp -d)
started=''
cleanup() {
    [ -z "$started" ] || kill -KILL "$started" 2> /dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
export QT_QPA_PLATFORM=offscreen LANG=C.UTF-8 HOME=$work/home TMPDIR=$work/tmp XDG_RUNTIME_DIR=$work/run
unset XDG_CONFIG_HOME DBUS_SESSION_BUS_ADDRESS
mkdir -p "$work/own" "$work/endless" "$work/run"
ln -s "$(command -v cat)" "$(command -v sleep)" "$work/own/"
printf '#!/bin/sh\nsleep 1000 &\necho $! > "%s/child"\nwait\n' "$work" > "$work/endless/ansible-inventory"
chmod 755 "$work/endless/ansible-inventory"
chmod 700 "$work/run"
mkfifo "$work/pipe"
printf '[workers]\nnode1 ansible_connection=local\n' > "$work/hosts.ini"
failures=0

# leave WHAT PATH INVENTORY SIGNAL SECONDS
leave() {
    local begun code=0 left guard
    rm -rf "$HOME" "$TMPDIR" "$work/child"
    mkdir -p "$HOME" "$TMPDIR"
    PATH=$2 /usr/bin/env --default-signal=INT "$viewer" --inventory "$3" --runner /bin/cat > "$work/out" 2>&1 &
    started=$!
    # From the first moment on at which it listens for questions, which it does before it reads.
    for _ in $(seq 200); do
        [ -z "$(ls "$TMPDIR")" ] || break
        sleep 0.05
    done
    sleep "$5"
    begun=$(date +%s%N)
    kill "-$4" "$started"
    (sleep 20 && kill -KILL "$started") > /dev/null 2>&1 & guard=$!
    wait "$started" || code=$?
    kill "$guard" 2> /dev/null || true
    started=''
    left=$((($(date +%s%N) - begun) / 1000000))
    local -a wrong=()
    [ "$code" = 0 ] || wrong+=("exit code $code")
    [ "$left" -lt 6000 ] || wrong+=("took $left ms")
    [ -z "$(ls "$TMPDIR")" ] || wrong+=("left $(ls "$TMPDIR") behind")
    grep -q '^window=' "$HOME/.config/dns-notrack/dns-notrack-viewer.conf" 2> /dev/null || wrong+=("saved nothing")
    # One that has ended stays a zombie where nobody is there to bury it.
    if [ -e "$work/child" ] && grep -q '^State:.[^ZX]' "/proc/$(cat "$work/child")/status" 2> /dev/null; then
        wrong+=("a child of ansible-inventory lives on")
        kill "$(cat "$work/child")"
    fi
    if [ ${#wrong[@]} -gt 0 ]; then
        printf '%s, SIG%s after %s s: %s\n' "$1" "$4" "$5" "$(IFS=';' && echo "${wrong[*]}")"
        cat "$work/out"
        failures=$((failures + 1))
    fi
}

for signal in TERM INT HUP; do
    leave 'a pipe that nobody writes, no Ansible' "$work/own" "$work/pipe" $signal 0.5
done
for seconds in 0 0.3 1.2; do
    leave 'a program that never ends' "$work/endless:/usr/bin:/bin" "$work/hosts.ini" TERM $seconds
    leave 'a list that is read at once' "$work/own" "$work/hosts.ini" TERM $seconds
    leave 'no such file' "$work/own" "$work/nowhere" TERM $seconds
done
[ "$failures" = 0 ]
