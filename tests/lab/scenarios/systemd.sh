# A node that systemd boots, with the package installed: what its timer makes of the node's life, with nobody's help. Sourced by guest/start.
# shellcheck shell=bash disable=SC2034,SC2153

readonly PROBE='{ name: kubernetes.default.svc.cluster.local, from: [node, pods], timeout: 2s }'
QUERIES=3 QUERY_TIMEOUT_MS=2000

# found CASE MEMBERS...: with the number of runs that failed until then.
found() {
  local name=$1
  shift
  result "\"case\": \"$BACKEND: $name\", $*, \"failed_runs\": $(times_said 'Failed with result')"
}

# Modules of the tables that /proc/modules, or a copy of it, has: asking for a table would load it.
table_modules() {
  local loaded
  loaded=$(awk '/^(ip6?_tables|ip6?table_raw|nf_tables|xt_CT) / { print $1 | "sort" }' "${1:-/proc/modules}" | xargs)
  echo "${loaded:-none}"
}

our_rules() { raw_rules | grep -v -- '--dport 9 -j ACCEPT' || true; }

# none, complete, or how many there are.
rules_found() {
  local count
  count=$(our_rules | grep -c 'notrack$') || true
  case $count in
    0) if [[ -z $(our_rules) ]]; then echo none; else echo 'chains only'; fi ;;
    6) echo complete ;;
    *) echo "$count" ;;
  esac
}

# answers TARGET PLACE: who asks the service (SERVICE) or the DNS pod (DNS_LOCAL), and whether it is answered.
answers() { echo "\"$2\": \"$(places_answered "$DNS_PORT" "$1" "$2")\""; }

rules() { echo "\"rules\": \"$(rules_found)\""; }

# The profile's scope, seen in its packets: pods' queries leave no connection behind, the node's are masqueraded and answered.
traffic() {
  local pods
  forget_connections
  pods=$(answers SERVICE client)
  count_dns_connections
  echo "$pods, \"entries\": $((DNS_CONNECTIONS[4] + DNS_CONNECTIONS[6])), $(answers SERVICE node)"
}

delete_rules() {
  local family
  if [[ $BACKEND = nftables ]]; then
    nft 'delete table ip nmanager; delete table ip6 nmanager'
    return
  fi
  for family in "${FAMILIES[@]}"; do
    ipt node "$family" -t raw -D PREROUTING -j NMANAGER_PREROUTING
    ipt node "$family" -t raw -F NMANAGER_NOT_DNS_PREROUTING
  done
}

hurry_timer() {
  on_node mkdir -p /run/systemd/system/dns-notrack.timer.d
  printf '[Timer]\nOnUnitInactiveSec=\nOnUnitInactiveSec=2s\nAccuracySec=100ms\nRandomizedDelaySec=0\n' |
    on_node tee /run/systemd/system/dns-notrack.timer.d/often.conf >/dev/null
  on_node systemctl daemon-reload
  on_node systemctl restart dns-notrack.timer
}

build_nodes
start_dnsmasq
follow_service
await was_considered
found booted "\"timer\": \"$(on_node systemctl is-enabled dns-notrack.timer), $(on_node systemctl is-active dns-notrack.timer)\"," \
  "\"loaded_before\": \"$(table_modules /results/modules-before-boot)\", \"ran_without_profile\": \"$(unit_property ConditionResult)\""

# --- the profile comes, kube-proxy does not yet ---
write_profile pods '' "$PROBE" | on_node tee /etc/dns-notrack/profile.yaml >/dev/null
await said 1 'waiting: not-ipvs: '
found 'IPVS is empty' "\"loaded\": \"$(table_modules)\", $(answers DNS_LOCAL client)"

# --- its services come: nobody has asked for a table but our unit ---
# Nobody masquerades yet, and nodes ask for neighbours in the name of the VIP, which these have as well, unless told otherwise.
set_sysctl node net.ipv4.conf.all.arp_announce=2
ipvs_services
await said 1 'changed: applied '
found 'IPVS is filled' "\"loaded\": \"$(table_modules)\", $(rules), $(answers SERVICE client)"

# --- its rules come ---
modprobe -a nf_conntrack_netlink
kube_proxy_ipvs_rules cluster-cidr
foreign_rules_in_raw
found masquerading "$(traffic)"

# --- somebody deletes rules; from here on the timer is told to hurry ---
delete_rules
hurry_timer
await said 2 'changed: applied '
found 'deleted by hand' "$(rules), $(traffic)"

# What follows has nothing to do with how a table comes to be, and emulation is slow: once is enough.
[[ $BACKEND = iptables ]] || return 0

# --- a firewall comes that knows nothing of untracked packets, and goes ---
firewall node FORWARD
await said 1 'withdrew our rules: stateful-forward: '
found firewall "$(rules), $(answers SERVICE client), $(answers SERVICE node)"
firewall_off node FORWARD
await said 3 'changed: applied '

# --- kube-proxy's mode changes, and changes back ---
kube_proxy_ipvs_off
kube_proxy_iptables local remote
await said 1 'withdrew our rules: not-ipvs: '
found 'iptables mode' "$(rules), $(answers SERVICE client), $(answers SERVICE node)"
kube_proxy_iptables_off
kube_proxy_ipvs cluster-cidr
await said 4 'changed: applied '
found 'IPVS mode again' "$(rules), $(traffic), \"foreign_rules\": $(count_foreign_rules)"

# --- it goes ---
before=$(our_rules)
on_node systemctl stop dns-notrack.timer dns-notrack.service
stopped=$(if [[ $(our_rules) = "$before" ]]; then echo unchanged; else echo changed; fi)
on_node dpkg --purge dns-notrack >/results/purge.log 2>&1
found leaving "\"when_stopped\": \"$stopped\", \"when_purged\": \"$(rules_found)\"," \
  "\"foreign_rules\": $(count_foreign_rules), $(answers SERVICE client)"
