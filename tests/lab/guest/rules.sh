# The NOTRACK rules under test. dns-notrack puts them in place when the lab was given one (RUNNER); the rules written out here are
# the independent reference that serves without it. Sourced by start.
# shellcheck shell=bash disable=SC2153

# Every finding of dns-notrack: the matrix applies what is unsafe too, which is the point of it.
readonly FINDINGS=(not-ipvs service-dnat no-backends backend-outside-pod-cidrs host-queries host-port stateful-forward
  per-node-cidr other-notrack other-backend bridge-netfilter unread-rules missing-modules lost-snat
  masqueraded-answer foreign-networks early-raw one-packet-scheduling icmp-invalid stale-servers)

# Pod networks that the rules name; an environment may narrow them.
declare -A RULES_POD_CIDR=([4]=${CLUSTER_CIDR[4]} [6]=${CLUSTER_CIDR[6]})
# Nodes that have the rules.
RULES_NODES=(node)
# yes: the reference without its OUTPUT half, which dns-notrack cannot be told to leave out.
PREROUTING_ONLY=no

declare -A SCOPE_IN_PLACE=([node]=tracked [node-b]=tracked)

# put_rules tracked|any|pods: on each of RULES_NODES.
put_rules() {
  local scope=$1 node
  for node in "${RULES_NODES[@]}"; do
    if [[ ${SCOPE_IN_PLACE[$node]} != tracked ]]; then take_rules_away "$node"; fi
    if [[ $scope != tracked ]]; then add_rules "$node" "$scope"; fi
    SCOPE_IN_PLACE[$node]=$scope
  done
}

# runner ARGUMENTS...: dns-notrack with a list of processes of its own, since it looks for pods among those that it sees: the other node's are on
# another machine.
runner() { unshare --pid --fork --mount-proc -- "$RUNNER" "$@"; }

uses_runner() { [[ -n $RUNNER && $PREROUTING_ONLY = no ]]; }

add_rules() {
  local node=$1 scope=$2 family
  if uses_runner; then
    write_profile "$scope" "${FINDINGS[*]}" false >/run/profile.yaml
    in_place "$node" "$RUNNER" apply --profile /run/profile.yaml >/run/apply.out
    return
  fi
  for family in "${FAMILIES[@]}"; do reference_rules "$family" "$scope" | ipt_restore "$node" "$family"; done
}

take_rules_away() {
  local node=$1 family
  if uses_runner; then
    in_place "$node" "$RUNNER" remove --profile /run/profile.yaml >/run/remove.out
    return
  fi
  for family in "${FAMILIES[@]}"; do
    ipt_restore "$node" "$family" <<'RULES'
*raw
-D PREROUTING -j NMANAGER_PREROUTING
-D OUTPUT -j NMANAGER_OUTPUT
-F NMANAGER_PREROUTING
-F NMANAGER_OUTPUT
-F NMANAGER_NOT_DNS_PREROUTING
-F NMANAGER_NOT_DNS_OUTPUT
-X NMANAGER_PREROUTING
-X NMANAGER_OUTPUT
-X NMANAGER_NOT_DNS_PREROUTING
-X NMANAGER_NOT_DNS_OUTPUT
COMMIT
RULES
  done
}

# write_profile SCOPE WAIVED PROBE: WAIVED is a list of findings with spaces between, PROBE a YAML value.
write_profile() {
  cat <<PROFILE
version: 1
name: lab
services: ["${SERVICE[4]}", "${SERVICE[6]}"]
podCIDRs: ["${RULES_POD_CIDR[4]}", "${RULES_POD_CIDR[6]}"]
scope: $1
backend: $BACKEND
safety:
  waive: [${2// /, }]
  probe: $3
PROFILE
}

# reference_rules FAMILY SCOPE: for iptables-restore.
reference_rules() {
  local family=$1 scope=$2 hook
  echo '*raw'
  for hook in PREROUTING OUTPUT; do
    echo ":NMANAGER_$hook - [0:0]"
    echo ":NMANAGER_NOT_DNS_$hook - [0:0]"
    echo "-I $hook 1 -j NMANAGER_$hook"
    echo "-A NMANAGER_$hook -j NMANAGER_NOT_DNS_$hook"
  done
  case $scope in
    any)
      rules_of_scope_any "$family" PREROUTING
      [[ $PREROUTING_ONLY = yes ]] || rules_of_scope_any "$family" OUTPUT
      ;;
    pods) rules_of_scope_pods "$family" ;;
  esac
  echo COMMIT
}

rules_of_scope_any() {
  local chain=NMANAGER_NOT_DNS_$2 service=${SERVICE[$1]}/${HOST_BITS[$1]} pods=${RULES_POD_CIDR[$1]}
  cat <<RULES
-A $chain -d $service -p udp -m udp --dport $DNS_PORT -j CT --notrack
-A $chain -d $pods -p udp -m udp --dport $DNS_PORT -j CT --notrack
-A $chain -s $pods -p udp -m udp --sport $DNS_PORT -j CT --notrack
RULES
}

rules_of_scope_pods() {
  local chain=NMANAGER_NOT_DNS_PREROUTING service=${SERVICE[$1]}/${HOST_BITS[$1]} pods=${RULES_POD_CIDR[$1]}
  cat <<RULES
-A $chain -s $pods -d $service -p udp -m udp --dport $DNS_PORT -m addrtype ! --src-type LOCAL -j CT --notrack
-A $chain -s $pods -d $pods -p udp -m udp --dport $DNS_PORT -m addrtype ! --src-type LOCAL -j CT --notrack
-A $chain -s $pods -d $pods -p udp -m udp --sport $DNS_PORT -m addrtype ! --dst-type LOCAL -j CT --notrack
RULES
}

# The rules of the raw tables, both families and both backends.
raw_rules() {
  ipt_rules node 4 raw
  ipt_rules node 6 raw
  nft --stateless list table ip nmanager 2>/dev/null || :
  nft --stateless list table ip6 nmanager 2>/dev/null || :
}

# Somebody else's rules, which have to come through everything.
foreign_rules_in_raw() {
  local family
  for family in "${FAMILIES[@]}"; do ipt node "$family" -t raw -A PREROUTING -p tcp --dport 9 -j ACCEPT; done
}

count_foreign_rules() { raw_rules | grep -c -- '--dport 9 -j ACCEPT'; }

# judged_alike NAME [SCOPE]: holds what dns-notrack says of a capture of node A, on a machine without any network, against what it says on the node,
# word for word; differences go to the results. Nothing is asked, so that no counter moves in between.
judged_alike() {
  local name=$1 words here elsewhere difference=''
  [[ $CAPTURES = yes && -n $RUNNER ]] || return 0
  write_profile "${2:-pods}" '' false >/run/captured.yaml
  forget_connections
  if runner capture --profile /run/captured.yaml >/run/node.json; then
    for words in doctor 'apply --check --diff'; do
      read -ra words <<<"$words"
      here=$(runner "${words[@]}" --profile /run/captured.yaml 2>&1 && echo 'exit 0' || echo "exit $?")
      elsewhere=$(unshare --net -- "$RUNNER" "${words[@]}" --capture /run/node.json 2>&1 && echo 'exit 0' || echo "exit $?")
      difference+=$(diff <(echo "$here") <(echo "$elsewhere") | sed "s/^/${words[0]}: /;s/$/;/" || :)
    done
  else
    difference='no capture was made'
  fi
  /usr/bin/python3 -c 'import json, sys; print(json.dumps({"name": sys.argv[1], "difference": sys.argv[2]}))' "$name" "$difference" >>/results/captures.jsonl
}
