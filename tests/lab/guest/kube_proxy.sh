# What kube-proxy puts on a node: IPVS services, ipsets, and the chains that masquerade. Taken from its IPVS and iptables modes'
# rules for one UDP service with one port. Sourced by start.
# shellcheck shell=bash disable=SC2153

# kube-proxy's name of SET: IPv6's have a 6 in it.
ip_set() { if [[ $1 = 6 ]]; then echo "KUBE-6-$2"; else echo "KUBE-$2"; fi; }

# kube_proxy_ipvs FORM: FORM says whom kube-proxy masquerades on the way to a cluster IP.
#   cluster-cidr    --cluster-cidr is set: whoever is no pod
#   no-cluster-cidr it is not: whoever comes from a service address, which is how the node's own queries leave
#   masquerade-all  everybody
kube_proxy_ipvs() {
  kube_proxy_ipvs_rules "$1"
  ipvs_services
}

# The services alone, as a plain LVS director has them.
ipvs_services() {
  modprobe -a ip_vs ip_vs_rr
  set_sysctl node net.ipv4.vs.conntrack=1 net.ipv4.vs.expire_nodest_conn=1 net.ipv4.vs.expire_quiescent_template=1
  add_service_addresses node
  real_servers local remote
}

kube_proxy_ipvs_rules() {
  local family
  for family in "${FAMILIES[@]}"; do
    kube_proxy_sets "$family" | ipset restore
    # kubelet's and kube-proxy's sign of the backend that this node uses.
    ipt node "$family" -t mangle -N KUBE-KUBELET-CANARY
    kube_proxy_filter_rules | ipt_restore node "$family"
  done
  masquerade "$1"
}

kube_proxy_sets() {
  local family=$1 inet=inet pod
  [[ $family = 4 ]] || inet=inet6
  echo "create $(ip_set "$family" CLUSTER-IP) hash:ip,port family $inet"
  echo "add $(ip_set "$family" CLUSTER-IP) ${SERVICE[$family]},udp:$DNS_PORT"
  echo "create $(ip_set "$family" LOOP-BACK) hash:ip,port,ip family $inet"
  # kube-proxy lists the real servers on its own node only; nobody else can meet himself here.
  pod=${DNS_LOCAL[$family]}
  echo "add $(ip_set "$family" LOOP-BACK) $pod,udp:$DNS_PORT,$pod"
  echo "create $(ip_set "$family" NODE-PORT-UDP) bitmap:port range 0-65535"
  echo "add $(ip_set "$family" NODE-PORT-UDP) $NODE_PORT"
}

# Puts the nat chains in the given form, in the place of those that are there.
masquerade() {
  local form=$1 family
  flush_table node nat
  for family in "${FAMILIES[@]}"; do
    kube_proxy_nat_rules "$family" "$form" | ipt_restore node "$family"
    # The CNI plugin's: pods that leave the cluster do so with the node's address.
    ipt node "$family" -t nat -A POSTROUTING -s "${CLUSTER_CIDR[$family]}" ! -d "${CLUSTER_CIDR[$family]}" -j MASQUERADE
  done
}

kube_proxy_nat_rules() {
  local family=$1 form=$2 cluster_ip whom
  cluster_ip=$(ip_set "$family" CLUSTER-IP)
  case $form in
    cluster-cidr) whom="! -s ${CLUSTER_CIDR[$family]} -m set --match-set $cluster_ip dst,dst" ;;
    no-cluster-cidr) whom="-m set --match-set $cluster_ip src,dst" ;;
    masquerade-all) whom="-m set --match-set $cluster_ip dst,dst" ;;
  esac
  cat <<RULES
*nat
:KUBE-SERVICES - [0:0]
:KUBE-NODE-PORT - [0:0]
:KUBE-MARK-MASQ - [0:0]
:KUBE-POSTROUTING - [0:0]
-A PREROUTING -j KUBE-SERVICES
-A OUTPUT -j KUBE-SERVICES
-A POSTROUTING -j KUBE-POSTROUTING
-A KUBE-SERVICES $whom -j KUBE-MARK-MASQ
-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODE-PORT
-A KUBE-SERVICES -m set --match-set $cluster_ip dst,dst -j ACCEPT
-A KUBE-NODE-PORT -p udp -m set --match-set $(ip_set "$family" NODE-PORT-UDP) dst -j KUBE-MARK-MASQ
-A KUBE-MARK-MASQ -j MARK --or-mark 0x4000
-A KUBE-POSTROUTING -m set --match-set $(ip_set "$family" LOOP-BACK) dst,dst,src -j MASQUERADE
-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-POSTROUTING -j MARK --xor-mark 0x4000
-A KUBE-POSTROUTING -j MASQUERADE --random-fully
COMMIT
RULES
}

# Without a rule that uses conntrack the kernel registers no conntrack hooks at all, and every figure would be another.
kube_proxy_filter_rules() {
  cat <<'RULES'
*filter
:KUBE-FORWARD - [0:0]
-A FORWARD -j KUBE-FORWARD
-A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT
-A KUBE-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
COMMIT
RULES
}

# real_servers [local] [remote]: the DNS pods behind the service and its NodePort. Nothing happens when they are there already.
real_servers() {
  local family service which
  [[ "$*" != "$REAL_SERVERS" ]] || return 0
  REAL_SERVERS=$*
  ipvsadm --clear
  for family in "${FAMILIES[@]}"; do
    for service in "$(with_port "${SERVICE[$family]}" "$DNS_PORT")" "$(with_port "${NODE_A[$family]}" "$NODE_PORT")"; do
      echo "-A -u $service -s $SCHEDULER"
      for which; do echo "-a -u $service -r $(with_port "$(dns_pod "$which" "$family")" "$DNS_PORT") -m"; done
    done
  done | ipvsadm --restore
}
REAL_SERVERS=''
# ipvsadm's name of it, with options of the service behind it.
SCHEDULER=rr

# service_at PORT IPV4 IPV6: another real server than the DNS pods, alone.
service_at() {
  REAL_SERVERS="$*"
  ipvsadm --clear
  ipvsadm --restore <<SERVICES
-A -u $(with_port "${SERVICE[4]}" "$DNS_PORT") -s $SCHEDULER
-a -u $(with_port "${SERVICE[4]}" "$DNS_PORT") -r $(with_port "$2" "$1") -m
-A -u $(with_port "${SERVICE[6]}" "$DNS_PORT") -s $SCHEDULER
-a -u $(with_port "${SERVICE[6]}" "$DNS_PORT") -r $(with_port "$3" "$1") -m
SERVICES
}

kube_proxy_ipvs_off() {
  ipvsadm --clear
  REAL_SERVERS=''
  flush_table node nat
  flush_table node filter
  flush_table node mangle
  ipset destroy
  remove_service_addresses node
}

# kube_proxy_iptables [local] [remote]: iptables mode. The VIP is nobody's address; nat rules turn it into a pod's.
kube_proxy_iptables() {
  local family
  for family in "${FAMILIES[@]}"; do
    ipt node "$family" -t mangle -N KUBE-KUBELET-CANARY
    kube_proxy_filter_rules | ipt_restore node "$family"
    kube_proxy_dnat_rules "$family" "$@" | ipt_restore node "$family"
    ip "-$family" route add "${SERVICE[$family]}" via "${NODE_B[$family]}" # a node's default route
  done
}

kube_proxy_dnat_rules() {
  local family=$1 left which
  shift
  cat <<RULES
*nat
:KUBE-SERVICES - [0:0]
:KUBE-SVC-DNS - [0:0]
:KUBE-MARK-MASQ - [0:0]
:KUBE-POSTROUTING - [0:0]
-A PREROUTING -j KUBE-SERVICES
-A OUTPUT -j KUBE-SERVICES
-A POSTROUTING -j KUBE-POSTROUTING
-A KUBE-SERVICES -d ${SERVICE[$family]}/${HOST_BITS[$family]} -p udp --dport $DNS_PORT -j KUBE-SVC-DNS
-A KUBE-SVC-DNS ! -s ${CLUSTER_CIDR[$family]} -j KUBE-MARK-MASQ
RULES
  for ((left = $#; left > 0; left--)); do
    which=$1
    shift
    echo "-A KUBE-SVC-DNS -p udp -m statistic --mode nth --every $left --packet 0" \
      "-j DNAT --to-destination $(with_port "$(dns_pod "$which" "$family")" "$DNS_PORT")"
  done
  cat <<'RULES'
-A KUBE-MARK-MASQ -j MARK --or-mark 0x4000
-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-POSTROUTING -j MARK --xor-mark 0x4000
-A KUBE-POSTROUTING -j MASQUERADE --random-fully
COMMIT
RULES
}

kube_proxy_iptables_off() {
  local family
  for family in "${FAMILIES[@]}"; do ip "-$family" route delete "${SERVICE[$family]}"; done
  flush_table node nat
  flush_table node filter
  flush_table node mangle
}
