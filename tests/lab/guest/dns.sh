# DNS servers in the pods, and one outside. Their logs tell which address they saw. Sourced by start.
# shellcheck shell=bash

readonly SERVERS=(dns-local dns-remote outside)

start_dnsmasq() {
  local server
  for server in "${SERVERS[@]}"; do start_dnsmasq_of "$server"; done
}

start_dnsmasq_of() {
  in_place "$1" dnsmasq --conf-file=/dev/null --no-resolv --no-hosts --user=root --port="$DNS_PORT" \
    --pid-file="/run/$1.pid" --txt-record="who.test,$1" \
    --address=/kubernetes.default.svc.cluster.local/10.96.0.1 --address=/kubernetes.default.svc.cluster.local/fd00:96::1 \
    --cache-size=0 --log-queries --log-facility="/run/$1.log"
}

start_unbound() {
  local server
  for server in "${SERVERS[@]}"; do
    cat >"/run/$server.conf" <<CONFIGURATION
server:
  interface: 0.0.0.0
  interface: ::0
  access-control: 0.0.0.0/0 allow
  access-control: ::0/0 allow
  username: ""
  chroot: ""
  directory: "/run"
  pidfile: "/run/$server.pid"
  use-syslog: no
  logfile: "/run/$server.log"
  log-queries: yes
  module-config: "iterator"
  local-data: 'who.test. TXT "$server"'
  local-data: "kubernetes.default.svc.cluster.local. A 10.96.0.1"
  local-data: "kubernetes.default.svc.cluster.local. AAAA fd00:96::1"
remote-control:
  control-enable: no
CONFIGURATION
    : >"/run/$server.log"
    in_place "$server" unbound -c "/run/$server.conf"
    await_answers "$server"
  done
}

# await_answers SERVER: until it answers itself; an emulated machine takes its time to start one.
await_answers() {
  local attempt
  for attempt in {1..60}; do
    [[ $("$PROGRAMS/ask" "$(namespace_of "$1")" "$DNS_PORT" 1 500 127.0.0.1) != "1 " ]] || return 0
  done
  echo "dns: $1 did not answer after $attempt queries" >&2
  return 1
}

start_responders() {
  local server
  for server in dns-local dns-remote; do
    in_place "$server" "$PROGRAMS/responder" "$DNS_PORT" &
    echo $! >"/run/$server.pid"
  done
  sleep 0.5
}

stop_dns() {
  local server process
  for server in "${SERVERS[@]}"; do
    [[ -f /run/$server.pid ]] || continue
    process=$(<"/run/$server.pid")
    kill "$process"
    for _ in {1..50}; do [[ ! -e /proc/$process ]] || sleep 0.1; done # its port is free then
    rm -f "/run/$server.pid"
  done
}

forget_clients() {
  local server
  for server in "${SERVERS[@]}"; do : >"/run/$server.log"; done
}

# clients_seen FAMILY: as a JSON array, the parts whose queries arrived at any server since forget_clients. No process is started.
clients_seen() {
  local family=$1 server line address
  local -A seen=()
  for server in "${SERVERS[@]}"; do
    while read -r line; do
      case $line in
        *'query[TXT] who.test from '*) address=${line##* from } ;;         # dnsmasq
        *' who.test. TXT IN') address=${line% who.test.*} address=${address##* } ;; # unbound
        *) continue ;;
      esac
      if [[ $family = 6 && $address = *:* || $family = 4 && $address != *:* ]]; then seen[${PART[$address]:-$address}]=1; fi
    done <"/run/$server.log"
  done
  json_array "${!seen[@]}"
}

# ask PLACE PORT ADDRESS...: QUERIES queries to each address at once; prints how many each one answered.
ask() {
  local place=$1 port=$2
  shift 2
  "$PROGRAMS/ask" "$(namespace_of "$place")" "$port" "$QUERIES" "$QUERY_TIMEOUT_MS" "$@"
}

# places_answered PORT TARGET PLACE...: "yes" when every query from every place was answered over both families, or which were not.
places_answered() {
  local port=$1 place answers silent=()
  local -n target=$2
  shift 2
  for place; do
    answers=$(ask "$place" "$port" "${target[4]}" "${target[6]}")
    [[ $answers = "$QUERIES $QUERIES " ]] || silent+=("$place: $answers")
  done
  [[ -z ${silent[*]} ]] && echo yes || echo "${silent[*]}"
}
