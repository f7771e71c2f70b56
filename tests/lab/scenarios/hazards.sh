# Nodes on which untracked DNS works, and nodes on which something takes it: what the findings say, what the trial says, and what programs that
# know nothing of it lose while dns-notrack finds out. VARIANT is the backend and, with --full, one of the parts beside this file. Sourced by
# guest/start.
# shellcheck shell=bash disable=SC2034,SC2153

readonly PROBE='{ name: kubernetes.default.svc.cluster.local, from: [node, pods], timeout: 2s }'
readonly BYSTANDERS_QUERIES=300 BYSTANDERS_INTERVAL_MS=10
QUERIES=3 QUERY_TIMEOUT_MS=800
# Who is asked whether DNS works at the end, with the rules in place where they were applied.
PLACES=(node client)
BYSTANDERS=(node client)
# Further lines of the profile.
PROFILE_MORE=''

# hazard NAME [SCOPE]: on a node that was made so, what doctor says, and what becomes of an apply that waives every finding but the trial's own.
# Two bystanders, a pod and the node, ask both families meanwhile. The reports are kept for host/report.py.
hazard() {
  local name=$1 scope=${2:-pods} file before after=unchanged status=0 place sent=0 lost=0 figures watchers=()
  file=${name//[^A-Za-z0-9]/-}
  echo "$(cut -d' ' -f1 /proc/uptime) $name"
  before=$(raw_rules)
  { write_profile "$scope" '' "$PROBE"; echo "$PROFILE_MORE"; } >/run/profile.yaml
  runner doctor --profile /run/profile.yaml --output json >"/results/$file-doctor.json" 2>"/results/$file-doctor.err" || :
  judged_alike "$name" "$scope"
  { write_profile "$scope" "${FINDINGS[*]}" "$PROBE"; echo "$PROFILE_MORE"; } >/run/profile.yaml
  for place in "${BYSTANDERS[@]}"; do
    "$PROGRAMS/bystander" "$(namespace_of "$place")" "$DNS_PORT" "$((BYSTANDERS_QUERIES / ${#BYSTANDERS[@]}))" \
      "$((BYSTANDERS_INTERVAL_MS * ${#BYSTANDERS[@]}))" "${SERVICE[4]}" "${SERVICE[6]}" >"/run/bystander-$place" &
    watchers+=("$!")
  done
  sleep 0.3
  runner apply --profile /run/profile.yaml --output json >"/results/$file-apply.json" 2>"/results/$file-apply.err" || status=$?
  kill "${watchers[@]}"
  wait "${watchers[@]}"
  for place in "${BYSTANDERS[@]}"; do
    read -ra figures <"/run/bystander-$place"
    ((sent += figures[0], lost += figures[1])) || :
  done
  [[ $(raw_rules) = "$before" ]] || after=changed
  result "\"case\": \"$name\", \"variant\": \"$VARIANT\", \"reports\": \"$file\", \"exit\": $status, \"raw_table\": \"$after\"," \
    "\"dns_answers_after\": \"$(places_answered "$DNS_PORT" SERVICE "${PLACES[@]}")\", \"sent\": $sent, \"lost\": $lost"
  [[ $after = unchanged ]] || runner remove --profile /run/profile.yaml >/dev/null
  # A client port that comes again within 30 s would be masqueraded, or not, as it was on this node.
  forget_connections
}

modprobe -a nf_conntrack_netlink
build_nodes
start_dnsmasq
kube_proxy_ipvs cluster-cidr
pod_sets

part=decisive
[[ $VARIANT != *-* ]] || part=${VARIANT#*-}
# shellcheck source=/dev/null
. "$LAB/scenarios/hazards_$part.sh"
