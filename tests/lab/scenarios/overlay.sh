# Two nodes with a tunnel between their pods, VXLAN and Geneve, over underlays of both families: the entries that 20 queries to the DNS pod of the other
# node leave on each of them, and TCP through the tunnel; what others' rules do about it. Sourced by guest/start.
# shellcheck shell=bash disable=SC2034,SC2153

readonly TUNNEL=overlay0
declare -Ar INNER_A=([4]=10.244.1.0 [6]=fd00:244:0:1::) INNER_B=([4]=10.244.2.0 [6]=fd00:244:0:2::)
declare -Ar UNDERLAY=([4]=192.0.2.0/24 [6]=fd00:2::/64)
readonly NODE_CACHE=169.254.25.10 # kubespray's
QUERIES=20 QUERY_TIMEOUT_MS=3000

# tunnel KIND PORT FAMILY: between the nodes, and the pods' routes through it.
tunnel() {
  end_of_tunnel node "$1" "$2" "${NODE_A[$3]}" "${NODE_B[$3]}" INNER_A INNER_B NODE_B_POD_CIDR
  end_of_tunnel node-b "$1" "$2" "${NODE_B[$3]}" "${NODE_A[$3]}" INNER_B INNER_A NODE_A_POD_CIDR
}

# end_of_tunnel PLACE KIND PORT HERE THERE NEAR FAR PODS
end_of_tunnel() {
  local place=$1 kind=$2 port=$3 here=$4 there=$5 local=''
  local -n near=$6 far=$7 pods=$8
  [[ $kind = geneve ]] || local="local $here dev underlay" # Geneve takes the route's
  in_place "$place" ip -batch - <<BATCH
link add $TUNNEL type $kind id 1 $local remote $there dstport $port
addr add ${near[4]}/32 dev $TUNNEL
addr add ${near[6]}/128 dev $TUNNEL nodad
link set $TUNNEL up
route replace ${far[4]}/32 dev $TUNNEL src ${near[4]}
route replace ${pods[4]} via ${far[4]} dev $TUNNEL onlink
route replace ${far[6]}/128 dev $TUNNEL
route replace ${pods[6]} via ${far[6]} dev $TUNNEL onlink
BATCH
}

tunnel_off() { local place; for place in node node-b; do in_place "$place" ip link delete "$TUNNEL"; done; }

# profile SCOPE TUNNELS: node B has no service of its own to be asked, so findings and probe are node A's.
profile() {
  local waived='' probe='{ name: kubernetes.default.svc.cluster.local, from: [node, pods], timeout: 2s }'
  [[ $1 = node ]] || waived=${FINDINGS[*]} probe=false
  write_profile pods "$waived" "$probe"
  echo "$2"
}

# rules TUNNELS: on both nodes. Sets STATUS to the exit codes of both.
rules() {
  local place status
  STATUS=''
  for place in node-b node; do
    status=0
    profile "$place" "$1" >"/run/$place.yaml"
    if [[ $place = node ]]; then runner apply --profile /run/node.yaml --output json >/results/report.json 2>/results/report.err || status=$?
    else in_place "$place" "$RUNNER" apply --profile "/run/$place.yaml" >/results/report-b.out 2>&1 || status=$?; fi
    STATUS+=$status
  done
}

no_rules() {
  runner remove --profile /run/node.yaml >/dev/null
  in_place node-b "$RUNNER" remove --profile /run/node-b.yaml >/dev/null
}

# entries PLACE PORT: of DNS and of the tunnel.
entries() { in_place "$1" sh -c 'conntrack -L -f ipv4 -p udp; conntrack -L -f ipv6 -p udp' 2>/dev/null | grep -cE "[sd]port=(53|$2) " || true; }

balanced() { ipvsadm -Lnc | grep -c ^UDP || true; }

# asked PORT [ADDRESS]: 20 queries of a pod to the service, and so to the DNS pod of the other node, over IPv4, or to somebody else; both nodes' entries,
# and what came to IPVS's own table.
asked() {
  local place answered before address=${2:-${SERVICE[4]}}
  "$PROGRAMS/ask" "$(namespace_of client)" "$DNS_PORT" 1 "$QUERY_TIMEOUT_MS" "$address" >/dev/null # neighbours are known from here on
  for place in node node-b; do in_place "$place" sh -c 'conntrack -F -f ipv4; conntrack -F -f ipv6' >/dev/null 2>&1; done
  before=$(balanced)
  read -r answered < <("$PROGRAMS/ask" "$(namespace_of client)" "$DNS_PORT" "$QUERIES" "$QUERY_TIMEOUT_MS" "$address")
  echo "\"answered\": $answered, \"entries_here\": $(entries node "$1"), \"entries_there\": $(entries node-b "$1"), \"ipvs\": $(($(balanced) - before))"
}

# transfers: two megabytes from pod to pod, through the tunnel as it is made and with 50 bytes more, so that the outer packets do not fit.
transfers() {
  local mtu place
  mtu=$(cat "/sys/class/net/$TUNNEL/mtu")
  echo -n "\"at_its_mtu\": \"$(transfer)\""
  for place in node node-b; do in_place "$place" ip link set "$TUNNEL" mtu "$((mtu + 50))"; done
  echo -n ", \"over_it\": \"$(transfer)\""
  for place in node node-b; do in_place "$place" ip link set "$TUNNEL" mtu "$mtu"; done
}

# transfer: whether it came as it was sent.
transfer() {
  local sent
  nsenter --net="$(namespace_file dns-remote)" -- /usr/bin/python3 -c 'import hashlib, socket
with socket.create_server(("", 8080)) as server:
    connection = server.accept()[0]
    total = hashlib.sha256()
    while piece := connection.recv(1 << 16): total.update(piece)
    connection.sendall(total.digest())' >/dev/null 2>&1 &
  sent=$!
  sleep 2
  in_place client /usr/bin/python3 -c 'import hashlib, os, socket, sys
content = os.urandom(1 << 21)
with socket.create_connection((sys.argv[1], 8080), timeout=20) as connection:
    connection.sendall(content)
    connection.shutdown(socket.SHUT_WR)
    print("whole" if connection.recv(64) == hashlib.sha256(content).digest() else "harmed")' "${DNS_REMOTE[4]}" 2>/dev/null || echo lost
  kill "$sent" 2>/dev/null || :
}

# vxlan_untracked -A|-D PORT: as Calico does it (felix/rules/static.go).
vxlan_untracked() {
  local place chain
  for place in node node-b; do
    for chain in PREROUTING OUTPUT; do ipt "$place" 4 -t raw "$1" "$chain" -p udp -m udp --dport "$2" -j CT --notrack; done
  done
}

# node_cache_rules -A|-D: those of NodeLocal DNSCache (cmd/node-cache/app/cache_app.go).
node_cache_rules() {
  local protocol
  for protocol in udp tcp; do
    ipt node 4 -t raw "$1" PREROUTING -d "$NODE_CACHE" -p "$protocol" -m "$protocol" --dport 53 -j CT --notrack
    ipt node 4 -t raw "$1" OUTPUT -s "$NODE_CACHE" -p "$protocol" -m "$protocol" --sport 53 -j CT --notrack
    ipt node 4 "$1" INPUT -d "$NODE_CACHE" -p "$protocol" -m "$protocol" --dport 53 -j ACCEPT
    ipt node 4 "$1" OUTPUT -s "$NODE_CACHE" -p "$protocol" -m "$protocol" --sport 53 -j ACCEPT
  done
}

# A cache on the node that asks the service over TCP, as NodeLocal DNSCache does.
node_cache() {
  ip -batch - <<BATCH
link add nodelocaldns type dummy
addr add $NODE_CACHE/32 dev nodelocaldns
link set nodelocaldns up
BATCH
  node_cache_rules -A
  cat >/run/node-cache.conf <<CONFIGURATION
server:
  interface: $NODE_CACHE
  access-control: 0.0.0.0/0 allow
  username: ""
  chroot: ""
  directory: "/run"
  pidfile: "/run/node-cache.pid"
  use-syslog: no
  module-config: "iterator"
  cache-min-ttl: 3600
  do-not-query-localhost: no
  local-zone: "cluster.local." transparent
forward-zone:
  name: "."
  forward-addr: ${SERVICE[4]}
  forward-tcp-upstream: yes
remote-control:
  control-enable: no
CONFIGURATION
  unbound -c /run/node-cache.conf
  for _ in {1..60}; do
    [[ $("$PROGRAMS/ask" "$(namespace_of client)" "$DNS_PORT" 1 500 "$NODE_CACHE") = '1 ' ]] || return 0
  done
  echo 'overlay: the cache does not answer' >&2
}

node_cache_off() {
  kill "$(</run/node-cache.pid)"
  node_cache_rules -D
  ip link delete nodelocaldns
}

modprobe -a nf_conntrack_netlink vxlan geneve
build_nodes
start_dnsmasq
kube_proxy_ipvs cluster-cidr
real_servers remote
for family in "${FAMILIES[@]}"; do kube_proxy_filter_rules | ipt_restore node-b "$family"; done # or it tracks nothing
for kind in vxlan geneve; do
  port=4789
  [[ $kind = vxlan ]] || port=6081
  for family in "${FAMILIES[@]}"; do
    name="$kind over IPv$family"
    echo "$(cut -d' ' -f1 /proc/uptime) $name"
    tunnel "$kind" "$port" "$family"
    result "\"case\": \"$name: tracked\", $(asked "$port"), $(transfers)"
    proposed=$(runner discover 2>/dev/null | grep -c "port: $port, peers: .*# $kind $TUNNEL") || true
    rules ''
    result "\"case\": \"$name: rules for DNS\", \"exit\": \"$STATUS\", $(asked "$port")"
    rules "tunnels: [{ port: $port, peers: [\"${UNDERLAY[$family]}\"] }]"
    result "\"case\": \"$name: rules for both\", \"exit\": \"$STATUS\", \"proposed\": $proposed, $(asked "$port"), $(transfers)"
    cp /results/report.json "/results/report-$kind-$family.json"
    no_rules
    if [[ $kind$family = vxlan4 ]]; then
      vxlan_untracked -A "$port"
      result "\"case\": \"$name: Calico's rules\", $(asked "$port")"
      vxlan_untracked -D "$port"
      if command -v unbound >/dev/null; then
        node_cache
        result "\"case\": \"$name: NodeLocal DNSCache, a name that it knows\", $(asked "$port" "$NODE_CACHE")"
        node_cache_off
      else
        result "\"case\": \"$name: NodeLocal DNSCache, a name that it knows\", \"skipped\": \"unbound is not installed\""
      fi
    fi
    tunnel_off
  done
done
