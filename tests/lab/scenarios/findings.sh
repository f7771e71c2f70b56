# Findings that no trial shows, or that are none of the rules' doing: that they are told, and what they stand for, by the kernel itself: how many of
# the queries that each row speaks of come to what it names, without our rules and with those of scope pods. Sourced by guest/start.
# shellcheck shell=bash disable=SC2034,SC2153

readonly ASKED=20

# told FINDING: whether doctor says so, of a profile that waives nothing.
told() {
  write_profile pods '' false >/run/profile.yaml
  runner doctor --profile /run/profile.yaml --output json >"/results/$1.json" 2>"/results/$1.err" || :
  judged_alike "$1"
  if grep -q "\"$1\"" "/results/$1.json"; then echo yes; else echo no; fi
}

# The causes of lost DNS that doctor ranks, of a profile with which it asks.
named_causes() {
  write_profile pods '' '{ name: kubernetes.default.svc.cluster.local, from: [node, pods], timeout: 2s }' >/run/profile.yaml
  runner doctor --profile /run/profile.yaml --output json >/results/causes.json 2>/results/causes.err || :
  /usr/bin/python3 -c 'import json; print(" ".join(cause["id"] for cause in json.load(open("/results/causes.json"))["causes"]) or "none")'
}

# row NAME FINDING WITHOUT WITH
row() { result "\"case\": \"$1, $BACKEND\", \"told\": \"$2\", \"without_rules\": $3, \"with_rules\": $4"; }

# Queries of the client, a tenth of a second apart; over both families in turn. Prints those that were FATE: answered or refused.
client_queries() {
  local fate=$1 figures
  timeout 1 "$PROGRAMS/bystander" "$(namespace_of client)" "$DNS_PORT" "$ASKED" 100 "${@:2}" >/run/bystander || : # it goes on until it has sent them all
  read -ra figures </run/bystander
  if [[ $fate = answered ]]; then echo $((figures[0] - figures[1])); else echo "${figures[2]}"; fi
}

# A legacy table that is made with this parameter sees fragments before they are put together; everything else is as it was.
if [[ $BACKEND = iptables ]]; then
  mount -t tmpfs modprobe.d /etc/modprobe.d
  printf 'options %s raw_before_defrag=1\n' iptable_raw ip6table_raw >/etc/modprobe.d/raw.conf
  modprobe -a iptable_raw ip6table_raw
fi
modprobe -a nf_conntrack_netlink
build_nodes
start_dnsmasq
kube_proxy_ipvs cluster-cidr

# --- ipvs-table: IPVS drops every other packet that would begin a connection, as it does where memory is short; doctor names that cause and no other ---
real_servers local
set_sysctl node net.ipv4.vs.am_droprate=2 net.ipv4.vs.drop_packet=3
sleep 3 # the kernel looks once a second
causes=$(named_causes)
without=$(client_queries answered "${SERVICE[4]}" "${SERVICE[6]}")
put_rules pods
with=$(client_queries answered "${SERVICE[4]}" "${SERVICE[6]}")
put_rules tracked
set_sysctl node net.ipv4.vs.drop_packet=0
sleep 3
row 'ipvs-table: answered while IPVS drops' "$causes" "$without" "$with"
row 'ipvs-table: answered when it drops no more' "$(named_causes)" "$(client_queries answered "${SERVICE[4]}" "${SERVICE[6]}")" null

# --- icmp-invalid: a dead DNS pod's answer is an ICMP error, which belongs to no flow that conntrack knows ---
real_servers local
set_sysctl dns-local net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
for family in "${FAMILIES[@]}"; do ipt node "$family" -I FORWARD -m conntrack --ctstate INVALID -j DROP; done
finding=$(told icmp-invalid)
stop_dns
without=$(client_queries refused "${SERVICE[4]}" "${SERVICE[6]}")
put_rules pods
with=$(client_queries refused "${SERVICE[4]}" "${SERVICE[6]}")
put_rules tracked
start_dnsmasq
row 'icmp-invalid: refused at once by a dead DNS pod' "$finding" "$without" "$with"
firewall_off node FORWARD

# --- one-packet-scheduling ---
SCHEDULER='rr -o' REAL_SERVERS=''
real_servers local
finding=$(told one-packet-scheduling)
without=$(client_queries answered "${SERVICE[4]}" "${SERVICE[6]}")
put_rules pods
with=$(client_queries answered "${SERVICE[4]}" "${SERVICE[6]}")
put_rules tracked
row 'one-packet-scheduling: answered' "$finding" "$without" "$with"
SCHEDULER=rr REAL_SERVERS=''

# --- stale-servers: a client that keeps its port, and a DNS pod that goes ---
# keeps_its_port: of ASKED queries from one socket, those answered though the DNS pod is replaced after the first few.
keeps_its_port() {
  local service
  service=$(with_port "${SERVICE[4]}" "$DNS_PORT")
  REAL_SERVERS=''
  real_servers local
  in_place client "$PROGRAMS/live_flow" "${SERVICE[4]}" "$DNS_PORT" "$ASKED" 200 >/run/live_flow &
  local flow=$!
  sleep 1
  ipvsadm -a -u "$service" -r "$(with_port "${DNS_REMOTE[4]}" "$DNS_PORT")" -m
  ipvsadm -d -u "$service" -r "$(with_port "${DNS_LOCAL[4]}" "$DNS_PORT")"
  wait "$flow"
  cat /run/live_flow
}
set_sysctl node net.ipv4.vs.expire_nodest_conn=0
finding=$(told stale-servers)
without=$(keeps_its_port)
put_rules pods
with=$(keeps_its_port)
put_rules tracked
row 'stale-servers: answered, expire_nodest_conn=0' "$finding" "$without" "$with"
set_sysctl node net.ipv4.vs.expire_nodest_conn=1
finding=$(told stale-servers)
without=$(keeps_its_port)
row 'stale-servers: answered, expire_nodest_conn=1' "$finding" "$without" null
REAL_SERVERS=''
real_servers local remote

# --- foreign-networks: an address outside the cluster, whose host knows no way back to pods ---
in_place outside ip -batch - <<BATCH
route delete default
route delete default via ${NODE_A_OUTWARD[6]}
addr add 9.9.9.9/32 dev outward
addr add 2620:fe::9/128 dev outward
BATCH
ip route add 9.9.9.0/24 via "${OUTSIDE[4]}"
ip route add 2620:fe::/48 via "${OUTSIDE[6]}"
RULES_POD_CIDR=([4]="${CLUSTER_CIDR[4]}\", \"9.9.9.0/24" [6]="${CLUSTER_CIDR[6]}\", \"2620:fe::/48")
finding=$(told foreign-networks)
without=$(client_queries answered 9.9.9.9 2620:fe::9)
put_rules pods
with=$(client_queries answered 9.9.9.9 2620:fe::9)
put_rules tracked
row 'foreign-networks: answered by a resolver outside' "$finding" "$without" "$with"
RULES_POD_CIDR=([4]=${CLUSTER_CIDR[4]} [6]=${CLUSTER_CIDR[6]})

# --- foreign-objects: what others put into our nftables table stays, and is told ---
if [[ $BACKEND = nftables ]]; then
  put_rules pods
  nft add chain ip nmanager somebody
  finding=$(told foreign-objects)
  put_rules tracked
  row "foreign-objects: somebody's chains that a removal leaves" "$finding" 1 "$(nft list tables | grep -c 'ip nmanager' || true)"
  nft delete table ip nmanager
fi

# --- early-raw: large answers, in fragments ---
if [[ $BACKEND = iptables ]]; then
  # large_answers: of three queries with room for 4,096 bytes, those that got an answer of 3,000.
  large_answers() { in_place client /usr/bin/python3 "$LAB/traffic/large_answers.py" "${SERVICE[4]}" "$DNS_PORT" 3; }
  stop_dns
  strings=$(printf ',%0250d' {1..12})
  start_dnsmasq_with=("--edns-packet-max=4096" "--txt-record=big.test$strings")
  for server in dns-local dns-remote; do
    in_place "$server" dnsmasq --conf-file=/dev/null --no-resolv --no-hosts --user=root --port="$DNS_PORT" --pid-file="/run/$server.pid" "${start_dnsmasq_with[@]}"
  done
  finding=$(told early-raw)
  without=$(large_answers)
  put_rules pods
  with=$(large_answers)
  put_rules tracked
  row 'early-raw: large answers' "$finding" "$without" "$with"
fi
