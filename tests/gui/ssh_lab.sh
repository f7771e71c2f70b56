#!/bin/bash
# A lab of ssh nodes: network namespaces joined by a bridge, one for the desktop and one for each node, a real sshd in each node.
#   ssh_lab.sh up DIRECTORY COUNT RUNNER   makes it; DIRECTORY gets keys, an inventory, an ssh configuration and the profile
#   ssh_lab.sh stop|start DIRECTORY NODE   ends the node's sshd and its sessions, or starts it again
#   ssh_lab.sh freeze|thaw DIRECTORY NODE  stops what runs the runner there, or lets it go on
#   ssh_lab.sh trust DIRECTORY NODE        makes its host key known
#   ssh_lab.sh hide DIRECTORY NODE BASTION adds one more node that only the node BASTION reaches
#   ssh_lab.sh lock DIRECTORY NODE WORDS   makes it ask for a key with the passphrase WORDS
#   ssh_lab.sh down DIRECTORY              ends the sshds by their pids and removes the namespaces
# The namespaces are called TAG and TAG-1 … TAG-COUNT, TAG from the directory's name; addresses stay inside them.
set -euo pipefail
command=$1
directory=$2
tag=nv$(echo -n "$directory" | cksum | cut -c1-6)

start_node() {
    ip netns exec "$tag-$1" /usr/sbin/sshd -f "$directory/sshd_$1.conf" -E "$directory/sshd_$1.log"
}

write_sshd() {
    cp "$directory/client.pub" "$directory/authorized_keys_$1"
    cat > "$directory/sshd_$1.conf" <<EOF
Port 22
ListenAddress $2
HostKey $directory/host
PidFile $directory/sshd_$1.pid
AuthorizedKeysFile $directory/authorized_keys_$1
StrictModes no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
PrintMotd no
EOF
}

up() {
    local count=$1 runner
    runner=$(realpath "$2")
    mkdir -p "$directory" /run/sshd
    echo "$tag" > "$directory/tag"
    ssh-keygen -q -t ed25519 -N '' -f "$directory/client"
    ssh-keygen -q -t ed25519 -N '' -f "$directory/host"
    printf '#!/bin/sh\nexec %s "$@" --profile %s/profile.yaml\n' "$runner" "$directory" > "$directory/runner"
    chmod 755 "$directory" "$directory/runner"
    cat > "$directory/profile.yaml" <<EOF
version: 1
name: lab
services: [10.96.0.10]
podCIDRs: [10.244.0.0/16]
safety: {waive: [not-ipvs, no-backends, per-node-cidr], probe: false}
EOF
    cat > "$directory/ssh_config" <<EOF
Host *
  User root
  IdentityFile $directory/client
  IdentitiesOnly yes
  UserKnownHostsFile $directory/known_hosts
  GlobalKnownHostsFile /dev/null
EOF
    : > "$directory/known_hosts"
    echo '[workers]' > "$directory/hosts.ini"
    ip netns add "$tag"
    ip -n "$tag" link set lo up
    ip -n "$tag" link add br0 type bridge
    ip -n "$tag" addr add 10.99.0.1/16 dev br0
    ip -n "$tag" link set br0 up
    ip -n "$tag" addr add 10.244.7.7/32 dev br0 # the desktop plays a pod that asks DNS, too
    for node in $(seq "$count"); do
        local address
        address=$(address_of "$node")
        ip netns add "$tag-$node"
        ip -n "$tag-$node" link set lo up
        ip -n "$tag" link add "n$node" type veth peer name eth0 netns "$tag-$node"
        ip -n "$tag" link set "n$node" master br0 up
        ip -n "$tag-$node" addr add "$address/16" dev eth0
        ip -n "$tag-$node" link set eth0 up
        write_sshd "$node" "$address"
        start_node "$node"
        echo "node$node ansible_host=$address" >> "$directory/hosts.ini"
        # The first node stays unknown, so that somebody has to be asked.
        [ "$node" = 1 ] || trust_node "$node"
    done
}

# A node that only the bastion reaches, in a namespace and an inventory group of its own.
add_hidden() {
    local node=$1 bastion=$2
    ip netns add "$tag-$node"
    ip -n "$tag-$node" link set lo up
    ip -n "$tag-$bastion" link add behind type veth peer name eth0 netns "$tag-$node"
    ip -n "$tag-$bastion" addr add 10.98.0.1/24 dev behind
    ip -n "$tag-$bastion" link set behind up
    ip -n "$tag-$node" addr add 10.98.0.2/24 dev eth0
    ip -n "$tag-$node" link set eth0 up
    write_sshd "$node" 10.98.0.2
    start_node "$node"
    echo "10.98.0.2 $(cut -d' ' -f1,2 "$directory/host.pub")" >> "$directory/known_hosts"
    printf 'Host hidden\n  HostName 10.98.0.2\n  ProxyJump %s\n' "$(address_of "$bastion")" >> "$directory/ssh_config"
    printf '[behind]\nhidden\n' >> "$directory/hosts.ini"
}

# From now on the node takes only a key that has a passphrase.
lock_node() {
    ssh-keygen -q -t ed25519 -N "$2" -f "$directory/locked"
    cp "$directory/locked.pub" "$directory/authorized_keys_$1"
    sed -i "s|^node$1 .*|& ansible_ssh_private_key_file=$directory/locked|" "$directory/hosts.ini"
}

address_of() {
    echo "10.99.$(($1 / 200 + 1)).$(($1 % 200 + 1))"
}

trust_node() {
    echo "$(address_of "$1") $(cut -d' ' -f1,2 "$directory/host.pub")" >> "$directory/known_hosts"
}

stop_node() {
    local pid
    for pid in $(ip netns pids "$tag-$1"); do
        if [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = sshd ]; then
            kill "$pid" 2>/dev/null || true
        fi
    done
}

signal_runner() {
    local pid
    for pid in $(ip netns pids "$tag-$2"); do
        if [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dns-notrack ]; then
            kill "-$1" "$pid" 2>/dev/null || true
        fi
    done
}

down() {
    local name pid
    for name in $(ip netns list | cut -d' ' -f1 | grep -E "^$tag(-[0-9]+)?$"); do
        for pid in $(ip netns pids "$name"); do
            kill "$pid" 2>/dev/null || true
        done
        ip netns del "$name"
    done
    rm -rf "$directory"
}

case $command in
up) up "$3" "$4" ;;
down) down ;;
start) start_node "$3" ;;
trust) trust_node "$3" ;;
hide) add_hidden "$3" "$4" ;;
lock) lock_node "$3" "$4" ;;
stop) stop_node "$3" ;;
freeze) signal_runner STOP "$3" ;;
thaw) signal_runner CONT "$3" ;;
*) echo "unknown command $command" >&2; exit 64 ;;
esac
