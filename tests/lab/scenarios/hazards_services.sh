# Services and address translation that need what the rules take away, by the letters under which they were reported. Sourced by hazards.
# shellcheck shell=bash disable=SC2034

# more_dnsmasq PLACE PORT ADDRESS...: one more DNS server.
more_dnsmasq() {
  local place=$1 port=$2 address listen=()
  shift 2
  for address; do listen+=("--listen-address=$address"); done
  in_place "$place" dnsmasq --conf-file=/dev/null --no-resolv --no-hosts --user=root --port="$port" --bind-interfaces "${listen[@]}" \
    --pid-file="/run/more-$place-$port.pid" --txt-record="who.test,$place" --address=/kubernetes.default.svc.cluster.local/10.96.0.1 \
    --address=/kubernetes.default.svc.cluster.local/fd00:96::1 --cache-size=0
}
more_dnsmasq node-b "$DNS_PORT" "${NODE_B[4]}" "${NODE_B[6]}"
more_dnsmasq dns-remote 1053 "${DNS_REMOTE[4]}" "${DNS_REMOTE[6]}"
more_dnsmasq node "$DNS_PORT" "${NODE_A[4]}" "${NODE_A[6]}"

service_at "$DNS_PORT" "${NODE_B[4]}" "${NODE_B[6]}"
hazard "DNS on another node's own address"
firewall node FORWARD
hazard 'D1 server outside the networks, stateful FORWARD'
firewall_off node FORWARD
plant <<'RULES'
*nat
-A POSTROUTING ! -s PODS -d PODS -j MASQUERADE
COMMIT
RULES
hazard 'D4 masquerade into pods'
masquerade cluster-cidr

service_at 1053 "${DNS_REMOTE[4]}" "${DNS_REMOTE[6]}"
hazard 'DNS pod at another port'
PROFILE_MORE='ports: [53, 1053]'
hazard 'D6 ports of the real servers'
PROFILE_MORE=''
firewall node FORWARD
accept_untracked_answers node FORWARD
hazard 'D2 server at another port, stateful FORWARD'
firewall_off node FORWARD

service_at "$DNS_PORT" "${NODE_A[4]}" "${NODE_A[6]}"
hazard "DNS on this node's own address"
firewall node OUTPUT
hazard 'D5 server on this node, stateful OUTPUT'
firewall_off node OUTPUT

real_servers remote
RULES_POD_CIDR=([4]=${NODE_A_POD_CIDR[4]} [6]=${NODE_A_POD_CIDR[6]})
hazard "the networks of this node's pods only"
firewall node FORWARD
hazard "D3 this node's networks only, stateful FORWARD"
firewall_off node FORWARD
RULES_POD_CIDR=([4]=${CLUSTER_CIDR[4]} [6]=${CLUSTER_CIDR[6]})

# A server that knows no way back to pods, which is why somebody masquerades.
for family in "${FAMILIES[@]}"; do in_place node-b ip "-$family" route delete "${NODE_A_POD_CIDR[$family]}"; done
modprobe xt_ipvs
plant <<'RULES'
*nat
-A POSTROUTING -m ipvs --vaddr VIP -j MASQUERADE
COMMIT
RULES
hazard 'E1 balanced queries masqueraded'
masquerade masquerade-all
hazard 'E2 mark for masquerade'
masquerade cluster-cidr
for family in "${FAMILIES[@]}"; do in_place node-b ip "-$family" route add "${NODE_A_POD_CIDR[$family]}" via "${NODE_A[$family]}"; done

plant <<'RULES'
*nat
-A PREROUTING -d VIP -p udp -m udp --dport 53 -j DNAT --to-destination REMOTE
COMMIT
RULES
hazard 'I2 stale DNAT in front of IPVS (sound)'
masquerade cluster-cidr

bridge_cni
real_servers local
hazard 'sound, bridge CNI'
set_sysctl node net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0
masquerade masquerade-all
hazard 'E3 bridge past netfilter, masquerade-all'
masquerade cluster-cidr
set_sysctl node net.bridge.bridge-nf-call-iptables=1 net.bridge.bridge-nf-call-ip6tables=1
real_servers local remote
