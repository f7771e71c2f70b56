# Which DNS traffic works, without rules and under each scope, and what it costs in conntrack entries. Sourced by guest/start.
# shellcheck shell=bash disable=SC2034

readonly LIVE_QUERIES=60
QUERIES=3 QUERY_TIMEOUT_MS=500

RULE_SETS=(tracked any pods)
ENVIRONMENT=''

# environment NAME: what the table's first column says of the rows that follow.
environment() {
  leave_environment
  ENVIRONMENT=$1
  echo "$(cut -d' ' -f1 /proc/uptime) $ENVIRONMENT"
}

# A node is as its environment left it when a capture of it is judged.
leave_environment() { [[ -z $ENVIRONMENT ]] || judged_alike "$ENVIRONMENT"; }

# traffic FROM TO REAL_SERVER [FROM TO REAL_SERVER]...: measures each, under every set of rules, over both families.
#   FROM         client client-remote node outside dns-local
#   TO           vip node-port host-port outside
#   REAL_SERVER  local remote: where the DNS pod is that the service has; unchanged: leaves the services alone
traffic() {
  local rules rows
  for rules in "${RULE_SETS[@]}"; do
    put_rules "$rules"
    rows=("$@")
    while ((${#rows[@]})); do
      measure "$rules" "${rows[@]:0:3}"
      rows=("${rows[@]:3}")
    done
  done
  put_rules tracked
}

measure() {
  local rules=$1 from=$2 to=$3 real_server=$4 family port=$DNS_PORT answered
  local -A address
  [[ $real_server = unchanged || $to = host-port || $to = outside ]] || real_servers "$real_server"
  for family in "${FAMILIES[@]}"; do
    case $to in
      vip) address[$family]=${SERVICE[$family]} ;;
      host-port) address[$family]=${NODE_A[$family]} ;;
      node-port) address[$family]=${NODE_A[$family]} port=$NODE_PORT ;;
      outside) address[$family]=${OUTSIDE[$family]} ;;
    esac
  done
  forget_connections
  forget_clients
  read -ra answered < <(ask "$from" "$port" "${address[4]}" "${address[6]}")
  count_dns_connections
  for family in "${FAMILIES[@]}"; do
    result "\"environment\": \"$ENVIRONMENT\", \"from\": \"$from\", \"to\": \"$to\", \"real_server\": \"$real_server\"," \
      "\"family\": $family, \"rules\": \"$rules\", \"asked\": $QUERIES, \"answered\": ${answered[family / 6]}," \
      "\"entries\": ${DNS_CONNECTIONS[$family]}, \"seen\": $(clients_seen "$family")"
  done
}

# A resolver with one socket, while the rules come and go: a query every 100 ms, rules in place for the middle third.
live_flow() {
  local rules family
  real_servers local remote
  for rules in any pods; do
    for family in "${FAMILIES[@]}"; do
      in_place client "$PROGRAMS/live_flow" "${SERVICE[$family]}" "$DNS_PORT" "$LIVE_QUERIES" 100 >"/run/live-$family" &
    done
    sleep "$((LIVE_QUERIES / 30))"
    put_rules "$rules"
    sleep "$((LIVE_QUERIES / 30))"
    put_rules tracked
    wait
    for family in "${FAMILIES[@]}"; do
      result "\"environment\": \"$ENVIRONMENT\", \"from\": \"client\", \"to\": \"vip\", \"real_server\": \"both\"," \
        "\"family\": $family, \"rules\": \"$rules\", \"asked\": $LIVE_QUERIES, \"answered\": $(cat "/run/live-$family")"
    done
  done
}

modprobe -a nf_conntrack_netlink
build_nodes
start_dnsmasq
kube_proxy_ipvs cluster-cidr
# Two guests share the work, side by side.
# shellcheck source=/dev/null
. "$LAB/scenarios/matrix_$VARIANT.sh"
leave_environment
