# Instructions that a packet takes on node A, from a pod to another, under rules of every kind and length. Sourced by guest/start.
# shellcheck shell=bash disable=SC2154

readonly PACKETS=400 ROUNDS=5
# The guest's clock goes so many nanoseconds an instruction: 2^shift of QEMU's -icount.
readonly NS_PER_INSTRUCTION=4

declare -A TRACKED=()

# ratio NUMBER NUMBER: with two digits.
ratio() { printf '%d.%02d' $(($1 / $2)) $((100 * $1 / $2 % 100)); }

# measure CASE: a query to the service, an answer on its way back, and a packet that is no DNS. None of the flows is known to conntrack.
measure() {
  local kind place words members='' instructions
  for kind in query answer other; do
    place=client
    case $kind in
      query) words=(query "${SERVICE[4]}" "$DNS_PORT") ;;
      answer) place=dns-local words=(answer "${CLIENT[4]}" "$DNS_PORT") ;;
      other) words=(query "${DNS_LOCAL[4]}" 9) ;;
    esac
    forget_connections
    instructions=$(($(in_place "$place" "$PROGRAMS/packets" "${words[@]}" "$PACKETS" "$ROUNDS") / NS_PER_INSTRUCTION))
    [[ $1 != tracked ]] || TRACKED[$kind]=$instructions
    members+=", \"$kind\": $instructions"
    [[ -z ${TRACKED[$kind]:-} ]] || members+=", \"$kind / tracked\": $(ratio "$instructions" "${TRACKED[$kind]}")"
  done
  result "\"case\": \"$BACKEND: $1\"$members"
}

# services COUNT: the one that is asked comes last.
services() {
  local number
  for ((number = 1; number < $1; number++)); do echo "10.97.0.$number"; done
  echo "${SERVICE[4]}"
}

profile_of() {
  cat <<PROFILE
version: 1
services: [$(services "$2" | paste -sd ,)]
podCIDRs: ["${CLUSTER_CIDR[4]}"]
scope: $1
backend: $BACKEND
safety: {waive: [${FINDINGS[*]/%/,}], probe: false}
PROFILE
}

head --bytes 1 /dev/random >/dev/null # until its random numbers are ready a kernel takes 11,000 instructions for those of each new flow
build_nodes
ipvs_services
real_servers local
# What arrives ends there.
for pod in client dns-local; do in_place "$pod" nft 'table ip sink { chain c { type filter hook prerouting priority -400; meta l4proto udp drop; }; }'; done
in_place client "$PROGRAMS/packets" query "${SERVICE[4]}" "$DNS_PORT" "$PACKETS" "$ROUNDS" >/dev/null # IPVS knows every flow from here on
measure 'no conntrack'
kube_proxy_ipvs_rules cluster-cidr
measure tracked
for scope in any pods; do
  for count in 1 10 100; do
    profile_of "$scope" "$count" >/run/profile.yaml
    "$RUNNER" apply --profile /run/profile.yaml >/run/apply.out
    measure "scope $scope, services: $count"
    "$RUNNER" remove --profile /run/profile.yaml >/run/remove.out
  done
done
