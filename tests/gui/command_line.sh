#!/bin/bash
# What the command line says without a display, and the exit codes that the manual page promises.
#   command_line.sh VIEWER
set -euo pipefail
viewer=$(realpath "$1")
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
failures=0

# expect CODE TEXT ARGUMENTS...: the exit code, and a piece of what is printed
expect() {
    local code=$1 text=$2 printed got=0
    shift 2
    printed=$(env -u DISPLAY -u WAYLAND_DISPLAY -u QT_QPA_PLATFORM HOME="$home" LANG=C.UTF-8 timeout 60 "$viewer" "$@" 2>&1) || got=$?
    if [ "$got" != "$code" ] || [[ $printed != *"$text"* ]]; then
        printf '%s: exit code %s, expected %s and "%s":\n%s\n' "$*" "$got" "$code" "$text" "$printed"
        failures=$((failures + 1))
    fi
}

expect 0 'It never changes a node.' --help
expect 0 'dns-notrack-viewer ' --version
expect 64 "Unknown option 'bogus'" --bogus
expect 64 'takes 1, 2, 5, 10, 30, 60 or 300' --interval 0
expect 64 'takes 1, 2, 5, 10, 30, 60 or 300' --interval 7
expect 64 'refused' -- -oProxyCommand=x
expect 64 'takes system, light or dark' --appearance pink
expect 1 'there is no display' node1
[ "$failures" = 0 ]
