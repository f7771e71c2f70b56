# The matrix's rows about filters, bridges and proxy modes. Sourced by matrix.
# Stateful means what firewall() puts there: policy DROP, ESTABLISHED and NEW queries to port 53 accepted.
# shellcheck shell=bash disable=SC2034

environment 'stateful FORWARD'
firewall node FORWARD
traffic client vip local node vip local client vip remote node vip remote
environment 'stateful FORWARD, UNTRACKED answers accepted'
accept_untracked_answers node FORWARD
traffic client vip local client vip remote
firewall_off node FORWARD

environment 'stateful INPUT'
firewall node INPUT
traffic client vip local node vip local client vip remote node vip remote
environment 'stateful INPUT, UNTRACKED queries accepted'
accept_untracked_queries node INPUT
traffic client vip local node vip local client vip remote
environment 'stateful INPUT, UNTRACKED queries and answers accepted'
accept_untracked_answers node INPUT
traffic node vip local client vip remote
firewall_off node INPUT

environment 'stateful OUTPUT'
firewall node OUTPUT
traffic client vip local node vip local client vip remote node vip remote
environment 'stateful OUTPUT, UNTRACKED queries accepted'
accept_untracked_queries node OUTPUT
traffic client vip local node vip local client vip remote
firewall_off node OUTPUT

environment "stateful FORWARD on the DNS pod's node, rules on the client's node only"
firewall node-b FORWARD
traffic client vip remote node vip remote
environment "stateful FORWARD on the DNS pod's node, rules on both nodes"
RULES_NODES=(node node-b)
traffic client vip remote node vip remote
environment "stateful FORWARD on the DNS pod's node, rules on both, UNTRACKED accepted"
accept_untracked_queries node-b FORWARD
accept_untracked_answers node-b FORWARD
traffic client vip remote node vip remote
RULES_NODES=(node)
firewall_off node-b FORWARD

environment 'kube-proxy in iptables mode'
kube_proxy_ipvs_off
kube_proxy_iptables local
traffic client vip unchanged node vip unchanged
kube_proxy_iptables_off
kube_proxy_ipvs cluster-cidr

environment 'bridge CNI, br_netfilter on'
bridge_cni
traffic client vip local node vip local dns-local vip local client vip remote node vip remote
environment 'bridge CNI, bridge-nf-call-iptables=0'
set_sysctl node net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0
traffic client vip local client vip remote
