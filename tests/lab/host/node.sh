# The node of the scenario systemd: a clean Debian with our package. Sourced by run.
# shellcheck shell=bash

# Prints the .deb that packaging/build-packages made last.
built_package() {
  local built=("$LAB"/../../build/packages/dns-notrack_*.deb)
  [[ -f ${built[0]} ]] || skip 'the scenario systemd needs a package: packaging/build-packages deb'
  realpath "${built[0]}"
}

# build_node PACKAGE FOLDER: its root. The package is installed as into an image; what it starts, it starts when the guest boots.
build_node() {
  local package=$1 folder=$2 clean
  clean=$(/usr/bin/python3 -B "$LAB/../delivery/clean_root.py")
  cp -a "$clean" "$folder"
  cp "$package" "$folder/tmp/package.deb"
  chroot "$folder" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive \
    dpkg --install /tmp/package.deb >"$folder/tmp/dpkg.log" 2>&1 || { cat "$folder/tmp/dpkg.log" >&2; return 1; }
  echo 0123456789abcdef0123456789abcdef >"$folder/etc/machine-id" # it has booted before
  echo 'DNS_NOTRACK_SPREAD=0' >>"$folder/etc/default/dns-notrack" # there is no fleet
  mkdir "$folder/host"
  cat >"$folder/etc/systemd/system/lab.service" <<UNIT
[Service]
ExecStart=/usr/sbin/chroot /host /usr/bin/env -i HOME=/root LC_ALL=C \\
  PATH=/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin /bin/bash $LAB/guest/start_on_node
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
UNIT
}
