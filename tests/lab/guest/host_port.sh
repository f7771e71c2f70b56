# A hostPort 53 into the DNS pod of node A. Sourced by start.
# shellcheck shell=bash

# host_port_dnat: what a hostPort is at its simplest.
host_port_dnat() {
  local family
  for family in "${FAMILIES[@]}"; do
    ipt node "$family" -t nat -A PREROUTING -d "${NODE_A[$family]}" -p udp --dport "$DNS_PORT" \
      -j DNAT --to-destination "$(with_port "${DNS_LOCAL[$family]}" "$DNS_PORT")"
  done
}

# host_port_portmap: the chains of the CNI plugin portmap, which masquerades pods of the DNS pod's own subnet.
host_port_portmap() {
  local family
  for family in "${FAMILIES[@]}"; do
    ipt_restore node "$family" <<RULES
*nat
:CNI-HOSTPORT-DNAT - [0:0]
:CNI-HOSTPORT-SETMARK - [0:0]
:CNI-HOSTPORT-MASQ - [0:0]
:CNI-DN-dns - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
-A OUTPUT -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
-I POSTROUTING 1 -j CNI-HOSTPORT-MASQ
-A CNI-HOSTPORT-DNAT -p udp -m multiport --destination-ports $DNS_PORT -j CNI-DN-dns
-A CNI-DN-dns -s ${NODE_A_POD_CIDR[$family]} -p udp --dport $DNS_PORT -j CNI-HOSTPORT-SETMARK
-A CNI-DN-dns -p udp --dport $DNS_PORT -j DNAT --to-destination $(with_port "${DNS_LOCAL[$family]}" "$DNS_PORT")
-A CNI-HOSTPORT-SETMARK -j MARK --or-mark 0x2000
-A CNI-HOSTPORT-MASQ -m mark --mark 0x2000/0x2000 -j MASQUERADE
COMMIT
RULES
  done
}

# masquerade_host_port: the remedy for pods that ask a hostPort. Their answers go to the node then, and scope pods leaves those tracked.
# Queries to the VIP are untracked, so that this rule never sees them.
masquerade_host_port() {
  local family
  for family in "${FAMILIES[@]}"; do
    ipt node "$family" -t nat -I POSTROUTING -s "${CLUSTER_CIDR[$family]}" -d "${CLUSTER_CIDR[$family]}" -p udp --dport "$DNS_PORT" \
      -m conntrack --ctstate DNAT -j MASQUERADE
  done
}
