# A real kube-proxy (1.20, Debian's) in the place of the emulation that all other scenarios have: whether both are the same to dns-notrack and to DNS, in
# each form of masquerading, and what its restarts, its clean-up and a change of its mode cost a pod. VARIANT is the backend and the part, forms or modes.
# Sourced by guest/start.
# shellcheck shell=bash disable=SC2034,SC2153

readonly PROBE='{ name: kubernetes.default.svc.cluster.local, from: [node, pods], timeout: 2s }'
readonly FORMS=(cluster-cidr no-cluster-cidr masquerade-all)
QUERIES=4 QUERY_TIMEOUT_MS=1500

# The CNI plugin's part, which the emulation's masquerade() has as well.
cni_masquerade() {
  local family
  for family in "${FAMILIES[@]}"; do ipt node "$family" -t nat -A POSTROUTING -s "${CLUSTER_CIDR[$family]}" ! -d "${CLUSTER_CIDR[$family]}" -j MASQUERADE; done
}

# ids_of FILE: of a report's fatal findings and warnings.
ids_of() {
  /usr/bin/python3 -c 'import json, sys
report = json.load(open(sys.argv[1]))
print(",".join(sorted({one["id"] for one in report["findings"] if one["severity"] != "info"})) or "none")' "$1"
}

# answers: of a pod, the node and somebody outside; entries that the pod's queries left, and who the pods' servers saw.
answers() {
  local seen
  echo -n "pod $(places_answered "$DNS_PORT" SERVICE client), node $(places_answered "$DNS_PORT" SERVICE node), NodePort $(places_answered "$NODE_PORT" NODE_A outside)"
  forget_connections
  forget_clients
  places_answered "$DNS_PORT" SERVICE client >/dev/null
  count_dns_connections
  seen=$(clients_seen 4)$(clients_seen 6)
  echo "; entries ${DNS_CONNECTIONS[4]} ${DNS_CONNECTIONS[6]}; seen $seen" | tr -d '"'
}

# look: sets FOUND[RULES] for each set of rules: what is found, what the trial says, what is answered.
declare -A FOUND
look() {
  local scope status outcome file
  echo "$(cut -d' ' -f1 /proc/uptime) $1"
  FOUND=([tracked]=$(answers))
  for scope in pods any; do
    file=/results/$1-$scope
    status=0
    write_profile "$scope" '' "$PROBE" >/run/profile.yaml
    runner doctor --profile /run/profile.yaml --output json >"$file-doctor.json" 2>"$file.err" || :
    FOUND[$scope]="findings $(ids_of "$file-doctor.json")"
    write_profile "$scope" "${FINDINGS[*]}" "$PROBE" >/run/profile.yaml
    runner apply --profile /run/profile.yaml --output json >"$file-apply.json" 2>>"$file.err" || status=$?
    outcome=$(sed -n 's/.*"outcome": *"\([a-z-]*\)".*/\1/p' "$file-apply.json" | head -n 1)
    FOUND[$scope]+="; trial $outcome; exit $status; $(answers)"
    runner remove --profile /run/profile.yaml >/dev/null
  done
}

# load_on, load_off: a pod asks over both families every 20 ms; load_off sets LOST and LONGEST, the longest time in ms without an answer, of both.
load_on() {
  local family
  ASKING=()
  for family in "${FAMILIES[@]}"; do
    "$PROGRAMS/bystander" "$(namespace_of client)" "$DNS_PORT" 1 20 "${SERVICE[$family]}" >"/run/load-$family" &
    ASKING+=("$!")
  done
  sleep 2
}

load_off() {
  local family figures
  sleep 2
  kill "${ASKING[@]}"
  wait "${ASKING[@]}"
  LOST=0 LONGEST=0
  for family in "${FAMILIES[@]}"; do
    read -ra figures <"/run/load-$family"
    LOST=$((LOST + figures[1]))
    ((figures[3] <= LONGEST)) || LONGEST=${figures[3]}
  done
}

# none, complete, or how many there are.
rules_found() {
  local count
  count=$(raw_rules | grep -ci 'notrack$') || true
  case $count in 0) echo none ;; 6) echo complete ;; *) echo "$count" ;; esac
}

watch_node() {
  write_profile pods '' "$PROBE" >/run/profile.yaml
  setsid unshare --pid --fork --kill-child --mount-proc -- "$RUNNER" watch --profile /run/profile.yaml >>/results/watch.log 2>&1 &
  WATCHER=$!
  for _ in {1..60}; do
    [[ $(rules_found) != complete ]] || return 0
    sleep 1
  done
  echo 'watch: no rules' >&2
  return 1
}

# What follows is another node's life: nothing of this one makes it wait.
stop_watching() {
  kill -KILL "$WATCHER"
  wait "$WATCHER" || :
  runner remove --profile /run/profile.yaml >/dev/null
  rm -f /run/dns-notrack/{trial,damping}
}

# An administrator's way out of what IPVS mode left behind.
clear_ipvs() {
  ip link delete "$DUMMY"
  ipvsadm --clear
}

# leave_ipvs: the mode changes, what is left of IPVS is cleared afterwards, all under load.
leave_ipvs() {
  echo "$(cut -d' ' -f1 /proc/uptime) mode changed, $1"
  start_kube_proxy ipvs cluster-cidr
  [[ $1 = tracked ]] || watch_node
  load_on
  stop_kube_proxy
  start_kube_proxy iptables cluster-cidr
  sleep 3
  local between
  between=$(rules_found)
  clear_ipvs
  sleep 3
  load_off
  result "\"case\": \"$BACKEND: mode changed, $1\", \"lost\": $LOST, \"longest_ms\": $LONGEST, \"rules_before_clearing\": \"$between\"," \
    "\"rules\": \"$(rules_found)\", \"pod\": \"$(places_answered "$DNS_PORT" SERVICE client)\""
  [[ $1 = tracked ]] || stop_watching
  stop_kube_proxy
  clean_up_kube_proxy
}

# clean_up: its own --cleanup stands between the modes. How long nobody answers then is the time that kube-proxy takes, a second more or less from one run to
# the next; rules of ours cost something only if they stand when the service comes back.
clean_up() {
  local back
  echo "$(cut -d' ' -f1 /proc/uptime) cleaned up between, $1"
  start_kube_proxy ipvs cluster-cidr
  [[ $1 = tracked ]] || watch_node
  load_on
  stop_kube_proxy
  clean_up_kube_proxy
  start_kube_proxy iptables cluster-cidr
  back=$(rules_found)
  sleep 3
  load_off
  result "\"case\": \"$BACKEND: cleaned up between, $1\", \"lost\": $LOST, \"longest_ms\": $LONGEST, \"rules_when_back\": \"$back\"," \
    "\"pod\": \"$(places_answered "$DNS_PORT" SERVICE client)\""
  [[ $1 = tracked ]] || stop_watching
  stop_kube_proxy
  clean_up_kube_proxy
}

# The emulation and the real one, side by side.
forms() {
  local form rules same
  local -A emulated
  for form in "${FORMS[@]}"; do
    kube_proxy_ipvs "$form"
    look "emulated-$form"
    for rules in "${!FOUND[@]}"; do emulated[$form $rules]=${FOUND[$rules]}; done
    kube_proxy_ipvs_off
  done
  set_sysctl node net.ipv4.vs.conntrack=0 # or nobody sees who sets it
  for form in "${FORMS[@]}"; do
    cni_masquerade
    start_kube_proxy ipvs "$form"
    look "real-$form"
    for rules in tracked pods any; do
      same=$([[ ${emulated[$form $rules]} = "${FOUND[$rules]}" ]] && echo yes || echo no)
      result "\"case\": \"$BACKEND: $form, $rules\", \"same\": \"$same\", \"real\": \"${FOUND[$rules]}\", \"emulated\": \"${emulated[$form $rules]}\""
    done
    stop_kube_proxy
    clean_up_kube_proxy
    flush_table node nat
  done
}

restart() {
  start_kube_proxy ipvs cluster-cidr
  watch_node
  load_on
  stop_kube_proxy
  start_kube_proxy ipvs cluster-cidr
  sleep 5
  load_off
  result "\"case\": \"$BACKEND: restarted\", \"lost\": $LOST, \"longest_ms\": $LONGEST, \"rules\": \"$(rules_found)\""
  stop_watching
  stop_kube_proxy
  clean_up_kube_proxy
}

modprobe -a nf_conntrack_netlink
build_nodes
start_dnsmasq
start_kube_api
if [[ $VARIANT = *-forms ]]; then
  forms
  return 0
fi
cni_masquerade
restart
for rules in tracked watched; do leave_ipvs "$rules"; done
for rules in tracked watched; do clean_up "$rules"; done
