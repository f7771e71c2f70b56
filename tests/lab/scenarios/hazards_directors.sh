# LVS directors without Kubernetes: keepalived fills IPVS, and nobody masquerades. Sourced by hazards.
# shellcheck shell=bash disable=SC2034

if [[ -z $KEEPALIVED ]]; then
  result "\"case\": \"keepalived\", \"skipped\": \"Debian's package keepalived cannot be had\""
  return 0
fi
kube_proxy_ipvs_off
director

# The node's own queries have the service's address as their source: a server on another node answers that to itself.
PLACES=(client) BYSTANDERS=(client)
start_keepalived NAT "${DNS_LOCAL[4]} ${DNS_LOCAL[6]}" "${DNS_REMOTE[4]} ${DNS_REMOTE[6]}"
hazard 'keepalived, NAT'
hazard 'keepalived, NAT, scope any' any
firewall node FORWARD
hazard 'keepalived, NAT, stateful FORWARD'
stop_keepalived
