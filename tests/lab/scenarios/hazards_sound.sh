# Sound nodes: applied, and nobody loses a query. Sourced by hazards.
# shellcheck shell=bash disable=SC2034

real_servers local
hazard 'sound, DNS pod on this node'
hazard 'scope any, DNS pod on this node' any
PLACES=(node client dns-local)
hazard 'hairpin: the DNS pod asks its service'
PLACES=(node client)
host_port_portmap
hazard 'hostPort 53 by the portmap plugin'
masquerade cluster-cidr
host_port_dnat
hazard 'hostPort 53 by DNAT'
hazard 'hostPort 53 by DNAT, scope any' any
masquerade cluster-cidr
real_servers remote
hazard 'sound, DNS pod on another node'
real_servers local remote

# Nobody masquerades the node's own queries then, with or without our rules: a DNS pod on another node does not answer them.
set_sysctl node net.ipv4.vs.conntrack=0
PLACES=(client) BYSTANDERS=(client)
hazard 'sound, net.ipv4.vs.conntrack=0'
PLACES=(node client) BYSTANDERS=(node client)
set_sysctl node net.ipv4.vs.conntrack=1
masquerade masquerade-all
hazard 'sound, kube-proxy --masquerade-all'
masquerade cluster-cidr

if command -v unbound >/dev/null; then
  stop_dns
  start_unbound
  hazard 'sound, unbound'
  stop_dns
  start_dnsmasq
else
  result "\"case\": \"sound, unbound\", \"skipped\": \"unbound is not installed\""
fi

modprobe -a ip_vs_wrr ip_vs_sh
for SCHEDULER in wrr sh 'rr -p 300'; do
  REAL_SERVERS=''
  real_servers local remote
  hazard "sound, scheduler $SCHEDULER"
done
SCHEDULER=rr REAL_SERVERS=''
real_servers local remote

# Connections of others fill the table: only what goes untracked gets through.
"$PROGRAMS/established_flows" "$(namespace_file dns-remote)" "$(namespace_file client)" "${DNS_REMOTE[4]}" 8080 500 >/run/flows &
flows=$!
until [[ -s /run/flows ]]; do sleep 0.2; done
most=$(</proc/sys/net/netfilter/nf_conntrack_max)
set_sysctl node net.netfilter.nf_conntrack_max=400
CAPTURES=no hazard 'sound, a full conntrack table' # a capture is held against its node after connections are forgotten
set_sysctl node "net.netfilter.nf_conntrack_max=$most"
kill "$flows"
