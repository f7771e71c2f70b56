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

# plant: adds the rules on standard input (iptables-save's format) to node A, for both families. In them CLIENT, PODS (of the cluster), HERE (pods of
# this node), NODE, VIP, REMOTE, ICMP and SET stand for what they are in that family.
plant() {
  local text family
  local -A icmp=([4]=icmp [6]=icmpv6)
  text=$(cat)
  for family in "${FAMILIES[@]}"; do
    sed -e "s|CLIENT|${CLIENT[$family]}|g; s|PODS|${CLUSTER_CIDR[$family]}|g; s|HERE|${NODE_A_POD_CIDR[$family]}|g; s|NODE|${NODE_A[$family]}|g" \
      -e "s|VIP|${SERVICE[$family]}|g; s|REMOTE|${DNS_REMOTE[$family]}|g; s|ICMP|${icmp[$family]}|g; s|SET|lab-pods-$family|g" <<<"$text" | ipt_restore node "$family"
  done
}

# Takes the filter and the mangle table back to what kube-proxy has in them.
unplant() {
  local family
  flush_table node filter
  flush_table node mangle
  for family in "${FAMILIES[@]}"; do
    ipt node "$family" -t mangle -N KUBE-KUBELET-CANARY
    kube_proxy_filter_rules | ipt_restore node "$family"
  done
}

# The sets that planted rules may name: the cluster's pods.
pod_sets() {
  ipset restore <<SETS
create lab-pods-4 hash:net family inet
add lab-pods-4 ${CLUSTER_CIDR[4]}
create lab-pods-6 hash:net family inet6
add lab-pods-6 ${CLUSTER_CIDR[6]}
SETS
}
