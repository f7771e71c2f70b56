# The guest's kernel: Debian's own package, unpacked once into the cache. Sourced by run.
# shellcheck shell=bash

# The full flavour: the cloud one has no 9p.
readonly KERNEL_PACKAGE=linux-image-amd64

# Prints the folder that holds the unpacked kernel; fetches it when it is not there yet.
kernel_folder() {
  local folder=$CACHE/kernel
  [[ -d $folder ]] || fetch_kernel "$folder"
  echo "$folder"
}

fetch_kernel() {
  local folder=$1 image staging
  command -v apt-get >/dev/null || skip "no $folder, and no apt-get to fetch $KERNEL_PACKAGE with"
  image=$(apt-cache depends "$KERNEL_PACKAGE" 2>/dev/null | awk '$1 == "Depends:" { print $2; exit }')
  [[ -n $image ]] || skip "apt knows no $KERNEL_PACKAGE: apt-get update"
  mkdir -p "$CACHE"
  # Unpacked beside its place and moved there whole, so that an interrupted run leaves no half a kernel.
  staging=$(mktemp -d "$CACHE/kernel.XXXXXX")
  # apt's sandbox user cannot write here, and says so on stderr; what matters is the file.
  if ! (cd "$staging" && nice apt-get -qq download "$image" 2>"$staging/apt.log"); then
    tail -n 1 "$staging/apt.log" >&2
    rm -rf "$staging"
    skip "$image cannot be downloaded: apt-get update"
  fi
  nice dpkg-deb --extract "$staging"/*.deb "$staging/root"
  # Modules no guest without hardware loads: two thirds of the package.
  rm -rf "$staging"/root/lib/modules/*/kernel/{sound,drivers/{gpu,media,infiniband,staging,scsi,iio,hid,usb,video}}
  depmod -b "$staging/root" "$(ls "$staging/root/lib/modules")"
  mv -T "$staging/root" "$folder" 2>/dev/null || [[ -d $folder ]] # another run was faster
  rm -rf "$staging"
}

# Prints the version of the one kernel in FOLDER.
kernel_version() { ls "$1/lib/modules"; }
