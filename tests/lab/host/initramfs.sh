# The guest's first file system: busybox, and the modules that mount the host's root over virtio-9p. Sourced by run.
# shellcheck shell=bash disable=SC2154

# build_initramfs KERNEL_FOLDER FILE
build_initramfs() {
  local kernel=$1 file=$2 tree=$work/initramfs version module object name
  version=$(kernel_version "$kernel")
  mkdir -p "$tree"/{bin,sbin,dev,proc,sys,modules}
  cp "$(command -v busybox)" "$tree/bin/busybox"
  cp "$LAB/guest/init" "$LAB/guest/leave" "$tree"
  # The kernel asks for modules (iptable_raw, xt_CT, ...) from the initramfs's root, but they lie in the new one.
  printf '#!/bin/busybox sh\nexec /bin/busybox chroot /newroot /sbin/modprobe "$@"\n' >"$tree/sbin/modprobe"
  chmod +x "$tree/init" "$tree/leave" "$tree/sbin/modprobe"
  for module in virtio_pci 9p 9pnet_virtio overlay; do
    modprobe -d "$kernel" -S "$version" --show-depends "$module" | awk '$1 == "insmod" { print $2 }'
  done | while read -r object; do
    name=$(basename "$object")
    [[ ! -e $tree/modules/$name ]] || continue
    cp "$object" "$tree/modules/$name"
    echo "$name" >>"$tree/modules/order"
  done
  (cd "$tree" && find . | cpio --create --format=newc --quiet | gzip -1) >"$file"
}
