# Filters that people put on nodes. PLACE is node or node-b. Each comes on top of what the filter table holds. Sourced by start.
# shellcheck shell=bash

# firewall PLACE CHAIN: drops what is neither ESTABLISHED nor a NEW query.
firewall() {
  local place=$1 chain=$2 family
  for family in "${FAMILIES[@]}"; do
    ipt "$place" "$family" -P "$chain" DROP
    ipt "$place" "$family" -A "$chain" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
    ipt "$place" "$family" -A "$chain" -p udp --dport "$DNS_PORT" -m conntrack --ctstate NEW -j ACCEPT
  done
  # Neighbour discovery passes INPUT and OUTPUT.
  ipt "$place" 6 -A "$chain" -p icmpv6 -j ACCEPT
}

# Lets UNTRACKED queries to port 53 through CHAIN.
accept_untracked_queries() {
  local place=$1 chain=$2 family
  for family in "${FAMILIES[@]}"; do
    ipt "$place" "$family" -I "$chain" -p udp --dport "$DNS_PORT" -m conntrack --ctstate UNTRACKED -j ACCEPT
  done
}

# Lets UNTRACKED answers of pods through CHAIN.
accept_untracked_answers() {
  local place=$1 chain=$2 family
  for family in "${FAMILIES[@]}"; do
    ipt "$place" "$family" -I "$chain" -s "${CLUSTER_CIDR[$family]}" -p udp --sport "$DNS_PORT" -m conntrack --ctstate UNTRACKED -j ACCEPT
  done
}

# firewall_off PLACE CHAIN: takes the chain back to what kube-proxy has in it.
firewall_off() {
  local place=$1 chain=$2 family
  for family in "${FAMILIES[@]}"; do
    ipt "$place" "$family" -P "$chain" ACCEPT
    ipt "$place" "$family" -F "$chain"
    [[ $place != node || $chain != FORWARD ]] || ipt "$place" "$family" -A FORWARD -j KUBE-FORWARD
  done
}
