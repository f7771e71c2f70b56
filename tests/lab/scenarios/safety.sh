# dns-notrack apply where it is right, and two hazards of which the findings alone decide, and the trial where they are waived; hazards has all the
# others. Sourced by guest/start.
# shellcheck shell=bash disable=SC2034,SC2153

readonly PROBE='{ name: kubernetes.default.svc.cluster.local, from: [node, pods], timeout: 2s }'
QUERIES=3 QUERY_TIMEOUT_MS=800

# apply_profile SCOPE WAIVED: prints the exit status; the report is kept in the results under NAME.
apply_profile() {
  local status=0
  write_profile "$1" "$2" "$PROBE" >/run/profile.yaml
  runner apply --profile /run/profile.yaml --output json >/results/report.json 2>/results/report.err || status=$?
  echo "$status"
}

remove_profile() { runner remove --profile /run/profile.yaml >/dev/null; }

# try NAME SCOPE WAIVED FINDING: applies on a node with a hazard, and tells what came of it. WAIVED: all or none. FINDING: the id
# that the report must name, or "-".
try() {
  local name=$1 scope=$2 waived='' finding=$4 before after status named=-
  [[ $3 = none ]] || waived=${FINDINGS[*]}
  echo "$name"
  before=$(raw_rules)
  status=$(apply_profile "$scope" "$waived")
  after=unchanged
  [[ $(raw_rules) = "$before" ]] || after=changed
  if [[ $finding != - ]]; then
    named=no
    ! grep -qw -- "$finding" /results/report.json || named=yes
  fi
  result "\"case\": \"$name\", \"exit\": $status, \"raw_table\": \"$after\", \"names_finding\": \"$named\"," \
    "\"dns_answers_after\": \"$(places_answered "$DNS_PORT" SERVICE node client)\""
  mv /results/report.json "/results/report-${name//[^a-z0-9]/-}.json"
  mv /results/report.err "/results/report-${name//[^a-z0-9]/-}.err"
  judged_alike "$name" "$scope"
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
