# Queries when the conntrack table is small and full, and the time that a query takes. Sourced by guest/start.
# shellcheck shell=bash disable=SC2154

QUERIES_FULL=400 QUERIES_FLOOD=2000 QUERIES_CALM=500
[[ $FULL = no ]] || QUERIES_FULL=1008 QUERIES_FLOOD=10048 QUERIES_CALM=10000
readonly QUERIES_FULL QUERIES_FLOOD QUERIES_CALM
readonly ANSWER_TIMEOUT_MS=100 TABLE_MAX=1000

# flood CASE QUERIES WINDOW: under each set of rules.
flood() {
  local name=$1 queries=$2 window=$3 rules figures drops early_drops
  for rules in tracked any pods; do
    put_rules "$rules"
    [[ -n $KEEP_CONNECTIONS ]] || forget_connections
    drops=$(conntrack_counter drop) early_drops=$(conntrack_counter early_drop)
    figures=$(in_place client "$PROGRAMS/flood" "${SERVICE[4]}" "$DNS_PORT" "$queries" "$window" "$ANSWER_TIMEOUT_MS")
    result "\"case\": \"$name: $rules\", $figures, \"entries\": $(</proc/sys/net/netfilter/nf_conntrack_count)," \
      "\"drop\": $(($(conntrack_counter drop) - drops)), \"early_drop\": $(($(conntrack_counter early_drop) - early_drops))"
  done
  put_rules tracked
}
KEEP_CONNECTIONS=''

modprobe -a nf_conntrack nf_conntrack_netlink
build_nodes
kube_proxy_ipvs cluster-cidr
start_responders

set_sysctl node net.netfilter.nf_conntrack_max=262144
flood 'table nearly empty, one query at a time' "$QUERIES_CALM" 1

set_sysctl node "net.netfilter.nf_conntrack_max=$TABLE_MAX"
echo 65536 >/sys/module/nf_conntrack/parameters/hashsize
flood 'queries from unique ports, 65536 buckets' "$QUERIES_FLOOD" 64
# With few buckets eviction of the unanswered finds a victim in every chain, and hides the shortage.
echo 1024 >/sys/module/nf_conntrack/parameters/hashsize
flood 'queries from unique ports, 1024 buckets' "$QUERIES_FLOOD" 64

echo 65536 >/sys/module/nf_conntrack/parameters/hashsize
forget_connections
"$PROGRAMS/established_flows" "$(namespace_file dns-remote)" "$(namespace_file client)" "${DNS_REMOTE[4]}" 8080 $((TABLE_MAX - 2)) >/run/flows &
until [[ -s /run/flows ]]; do sleep 0.2; done
KEEP_CONNECTIONS=yes
flood "table full of $(</run/flows) TCP connections" "$QUERIES_FULL" 16
