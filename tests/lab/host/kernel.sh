# The guest's kernel: Debian's own packages, unpacked once into the cache. Sourced by run.
# shellcheck shell=bash disable=SC2154

# The full flavour: the cloud one has no 9p.
readonly KERNEL_PACKAGE=linux-image-amd64

# Prints the folder that holds the unpacked kernel of SUITE, of this machine's own Debian where that is empty; fetches it when it is not there yet.
kernel_folder() {
  local suite=$1 folder=$CACHE/kernel${1:+-$1}
  is_kernel "$folder" || fetch_kernel "$suite" "$folder" || exit
  echo "$folder"
}

# Whether FOLDER holds one kernel with its modules.
is_kernel() {
  local version
  version=$(kernel_version "$1" 2>/dev/null) && [[ -f $1/boot/vmlinuz-$version && -f $1/lib/modules/$version/modules.dep ]]
}

# Options with which apt sees SUITE alone, from this machine's mirror of Debian, with lists and archives below FOLDER.
apt_options() {
  local suite=$1 folder=$2 mirror
  mirror=$(apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 'Created-By: Packages' | awk '$1 == "Debian" && $2 !~ /security/ { print $2; exit }')
  [[ -n $mirror ]] || skip "apt knows no mirror of Debian: apt-get update"
  mkdir -p "$folder"/{lists/partial,cache/archives/partial}
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$folder/sources.list"
  printf '%s\n' -o "Dir::Etc::sourcelist=$folder/sources.list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$folder/lists" \
    -o "Dir::Cache=$folder/cache" -o APT::Sandbox::User=root
}

# The packages that hold the kernel of the metapackage: one, and three more beside an empty one since Linux 7.3.
kernel_packages() {
  apt-cache "$@" depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances "$KERNEL_PACKAGE" 2>/dev/null |
    grep -oE '^linux-(image|binary|base|modules)-[0-9]\S*' | sort -u
}

# fetch_kernel SUITE FOLDER
fetch_kernel() {
  local suite=$1 folder=$2 staging package version options=() packages=()
  command -v apt-get >/dev/null || skip "no $folder, and no apt-get to fetch $KERNEL_PACKAGE with"
  mkdir -p "$CACHE"
  # Unpacked beside its place and moved there whole, so that an interrupted run leaves no half a kernel.
  staging=$(mktemp -d "$CACHE/kernel.XXXXXX")
  if [[ -n $suite ]]; then
    mapfile -t options < <(apt_options "$suite" "$staging/apt")
    nice apt-get "${options[@]}" -qq update 2>"$staging/apt.log" || { give_up "$staging" "no suite $suite"; }
  fi
  mapfile -t packages < <(kernel_packages "${options[@]}")
  ((${#packages[@]})) || give_up "$staging" "apt knows no $KERNEL_PACKAGE: apt-get update"
  # apt's sandbox user cannot write here, and says so on stderr; what matters is the file.
  (cd "$staging" && nice apt-get "${options[@]}" -qq download "${packages[@]}" 2>"$staging/apt.log") ||
    give_up "$staging" "${packages[*]} cannot be downloaded: apt-get update"
  for package in "$staging"/*.deb; do nice dpkg-deb --extract "$package" "$staging/root"; done
  if ! complete_kernel "$staging/root" || ! is_kernel "$staging/root"; then give_up "$staging" "${packages[*]} hold no kernel as this lab knows them"; fi
  rm -rf "$folder"
  mv -T "$staging/root" "$folder" 2>/dev/null || is_kernel "$folder" # another run was faster
  rm -rf "$staging"
}

# Ends the run as skipped, with nothing left of STAGING.
give_up() {
  tail -n 1 "$1/apt.log" >&2 || true
  rm -rf "$1"
  skip "$2"
}

# Makes of what the packages hold in ROOT what every version had until 6.11: plain modules below /lib/modules, and the kernel in /boot.
complete_kernel() {
  local root=$1 version
  [[ ! -d $root/usr/lib/modules ]] || { mkdir -p "$root/lib" && ln -sfn ../usr/lib/modules "$root/lib/modules"; } || return
  version=$(kernel_version "$root") || return
  # Modules no guest without hardware loads: two thirds of the package.
  rm -rf "$root/lib/modules/$version"/kernel/{sound,drivers/{gpu,media,infiniband,staging,scsi,iio,hid,usb,video}}
  nice find -L "$root/lib/modules" -name '*.ko.xz' -exec xz --decompress {} + || return
  [[ -f $root/boot/vmlinuz-$version ]] || { mkdir -p "$root/boot" && cp "$root/lib/modules/$version/vmlinuz" "$root/boot/vmlinuz-$version"; } || return
  depmod -b "$root" "$version"
}

# Prints the version of the one kernel in FOLDER.
kernel_version() {
  local versions=("$1"/lib/modules/*)
  [[ ${#versions[@]} = 1 && -d ${versions[0]} ]] && basename "${versions[0]}"
}
