# The nodes that the gate tries. Sourced by hazards.
# shellcheck shell=bash disable=SC2034,SC2153

hazard 'sound, DNS pods on both nodes'
real_servers remote
hazard 'scope any, DNS pod on another node' any
real_servers local remote
hazard 'scope any, DNS pods on both nodes' any
for chain in FORWARD INPUT OUTPUT; do
  firewall node "$chain"
  hazard "stateful $chain"
  firewall_off node "$chain"
done

# Nothing on this node tells of what a firewall elsewhere thinks: it knows the nodes, and untracked pods keep their own addresses.
masquerade masquerade-all
real_servers remote
for family in "${FAMILIES[@]}"; do ipt node-b "$family" -A FORWARD ! -s "${NODE_A[$family]}" -p udp --dport "$DNS_PORT" -j DROP; done
hazard 'masquerade-all, and a firewall elsewhere that knows nodes only'
firewall_off node-b FORWARD
masquerade cluster-cidr
real_servers local remote

plant <<'RULES'
*filter
:FORWARD DROP [0:0]
-A FORWARD -d CLIENT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -s CLIENT -j ACCEPT
COMMIT
RULES
hazard 'A1 established per address'
unplant

# Native nftables tables are nothing that iptables shows.
nft -f - <<'RULES'
table inet filter_of_ours {
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state vmap { invalid : drop, established : accept, related : accept }
    udp dport 53 accept
    meta l4proto ipv6-icmp accept
  }
}
RULES
hazard 'H1 verdict map of nft'
nft delete table inet filter_of_ours

stop_dns
hazard 'dead DNS pods'
start_dnsmasq

kube_proxy_ipvs_off
kube_proxy_iptables local remote
hazard 'kube-proxy in iptables mode'
