# Node A's connection tracking. Sourced by start.
# shellcheck shell=bash

forget_connections() {
  conntrack -F -f ipv4 >/dev/null 2>&1
  conntrack -F -f ipv6 >/dev/null 2>&1
}

# Sets DNS_CONNECTIONS[FAMILY] to the number of entries that DNS made.
declare -A DNS_CONNECTIONS
count_dns_connections() {
  local line
  DNS_CONNECTIONS=([4]=0 [6]=0)
  while read -r line; do
    [[ $line =~ [sd]port=($DNS_PORT|$NODE_PORT)\  ]] || continue
    if [[ $line = *src=*:* ]]; then ((++DNS_CONNECTIONS[6])); else ((++DNS_CONNECTIONS[4])); fi
  done < <(conntrack -L -f ipv4 -p udp 2>/dev/null; conntrack -L -f ipv6 -p udp 2>/dev/null)
}

# The sum over all CPUs of one of /proc/net/stat/nf_conntrack's columns (hexadecimal).
conntrack_counter() {
  local name=$1 column value sum=0
  column=$(head -n 1 /proc/net/stat/nf_conntrack | tr -s ' ' '\n' | grep -nx "$name" | cut -d: -f1)
  while read -r value; do sum=$((sum + 16#$value)); done < <(tail -n +2 /proc/net/stat/nf_conntrack | tr -s ' ' | cut -d' ' -f"$column")
  echo "$sum"
}
