# The matrix's rows about kube-proxy, service types and servers. Sourced by matrix.
# shellcheck shell=bash disable=SC2034

environment 'routed CNI, kube-proxy --cluster-cidr'
traffic client vip local node vip local dns-local vip local outside node-port local \
  client vip remote node vip remote dns-local vip remote outside node-port remote client outside unchanged

environment 'the rules come and go under a live flow'
live_flow

environment 'kube-proxy without --cluster-cidr'
masquerade no-cluster-cidr
traffic client vip local node vip local dns-local vip local outside node-port local client vip remote node vip remote

environment 'kube-proxy --masquerade-all'
masquerade masquerade-all
traffic client vip local node vip local client vip remote node vip remote

environment 'hostPort 53 by DNAT'
masquerade cluster-cidr
host_port_dnat
traffic outside host-port local client-remote host-port local client host-port local client vip local

environment 'hostPort 53 by the portmap plugin'
masquerade cluster-cidr
host_port_portmap
traffic outside host-port local client-remote host-port local client host-port local client vip local

environment 'hostPort 53 by DNAT, pods to it masqueraded'
masquerade cluster-cidr
host_port_dnat
masquerade_host_port
traffic outside host-port local client-remote host-port local client host-port local client vip local

environment 'net.ipv4.vs.conntrack=0'
masquerade cluster-cidr
set_sysctl node net.ipv4.vs.conntrack=0
traffic client vip local node vip local client vip remote node vip remote
set_sysctl node net.ipv4.vs.conntrack=1

environment 'rules in PREROUTING only'
PREROUTING_ONLY=yes RULE_SETS=(any)
traffic node vip local node vip remote
PREROUTING_ONLY=no RULE_SETS=(tracked any pods)

environment "the rules name this node's pod CIDR only"
RULES_POD_CIDR=([4]=${NODE_A_POD_CIDR[4]} [6]=${NODE_A_POD_CIDR[6]})
traffic client vip local client vip remote
RULES_POD_CIDR=([4]=${CLUSTER_CIDR[4]} [6]=${CLUSTER_CIDR[6]})

environment 'unbound as the DNS server'
masquerade cluster-cidr
if command -v unbound >/dev/null; then
  stop_dns
  start_unbound
  traffic client vip local node vip local client vip remote node vip remote
else
  result "\"environment\": \"$ENVIRONMENT\", \"skipped\": \"unbound is not installed\""
fi
