# The guest as a node of its own, with systemd and the package: only where guest/init made it one. Sourced by start.
# shellcheck shell=bash

# Seconds that something may take which the timer does every 30 to 40.
readonly LONGEST_WAIT=120
# What the service says goes here as it says it, kept with the results.
readonly SAID=/results/said

# on_node COMMAND...: with the node's own programs and files.
on_node() { chroot /proc/1/root "$@"; }

# unit_property NAME: of the service.
unit_property() { on_node systemctl show --property "$1" --value dns-notrack.service; }

follow_service() { on_node journalctl --unit dns-notrack.service --output cat --follow --no-tail >"$SAID" & }

times_said() { grep -c -- "$1" "$SAID" || true; }

# await CONDITION...: until it is met. Both conditions below start few processes: an emulated machine has other work.
await() {
  local end=$((SECONDS + LONGEST_WAIT))
  until "$@"; do
    if ((SECONDS > end)); then
      echo "node: not within $LONGEST_WAIT s: $*" >&2
      return 1
    fi
    sleep 1
  done
}

# said COUNT PATTERN: whether the service has said it that many times.
said() { (($(times_said "$2") >= $1)); }

# Whether systemd has looked if there is anything to do for the service.
was_considered() { [[ $(unit_property ConditionTimestampMonotonic) != 0 ]]; }
