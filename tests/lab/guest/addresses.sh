# Who has which address, by address family (4 or 6). Sourced by start.
# shellcheck shell=bash disable=SC2034

readonly FAMILIES=(4 6)
readonly DNS_PORT=53 NODE_PORT=30053

# The DNS Service's virtual IP.
declare -Ar SERVICE=([4]=10.96.0.10 [6]=fd00:96::a)

# Pod networks: of the cluster, and of node A alone.
declare -Ar CLUSTER_CIDR=([4]=10.244.0.0/16 [6]=fd00:244::/48)
declare -Ar NODE_A_POD_CIDR=([4]=10.244.1.0/24 [6]=fd00:244:0:1::/64)
declare -Ar NODE_B_POD_CIDR=([4]=10.244.2.0/24 [6]=fd00:244:0:2::/64)
declare -Ar POD_GATEWAY_A=([4]=10.244.1.1 [6]=fd00:244:0:1::1)
declare -Ar POD_GATEWAY_B=([4]=10.244.2.1 [6]=fd00:244:0:2::1)

# Pods: "local" is on node A, "remote" on node B.
declare -Ar CLIENT=([4]=10.244.1.2 [6]=fd00:244:0:1::2)
declare -Ar DNS_LOCAL=([4]=10.244.1.3 [6]=fd00:244:0:1::3)
declare -Ar CLIENT_REMOTE=([4]=10.244.2.2 [6]=fd00:244:0:2::2)
declare -Ar DNS_REMOTE=([4]=10.244.2.3 [6]=fd00:244:0:2::3)

# The nodes' own network, and a host outside the cluster behind node A.
declare -Ar NODE_A=([4]=192.0.2.1 [6]=fd00:2::1)
declare -Ar NODE_B=([4]=192.0.2.2 [6]=fd00:2::2)
declare -Ar NODE_A_OUTWARD=([4]=198.51.100.1 [6]=2001:db8:100::1)
declare -Ar OUTSIDE=([4]=198.51.100.2 [6]=2001:db8:100::2)

# Prefix length of a single address.
declare -Ar HOST_BITS=([4]=32 [6]=128)

# dns_pod local|remote FAMILY
dns_pod() { if [[ $1 = local ]]; then echo "${DNS_LOCAL[$2]}"; else echo "${DNS_REMOTE[$2]}"; fi; }

# As a URL or ipvsadm writes it: [ADDRESS]:PORT for IPv6.
with_port() { if [[ $1 = *:* ]]; then echo "[$1]:$2"; else echo "$1:$2"; fi; }

# The part that each address plays, for what a server's log tells of its clients.
declare -A PART=()
for family in "${FAMILIES[@]}"; do
  PART[${SERVICE[$family]}]='the VIP'
  for address in "${CLIENT[$family]}" "${CLIENT_REMOTE[$family]}" "${DNS_LOCAL[$family]}"; do PART[$address]='the pod'; done
  for address in "${NODE_A[$family]}" "${NODE_A_OUTWARD[$family]}" "${POD_GATEWAY_A[$family]}"; do PART[$address]='the node'; done
  PART[${OUTSIDE[$family]}]='the client'
done
unset family address
