# What becomes of a verdict while the node lives on, over both families: DNS that is dead and comes, a filter that comes after the verdict, a sidecar that
# answers inside the pod, a run that is killed at any moment. VARIANT is the backend. Sourced by guest/start.
# shellcheck shell=bash disable=SC2034,SC2153

readonly PROBE='{ name: kubernetes.default.svc.cluster.local, from: [node, pods], timeout: 2s }'
KILLS=10
[[ $FULL = no ]] || KILLS=40
RANDOM=53 # the same moments in every run
QUERIES=3 QUERY_TIMEOUT_MS=800

# timer_runs: what the unit runs, whose pauses are over.
timer_runs() {
  rm -f /run/dns-notrack/trial /run/dns-notrack/damping
  apply --reconcile
}

# apply ARGUMENTS...: sets STATUS and OUTCOME, the trial's.
apply() {
  STATUS=0
  runner apply "$@" --profile /run/profile.yaml --output json >/run/report.json 2>/run/report.err || STATUS=$?
  OUTCOME=$(sed -n 's/.*"outcome": *"\([a-z-]*\)".*/\1/p' /run/report.json | head -n 1)
  cp /run/report.json "/results/report-$((++REPORTS)).json"
}
REPORTS=0

# none, complete (three rules a family), or their number; with "trial" where rules of a trial are left.
rules_found() {
  local rules count
  rules=$(raw_rules)
  count=$(grep -ci 'notrack$' <<<"$rules") || true
  case $count in 0) echo -n none ;; 6) echo -n complete ;; *) echo -n "$count" ;; esac
  if grep -qi trial <<<"$rules"; then echo ' and a trial'; else echo; fi
}

# found CASE
found() { result "\"case\": \"$1, $BACKEND\", \"exit\": $STATUS, \"trial\": \"$OUTCOME\", \"rules\": \"$(rules_found)\", \"client\": \"$(places_answered "$DNS_PORT" SERVICE client)\""; }

modprobe -a nf_conntrack_netlink
build_nodes
start_dnsmasq
kube_proxy_ipvs cluster-cidr
write_profile pods '' "$PROBE" >/run/profile.yaml

stop_dns
timer_runs
found 'dead DNS'
start_dnsmasq
timer_runs
found 'DNS comes'

# No finding understands it, so that only queries can tell.
for family in "${FAMILIES[@]}"; do
  ipt node "$family" -I FORWARD -s "${DNS_LOCAL[$family]},${DNS_REMOTE[$family]}" -p udp --sport "$DNS_PORT" -m conntrack --ctstate UNTRACKED \
    -m u32 --u32 "0>>28=$family" -j DROP
done
apply --reconcile
found 'a filter comes, ten minutes are not over'
timer_runs
found 'a filter comes, ten minutes later'
firewall_off node FORWARD

apply
found 'by hand'
runner remove --profile /run/profile.yaml >/dev/null

# --- a sidecar: the service's address is the pod's own ---
for family in "${FAMILIES[@]}"; do in_place client ip address add "${SERVICE[$family]}/${HOST_BITS[$family]}" dev lo; done
in_place client dnsmasq --conf-file=/dev/null --no-resolv --no-hosts --user=root --port="$DNS_PORT" --pid-file=/run/sidecar.pid --cache-size=0 \
  --address=/kubernetes.default.svc.cluster.local/10.96.0.1 --address=/kubernetes.default.svc.cluster.local/fd00:96::1 --txt-record=who.test,sidecar
apply
found 'a sidecar answers'
runner remove --profile /run/profile.yaml >/dev/null
kill "$(</run/sidecar.pid)"
for family in "${FAMILIES[@]}"; do in_place client ip address delete "${SERVICE[$family]}/${HOST_BITS[$family]}" dev lo; done

# --- a run that is killed, at a moment of its own each time ---
begun=${EPOCHREALTIME/./}
apply
found 'before it is killed'
duration=$(((${EPOCHREALTIME/./} - begun) / 1000))
healed=0 interrupted=0
for ((try = 1; try <= KILLS; ++try)); do
  runner remove --profile /run/profile.yaml >/dev/null
  after=$((RANDOM % duration))
  timeout --signal=KILL "$(printf '%d.%03d' $((after / 1000)) $((after % 1000)))" unshare --pid --fork --kill-child --mount-proc -- \
    "$RUNNER" apply --profile /run/profile.yaml >/dev/null 2>&1 || ((++interrupted))
  left=$(rules_found)
  timer_runs
  echo "$try: killed after $after ms of $duration, left: $left; the next run: exit $STATUS, $(rules_found)"
  [[ $STATUS != 0 || $(rules_found) != complete || -e /run/dns-notrack/pending ]] || ((++healed))
done
result "\"case\": \"killed, $BACKEND\", \"tries\": $KILLS, \"interrupted\": $interrupted, \"not_healed\": $((KILLS - healed)), \"client\": \"$(places_answered "$DNS_PORT" SERVICE client)\""
