# A real server that dies in the middle of a trial and comes back: the rules break nothing, so no trial may say that they do. Its process is killed at
# a random moment of the trial, in half of the tries its link goes down as well; every other try is a whole apply, which is taken away again.
# Sourced by guest/start.
# shellcheck shell=bash disable=SC2034,SC2153

TRIES=5
[[ $FULL = no ]] || TRIES=50
readonly LONGEST_OUTAGE_MS=4000
RANDOM=53 # the same moments in every run
QUERIES=3 QUERY_TIMEOUT_MS=800

now_ms() { local seconds=$EPOCHREALTIME; echo $((10#${seconds/./} / 1000)); }
# sleep_ms MILLISECONDS
sleep_ms() { sleep "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))"; }

# restart SERVER LINK AFTER_MS OUTAGE_MS: LINK is stays or goes.
restart() {
  sleep_ms "$3"
  kill -KILL "$(<"/run/$1.pid")"
  [[ $2 = stays ]] || in_place "$1" ip link set eth0 down
  sleep_ms "$4"
  [[ $2 = stays ]] || bring_up "$1"
  start_dnsmasq_of "$1"
}

bring_up() {
  if [[ $1 = dns-local ]]; then connect_pod "$1" "${DNS_LOCAL[4]}" "${DNS_LOCAL[6]}" "${POD_GATEWAY_A[4]}"
  else connect_pod "$1" "${DNS_REMOTE[4]}" "${DNS_REMOTE[6]}" "${POD_GATEWAY_B[4]}"; fi
}

# figures_of asked|answered: of every row of the last report's trial.
figures_of() { grep -o "\"$1\": *[0-9]*" /run/report.json | grep -o '[0-9]*$'; }

# tries NAME: on a node that was made so.
tries() {
  local name=$1 command server link after outage begun status outcome wrong=0 silent=0 met=0 try longest restarted
  begun=$(now_ms)
  runner trial --profile /run/profile.yaml --output json >/run/report.json
  local duration=$(($(now_ms) - begun))
  echo "$name: a trial takes $duration ms"
  for ((try = 1; try <= TRIES; ++try)); do
    command=apply longest=$((duration * 3 / 2)) status=0 # it asks about the full rules as well
    ((try % 2)) || command=trial longest=$duration
    server=dns-local link=stays
    ((RANDOM % 2)) || server=dns-remote
    ((RANDOM % 2)) || link=goes
    after=$((RANDOM % longest)) outage=$((200 + RANDOM % LONGEST_OUTAGE_MS))
    restart "$server" "$link" "$after" "$outage" &
    restarted=$!
    runner "$command" --profile /run/profile.yaml --output json >/run/report.json 2>/run/report.err || status=$?
    wait "$restarted"
    outcome=$(sed -n 's/.*"outcome": *"\([a-z-]*\)".*/\1/p' /run/report.json | head -n 1)
    echo "$try: $command, $server dies after $after ms for $outage ms, its link $link: exit $status, $outcome"
    [[ $(figures_of asked) = "$(figures_of answered)" ]] || ((++met))
    case $status,$outcome in
      0,*) ;;
      3,silent) ((++silent)) ;;
      *) ((++wrong)); cp /run/report.json "/results/${name//[^A-Za-z0-9]/-}-$try.json" ;;
    esac
    [[ $command = trial || $status != 0 ]] || runner remove --profile /run/profile.yaml >/dev/null
    await_answers "$server"
    [[ $(places_answered "$DNS_PORT" SERVICE client) = yes ]]
  done
  result "\"case\": \"$name, $BACKEND\", \"tries\": $TRIES, \"met\": $met, \"false_no\": $wrong, \"silent\": $silent, \"raw_rules_left\": $(raw_rules | grep -c NMANAGER || true)"
}

modprobe -a nf_conntrack_netlink ip_vs_sh
build_nodes
start_dnsmasq
kube_proxy_ipvs cluster-cidr
write_profile pods '' '{ name: kubernetes.default.svc.cluster.local, from: [node, pods], timeout: 2s }' >/run/profile.yaml
tries 'one of two DNS pods dies'
# Each pod has one server, whatever the port: all that it asks is lost while that is away.
SCHEDULER=sh REAL_SERVERS=''
real_servers local remote
tries "the pod's only DNS pod dies"
