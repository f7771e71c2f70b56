# iptables as the node under test uses it: legacy tables or nftables, by BACKEND. Sourced by start.
# shellcheck shell=bash

IPTABLES_FLAVOUR=legacy
[[ $BACKEND != nftables ]] || IPTABLES_FLAVOUR=nft
declare -Ar IPTABLES=([4]=iptables-$IPTABLES_FLAVOUR [6]=ip6tables-$IPTABLES_FLAVOUR)

# ipt PLACE FAMILY ARGUMENTS...
ipt() {
  local place=$1 family=$2
  shift 2
  in_place "$place" "${IPTABLES[$family]}" -w "$@"
}

# Adds the rules on standard input (iptables-save's format) to what is there.
ipt_restore() { in_place "$1" "${IPTABLES[$2]}-restore" -w --noflush; }

# The rules of TABLE without counters and comments.
ipt_rules() { in_place "$1" "${IPTABLES[$2]}-save" -t "$3" | grep '^-A' || true; }

# flush_table PLACE TABLE: nothing in it any more, policies included.
flush_table() {
  local place=$1 table=$2 family chain
  for family in "${FAMILIES[@]}"; do
    ipt "$place" "$family" -t "$table" -F
    ipt "$place" "$family" -t "$table" -X
    [[ $table != filter ]] || for chain in INPUT FORWARD OUTPUT; do ipt "$place" "$family" -P "$chain" ACCEPT; done
  done
}
