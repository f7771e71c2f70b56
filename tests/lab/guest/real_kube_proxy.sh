# A real kube-proxy (KUBE_PROXY, built by host/kube_proxy.sh) in the place of its emulation. Sourced by start.
# shellcheck shell=bash disable=SC2153

readonly KUBE_PROXY_PATIENCE=120

# What it asks, and the programs that it calls by name: the backend is theirs.
start_kube_api() {
  local name suffix
  mkdir -p /run/kube-proxy
  for name in iptables ip6tables; do
    for suffix in '' -save -restore; do ln -s "/usr/sbin/$name-$IPTABLES_FLAVOUR$suffix" "/run/kube-proxy/$name$suffix"; done
  done
  modprobe -a ip_vs ip_vs_rr ip_vs_wrr ip_vs_sh
  cat >/run/kube-proxy/kubeconfig <<'CONFIGURATION'
apiVersion: v1
kind: Config
clusters: [{ name: lab, cluster: { server: "http://127.0.0.1:8001" } }]
contexts: [{ name: lab, context: { cluster: lab } }]
current-context: lab
CONFIGURATION
  /usr/bin/python3 -B "$LAB/guest/kube_api.py" node-a 2>/results/kube-api.log &
}

# kube_proxy WORDS...: in the place of the shell that calls it, with what all of its runs have.
kube_proxy() {
  PATH=/run/kube-proxy:$PATH exec "$KUBE_PROXY" --kubeconfig=/run/kube-proxy/kubeconfig --kube-api-content-type=application/json --hostname-override=node-a \
    --feature-gates=IPv6DualStack=true --conntrack-max-per-core=0 --conntrack-tcp-timeout-established=0 --conntrack-tcp-timeout-close-wait=0 -v=2 "$@" \
    >>/results/kube-proxy.log 2>&1
}

# start_kube_proxy MODE FORM: FORM as kube_proxy_ipvs has it. Returns when the service is there.
start_kube_proxy() {
  local mode=$1 words=()
  case $2 in
    cluster-cidr) words=("--cluster-cidr=${CLUSTER_CIDR[4]},${CLUSTER_CIDR[6]}") ;;
    masquerade-all) words=(--masquerade-all) ;;
  esac
  kube_proxy --proxy-mode="$mode" "${words[@]}" &
  KUBE_PROXY_PROCESS=$!
  local waited=0
  until "${mode}_is_there"; do
    ((++waited < KUBE_PROXY_PATIENCE)) || { echo "kube-proxy: no service in mode $mode" >&2; return 1; }
    sleep 1
  done
}

# Of both families the VIP and the NodePort with both pods, and what masquerades, which it writes last.
ipvs_is_there() {
  local family there
  there=$(ipvsadm -Sn)
  for family in "${FAMILIES[@]}"; do
    [[ $(grep -cF -- "-a -u $(with_port "${SERVICE[$family]}" "$DNS_PORT") " <<<"$there") = 2 &&
      $(grep -cF -- "-a -u $(with_port "${NODE_A[$family]}" "$NODE_PORT") " <<<"$there") = 2 &&
      $(ipt_rules node "$family" nat) = *'-A KUBE-POSTROUTING'*'-j MASQUERADE --random-fully'* ]] || return 1
  done
}
iptables_is_there() { [[ -n $(ipt_rules node 4 nat | grep KUBE-SEP) && -n $(ipt_rules node 6 nat | grep KUBE-SEP) ]]; }

stop_kube_proxy() {
  kill "$KUBE_PROXY_PROCESS"
  wait "$KUBE_PROXY_PROCESS" || :
}

# What a stopped one left behind, as its own --cleanup takes it away.
clean_up_kube_proxy() { (kube_proxy --cleanup) || :; }
