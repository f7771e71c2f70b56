# The A and AAAA queries that race each other to insert their flow. VARIANT is the kernel: "resolving" as Debian has it, "dropping" with
# its clash resolution switched off. Two spinning threads are a worst case, not a production rate. Sourced by guest/start.
# shellcheck shell=bash disable=SC2154

case $VARIANT-$FULL in
  dropping-no) PAIRS=300 ;;
  dropping-yes) PAIRS=3000 ;;
  resolving-no) PAIRS=1000 ;;
  resolving-yes) PAIRS=20000 ;;
esac
readonly PAIRS ANSWER_TIMEOUT_MS=120
declare -Ar KERNEL=([resolving]='as it is' [dropping]='clash resolution off')

race() {
  local rules=$1 figures clashes failures
  put_rules "$rules"
  forget_connections
  clashes=$(conntrack_counter clashres) failures=$(conntrack_counter insert_failed)
  figures=$(in_place client "$PROGRAMS/racing_pairs" "${SERVICE[4]}" "$DNS_PORT" "$PAIRS" "$ANSWER_TIMEOUT_MS")
  result "\"case\": \"${KERNEL[$VARIANT]}: $rules\", $figures," \
    "\"clashres\": $(($(conntrack_counter clashres) - clashes)), \"insert_failed\": $(($(conntrack_counter insert_failed) - failures))"
}

if [[ $VARIANT = dropping ]]; then
  mount --bind "$DROPPING_CONNTRACK" "$(modinfo -n nf_conntrack)"
fi
modprobe -a nf_conntrack nf_conntrack_netlink
build_nodes
kube_proxy_ipvs cluster-cidr
start_responders
# The race is the subject here, not the table's size.
echo 65536 >/sys/module/nf_conntrack/parameters/hashsize
set_sysctl node net.netfilter.nf_conntrack_max=400000 net.netfilter.nf_conntrack_udp_timeout=10
for rules in tracked any pods; do race "$rules"; done
