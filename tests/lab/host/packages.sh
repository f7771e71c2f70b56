# Packages of Debian that the guest runs programs of, unpacked once into the cache, not installed. Sourced by run.
# shellcheck shell=bash disable=SC2154

# The libraries that keepalived needs beside those of any Debian, by the beginnings of their names.
readonly KEEPALIVED_LIBRARIES='^lib(snmp|pci|sensors|nl-)[^ ]*'

# Prints the folder with keepalived; nothing, and a line that says why, where Debian's package cannot be had.
keepalived_folder() {
  local folder=$CACHE/keepalived staging packages=(keepalived)
  if [[ ! -d $folder ]]; then
    mkdir -p "$CACHE"
    staging=$(mktemp -d "$CACHE/keepalived.XXXXXX")
    mapfile -t -O 1 packages < <(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances \
      keepalived 2>/dev/null | grep -oE "$KEEPALIVED_LIBRARIES" | sort -u)
    if (cd "$staging" && apt-get -qq -o APT::Sandbox::User=root download "${packages[@]}" 2>"$staging/apt.log"); then
      for package in "$staging"/*.deb; do dpkg-deb --extract "$package" "$staging/root"; done
      mv -T "$staging/root" "$folder" 2>/dev/null || [[ -d $folder ]] # another run was faster
    else
      echo "not run: keepalived: Debian's package cannot be had: $(tail -n 1 "$staging/apt.log")" >&2
    fi
    rm -rf "$staging"
  fi
  [[ ! -d $folder ]] || echo "$folder"
}
