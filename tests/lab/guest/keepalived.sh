# keepalived, the real one, as the one that fills IPVS on a plain LVS director: no kube-proxy, and each real server asked for DNS before it is balanced to.
# KEEPALIVED is the folder of its package. Sourced by start.
# shellcheck shell=bash disable=SC2153

readonly KEEPALIVED_PATIENCE=120

# A director's part of the node: IPVS, and some rule of a firewall that makes the kernel track connections at all.
director() {
  modprobe -a ip_vs ip_vs_rr
  set_sysctl node net.ipv4.vs.conntrack=1 net.ipv4.vs.expire_nodest_conn=1
  local family
  for family in "${FAMILIES[@]}"; do ipt node "$family" -A INPUT -m conntrack --ctstate INVALID -j DROP; done
  add_service_addresses node
}

# start_keepalived NAT|DR|TUN "IPV4 IPV6"...: real servers, one a word. Returns when IPVS has all of them.
start_keepalived() {
  local method=$1 family server servers=0
  shift
  for family in "${FAMILIES[@]}"; do
    echo "virtual_server ${SERVICE[$family]} $DNS_PORT { delay_loop 5
      lvs_sched rr
      lvs_method $method
      protocol UDP"
    for server; do
      [[ $family = 4 ]] && server=${server% *} || server=${server#* }
      echo "  real_server $server $DNS_PORT { weight 1
        DNS_CHECK { type A
          name kubernetes.default.svc.cluster.local
          connect_timeout 5 } }"
    done
    echo '}'
  done >/run/keepalived.conf
  LD_LIBRARY_PATH=$(echo "$KEEPALIVED"/{usr/,}lib/*-linux-gnu | tr ' ' :) "$KEEPALIVED/usr/sbin/keepalived" --check --dont-fork --log-console --no-syslog \
    --use-file /run/keepalived.conf --pid /run/keepalived.pid --checkers_pid /run/keepalived-checkers.pid >>/results/keepalived.log 2>&1 &
  KEEPALIVED_PROCESS=$!
  local waited=0
  until servers=$(ipvsadm -Sn | grep -c '^-a') && ((servers == 2 * $#)); do
    ((++waited < KEEPALIVED_PATIENCE)) || { echo "keepalived: $servers real servers" >&2; return 1; }
    sleep 1
  done
}

# It takes its services out of IPVS as it ends.
stop_keepalived() {
  kill "$KEEPALIVED_PROCESS"
  wait "$KEEPALIVED_PROCESS" || :
}
