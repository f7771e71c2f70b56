#!/bin/sh
# desktop_files.sh DESKTOP_FILE METAINFO ICON VERSION: what desktops and software centres are told of the viewer, as their own tools judge
# it, and whether the three files and the version belong together. Exit code 77: a tool is missing.
set -eu
desktop=$1 metainfo=$2 icon=$3 version=$4
for need in desktop-file-validate appstreamcli; do
    command -v "$need" > /dev/null || { echo "skipped: $need is not installed"; exit 77; }
done

fail() { echo "$*" >&2; exit 1; }

said=$(desktop-file-validate "$desktop" 2>&1) || fail "$said"
[ -z "$said" ] || fail "$said"
appstreamcli validate --no-net --pedantic --strict "$metainfo"
grep -q "<launchable type=\"desktop-id\">$(basename "$desktop")</launchable>" "$metainfo" || fail "$metainfo launches another desktop file than $desktop"
grep -q "<release version=\"$version\" " "$metainfo" || fail "$metainfo has no release $version"
grep -qx "Icon=$(basename "$icon" .svg)" "$desktop" || fail "$desktop shows another icon than $icon"
[ -s "$icon" ] || fail "$icon is not there"
