# What a scenario found, as JSON lines in /results/results.jsonl. Sourced by start.
# shellcheck shell=bash

# result MEMBERS: MEMBERS is the inside of a JSON object.
result() { echo "{\"scenario\": \"$SCENARIO\", $*}" >>/results/results.jsonl; }

json_array() {
  local items=("${@/#/\"}") IFS=,
  items=("${items[@]/%/\"}")
  (($#)) || items=()
  echo "[${items[*]}]"
}
