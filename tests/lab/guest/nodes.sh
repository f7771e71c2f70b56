# Places to run a command in. The guest itself is node A; its pods' namespaces have names, as a CNI plugin gives them.
# What is not on node A lies elsewhere, so that nothing on node A takes it for one of its pods. Sourced by start.
# shellcheck shell=bash

readonly OTHER_NAMESPACES=/run/lab/netns

namespace_file() {
  case $1 in
    client | dns-local) echo "/run/netns/$1" ;;
    *) echo "$OTHER_NAMESPACES/$1" ;;
  esac
}

# For the traffic programs, which enter a namespace themselves: that saves a process.
namespace_of() { if [[ $1 = node ]]; then echo -; else namespace_file "$1"; fi; }

add_namespace() {
  local file
  file=$(namespace_file "$1")
  mkdir -p "$(dirname "$file")"
  touch "$file"
  unshare --net="$file" ip link set lo up
}

# in_place PLACE COMMAND...: PLACE is node, node-b, client, client-remote, dns-local, dns-remote or outside.
in_place() {
  local place=$1
  shift
  if [[ $place = node ]]; then "$@"; else nsenter --net="$(namespace_file "$place")" -- "$@"; fi
}

# set_sysctl PLACE NAME=VALUE...; names have their dots.
set_sysctl() {
  local place=$1 setting name commands=''
  shift
  for setting; do
    name=${setting%%=*}
    commands+="echo ${setting#*=} >/proc/sys/${name//.//};"
  done
  in_place "$place" sh -ec "$commands"
}
