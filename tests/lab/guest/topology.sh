# Two nodes and a host outside: A (the guest), with a client pod and a DNS pod; B, with the same; one link between the nodes.
# Pods are routed, each behind its own veth, as Calico and the ptp plugin do; bridge_cni moves node A's onto a bridge. Sourced by start.
# shellcheck shell=bash

# Its name in kube-proxy.
readonly DUMMY=kube-ipvs0

# routed_pod NAME NODE IPV4 IPV6 GATEWAY4
routed_pod() {
  local name=$1 node=$2 v4=$3 v6=$4 gateway=$5 device=veth-$1
  device=${device:0:15}
  add_namespace "$name"
  in_place "$node" ip -batch - <<BATCH
link add $device type veth peer name eth0 netns $(namespace_file "$name")
addr add $gateway/32 dev $device
addr add fe80::1/64 dev $device nodad
link set $device up
route add $v4/32 dev $device src $gateway
route add $v6/128 dev $device
BATCH
  connect_pod "$name" "$v4" "$v6" "$gateway"
}

# connect_pod NAME IPV4 IPV6 GATEWAY4: the pod's end, new or after it was down.
connect_pod() {
  in_place "$1" ip -batch - <<BATCH
addr replace $2/32 dev eth0
link set eth0 up
addr replace $3/128 dev eth0 nodad
route replace $4 dev eth0
route replace default via $4 dev eth0
route replace default via fe80::1 dev eth0
BATCH
}

build_nodes() {
  # No duplicate address detection, in no namespace: an address works from its first moment.
  set_sysctl node net.core.devconf_inherit_init_net=1 net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
  add_namespace node-b
  add_namespace outside
  ip -batch - <<BATCH
link add underlay type veth peer name underlay netns $(namespace_file node-b)
addr add ${NODE_A[4]}/24 dev underlay
addr add ${NODE_A[6]}/64 dev underlay
link set underlay up
link add outward type veth peer name outward netns $(namespace_file outside)
addr add ${NODE_A_OUTWARD[4]}/24 dev outward
addr add ${NODE_A_OUTWARD[6]}/64 dev outward
link set outward up
BATCH
  in_place node-b ip -batch - <<BATCH
addr add ${NODE_B[4]}/24 dev underlay
addr add ${NODE_B[6]}/64 dev underlay
link set underlay up
route add ${NODE_A_POD_CIDR[4]} via ${NODE_A[4]}
route add ${NODE_A_POD_CIDR[6]} via ${NODE_A[6]}
BATCH
  ip -batch - <<BATCH
route add ${NODE_B_POD_CIDR[4]} via ${NODE_B[4]}
route add ${NODE_B_POD_CIDR[6]} via ${NODE_B[6]}
BATCH
  in_place outside ip -batch - <<BATCH
addr add ${OUTSIDE[4]}/24 dev outward
addr add ${OUTSIDE[6]}/64 dev outward
link set outward up
route add default via ${NODE_A_OUTWARD[4]}
route add default via ${NODE_A_OUTWARD[6]}
BATCH
  routed_pod client node "${CLIENT[4]}" "${CLIENT[6]}" "${POD_GATEWAY_A[4]}"
  routed_pod dns-local node "${DNS_LOCAL[4]}" "${DNS_LOCAL[6]}" "${POD_GATEWAY_A[4]}"
  routed_pod client-remote node-b "${CLIENT_REMOTE[4]}" "${CLIENT_REMOTE[6]}" "${POD_GATEWAY_B[4]}"
  routed_pod dns-remote node-b "${DNS_REMOTE[4]}" "${DNS_REMOTE[6]}" "${POD_GATEWAY_B[4]}"
  set_sysctl node net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
  set_sysctl node-b net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
  # Every node runs kube-proxy: node B takes packets to the VIP for its own, also those that node A sent there by mistake.
  add_service_addresses node-b
}

# In IPVS mode the VIP is an address of each node, on a dummy device that stays down.
add_service_addresses() {
  in_place "$1" ip -batch - <<BATCH
link add $DUMMY type dummy
addr add ${SERVICE[4]}/32 dev $DUMMY
addr add ${SERVICE[6]}/128 dev $DUMMY
BATCH
}

remove_service_addresses() { in_place "$1" ip link delete "$DUMMY"; }

# Moves node A's pods onto a bridge, as flannel and the bridge plugin have them.
bridge_cni() {
  modprobe br_netfilter
  ip -batch - <<BATCH
link add cni0 type bridge
addr add ${POD_GATEWAY_A[4]}/24 dev cni0
addr add ${POD_GATEWAY_A[6]}/64 dev cni0
link set cni0 up
BATCH
  bridged_pod client "${CLIENT[4]}" "${CLIENT[6]}"
  bridged_pod dns-local "${DNS_LOCAL[4]}" "${DNS_LOCAL[6]}"
}

bridged_pod() {
  local name=$1 v4=$2 v6=$3 port=bridge-$1
  port=${port:0:15}
  in_place "$name" ip link delete eth0
  # Hairpin mode, as the plugin's hairpinMode and kubelet's hairpin-veth set it: a pod may meet itself through the service.
  ip -batch - <<BATCH
link add $port type veth peer name eth0 netns $(namespace_file "$name")
link set $port master cni0 up
link set $port type bridge_slave hairpin on
BATCH
  in_place "$name" ip -batch - <<BATCH
addr add $v4/24 dev eth0
addr add $v6/64 dev eth0 nodad
link set eth0 up
route add default via ${POD_GATEWAY_A[4]}
route add default via ${POD_GATEWAY_A[6]}
BATCH
}
