#!/bin/bash
# Every text of the viewer is visible to lupdate and stands in the .ts files, translated. gui/translations/update brings them up to date.
#   translations.sh SOURCES   Exit code 77: no lupdate here.
set -euo pipefail
source=$(realpath "$1")
PATH=$PATH:/usr/lib/qt6/bin:/usr/lib64/qt6/bin command -v lupdate > /dev/null || { echo 'skipped: lupdate is not installed'; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$source"/gui/translations/*.ts "$work"
"$source/gui/translations/update" "$work"
code=0
for file in "$work"/*.ts; do
    diff -u "$source/gui/translations/$(basename "$file")" "$file" || { echo "$(basename "$file") is behind the sources"; code=1; }
    if grep -n -B4 'type="unfinished"' "$file"; then
        echo "$(basename "$file") is not finished"
        code=1
    fi
done
# A function of one's own that takes a text and translates it hides the text.
if grep -rnE 'translate\([a-z]+(, [a-z]+)?\)|tr\([a-z]+\)' "$source/gui" --include='*.cpp' --include='*.h'; then
    echo 'these hide their texts from lupdate'
    code=1
fi
exit $code
