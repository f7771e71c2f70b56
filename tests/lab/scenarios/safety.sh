# dns-notrack apply where it is right, and where it would break DNS: it refuses, or, where it was told not to, its trial finds out and leaves everything
# as it was. Sourced by guest/start.
# shellcheck shell=bash disable=SC2034,SC2153

readonly PROBE='{ name: kubernetes.default.svc.cluster.local, from: [node, pods], timeout: 2s }'
QUERIES=3 QUERY_TIMEOUT_MS=800

# apply_profile SCOPE WAIVED: prints the exit status; the report is kept in the results under NAME.
apply_profile() {
  local status=0
  write_profile "$1" "$2" "$PROBE" >/run/profile.yaml
  "$RUNNER" apply --profile /run/profile.yaml --output json >/results/report.json 2>/results/report.err || status=$?
  echo "$status"
}

remove_profile() { "$RUNNER" remove --profile /run/profile.yaml >/dev/null; }

# try NAME SCOPE WAIVED FINDING: applies on a node with a hazard, and tells what came of it. WAIVED: all or none. FINDING: the id
# that the report must name, or "-".
try() {
  local name=$1 scope=$2 waived='' finding=$4 before after status place gap=0 named=- watchers=()
  [[ $3 = none ]] || waived=${FINDINGS[*]}
  echo "$name"
  before=$(raw_rules)
  for place in node client; do
    "$PROGRAMS/outage" "$(namespace_of "$place")" "${SERVICE[4]}" "$DNS_PORT" 100 >"/run/outage-$place" &
    watchers+=("$!")
  done
  sleep 0.5
  status=$(apply_profile "$scope" "$waived")
  sleep 0.5
  kill "${watchers[@]}"
  wait "${watchers[@]}"
  for place in node client; do if (($(<"/run/outage-$place") > gap)); then gap=$(<"/run/outage-$place"); fi; done
  after=unchanged
  [[ $(raw_rules) = "$before" ]] || after=changed
  if [[ $finding != - ]]; then
    named=no
    ! grep -qw -- "$finding" /results/report.json || named=yes
  fi
  result "\"case\": \"$name\", \"exit\": $status, \"raw_table\": \"$after\", \"names_finding\": \"$named\"," \
    "\"dns_answers_after\": \"$(places_answered "$DNS_PORT" SERVICE node client)\", \"longest_silence_ms\": $gap"
  mv /results/report.json "/results/report-${name//[^a-z0-9]/-}.json"
  mv /results/report.err "/results/report-${name//[^a-z0-9]/-}.err"
  [[ $after = unchanged ]] || remove_profile
}

# try_hazard NAME SCOPE FINDING: refused by the finding, and by the trial where that is waived.
try_hazard() {
  try "$1: refused" "$2" none "$3"
  try "$1: waived" "$2" all "$3"
}

# What goes on to work with the rules in place.
check_traffic() {
  local where
  for where in local remote; do
    real_servers "$where"
    forget_connections
    result "\"case\": \"applied, DNS pod $where\", \"pods\": \"$(places_answered "$DNS_PORT" SERVICE client)\"," \
      "\"entries\": $(count_dns_connections && echo $((DNS_CONNECTIONS[4] + DNS_CONNECTIONS[6])))," \
      "\"node\": \"$(places_answered "$DNS_PORT" SERVICE node)\"," \
      "\"node_port\": \"$(places_answered "$NODE_PORT" NODE_A outside)\""
  done
  real_servers local remote
  host_port_portmap
  result "\"case\": \"applied, hostPort 53\", \"external\": \"$(places_answered "$DNS_PORT" NODE_A outside)\""
  masquerade cluster-cidr
}

modprobe -a nf_conntrack_netlink
build_nodes
start_dnsmasq
kube_proxy_ipvs cluster-cidr
foreign_rules_in_raw

# --- where it is right ---
before=$(raw_rules)
status=$(apply_profile pods '')
cp /results/report.json /results/report-applied.json
result "\"case\": \"scope pods on an IPVS node\", \"exit\": $status, \"foreign_rules\": \"$(count_foreign_rules)\""
check_traffic
status=$(apply_profile pods '')
result "\"case\": \"applied again\", \"exit\": $status"
remove_profile
result "\"case\": \"removed\", \"raw_table\": \"$([[ $(raw_rules) = "$before" ]] && echo unchanged || echo changed)\""

# --- where it would break something ---
real_servers remote
try_hazard 'scope any, a DNS pod on another node' any host-queries

real_servers local
host_port_dnat
try_hazard 'hostPort 53, scope pods' pods host-port
try_hazard 'hostPort 53, scope any' any host-port
real_servers local remote
masquerade cluster-cidr

for chain in FORWARD INPUT OUTPUT; do
  firewall node "$chain"
  try_hazard "stateful $chain" pods stateful-forward
  firewall_off node "$chain"
done

# Nothing on this node tells of what a firewall elsewhere thinks: it knows the nodes, and untracked pods keep their own addresses.
masquerade masquerade-all
real_servers remote
for family in "${FAMILIES[@]}"; do ipt node-b "$family" -A FORWARD ! -s "${NODE_A[$family]}" -p udp --dport "$DNS_PORT" -j DROP; done
try 'masquerade-all, and a firewall elsewhere that knows nodes only' pods none -
firewall_off node-b FORWARD
masquerade cluster-cidr
real_servers local remote

# Native nftables tables are nothing that iptables shows.
nft -f - <<'RULES'
table inet corporate {
  chain input {
    type filter hook input priority filter; policy drop;
    iif lo accept
    ct state established,related accept
    meta l4proto { icmp, ipv6-icmp } accept
    udp dport 53 ct state new accept
  }
}
RULES
try 'stateful input chain in a native nft table: refused' pods none stateful-forward
try 'stateful input chain in a native nft table' pods all stateful-forward
nft delete table inet corporate

kube_proxy_ipvs_off
kube_proxy_iptables local remote
try_hazard 'kube-proxy in iptables mode' pods service-dnat
