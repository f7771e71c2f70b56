# Boots one guest for one scenario. Sourced by run.
# shellcheck shell=bash disable=SC2154

# Seconds after which a guest is ended, whatever it does.
readonly GUEST_TIME_LIMIT=1200 FULL_GUEST_TIME_LIMIT=2400

# Names of the guests that SCENARIO boots. The race needs a kernel of each kind, and each kind needs a boot.
guest_variants() {
  case $1 in
    matrix) echo 'services paths' ;;
    race) echo 'resolving dropping' ;;
    systemd | findings | restarts | verdicts | packets) echo 'iptables nftables' ;;
    kube-proxy) echo {iptables,nftables}-{forms,modes} ;;
    hazards)
      echo 'iptables nftables'
      [[ $full = no ]] || echo {iptables,nftables}-{sound,filters,services,directors}
      ;;
    *) echo plain ;;
  esac
}

# guest_backend SCENARIO VARIANT
guest_backend() { if [[ $1 =~ ^(systemd|hazards|findings|restarts|verdicts|packets|kube-proxy)$ ]]; then echo "${2%%-*}"; else echo "$backend"; fi; }

# QEMU's options for the processors of a guest. Only races and load need two. A guest with one has a clock that counts its own
# instructions while it computes: on a busy machine it runs longer, and no query in it is answered late for that.
guest_processors() {
  case $1 in
    race | pressure) echo '-accel tcg,thread=multi,tb-size=256 -smp 2' ;;
    *) echo '-accel tcg,thread=single,tb-size=256 -smp 1 -icount shift=2,sleep=on' ;;
  esac
}

# run_guests SCENARIO: all its guests; status 0 when every one ended well. Results lie in OUTPUT/SCENARIO-VARIANT.
run_guests() {
  local scenario=$1 variant guest waiting=() failed=0 at_once=$((2 * $(nproc)))
  # Those that measure time and races mind company.
  [[ ! $scenario =~ ^(race|pressure|safety)$ ]] || at_once=1
  rm -rf "$output/$scenario-"*
  for variant in $(guest_variants "$scenario"); do
    run_guest "$scenario" "$variant" "$output/$scenario-$variant" &
    waiting+=($!)
    ((${#waiting[@]} == at_once)) || continue
    for guest in "${waiting[@]}"; do wait "$guest" || failed=1; done
    waiting=()
  done
  for guest in "${waiting[@]}"; do wait "$guest" || failed=1; done
  return "$failed"
}

# run_guest SCENARIO VARIANT RESULTS_FOLDER: returns the scenario's own status; 125 when the guest died before it had one.
run_guest() {
  local scenario=$1 variant=$2 results=$3 limit=$GUEST_TIME_LIMIT version status=0 processors node=() words=''
  [[ $full = no && $scenario != kube-proxy ]] || limit=$FULL_GUEST_TIME_LIMIT
  version=$(kernel_version "$kernel")
  mkdir -p "$results"
  {
    printf '%s=%q\n' LAB "$LAB" SCENARIO "$scenario" VARIANT "$variant" PROGRAMS "$work/programs" \
      RUNNER "$runner" KUBE_PROXY "$kube_proxy" KEEPALIVED "$keepalived" BACKEND "$(guest_backend "$scenario" "$variant")" FULL "$full" CAPTURES "$captures" DROPPING_CONNTRACK "$work/nf_conntrack.ko"
  } >"$results/settings"
  : >"$results/results.jsonl"
  if [[ $scenario = systemd ]]; then
    node=(-fsdev "local,id=node,path=$work/node,security_model=none,readonly=on,multidevs=remap"
      -device virtio-9p-pci,fsdev=node,mount_tag=node)
    words='lab_node=yes systemd.unit=basic.target systemd.wants=lab.service systemd.mask=apt-daily.timer systemd.mask=e2scrub_all.timer'
  fi
  read -ra processors <<<"$(guest_processors "$scenario")"
  timeout --kill-after=5 "$limit" qemu-system-x86_64 \
    -machine pc -cpu qemu64 "${processors[@]}" -m 1024 \
    -nodefaults -no-user-config -display none -no-reboot -nic none \
    -kernel "$kernel/boot/vmlinuz-$version" -initrd "$work/initramfs.cpio.gz" \
    -append "console=ttyS0 quiet loglevel=4 panic=-1 mitigations=off lab_modules=$kernel/lib/modules lab_start=$LAB/guest/start $words" \
    -serial "file:$results/guest.log" \
    -device isa-debug-exit,iobase=0x501,iosize=1 \
    -fsdev local,id=root,path=/,security_model=none,readonly=on,multidevs=remap \
    -device virtio-9p-pci,fsdev=root,mount_tag=root "${node[@]}" \
    -fsdev "local,id=results,path=$results,security_model=none" \
    -device virtio-9p-pci,fsdev=results,mount_tag=results </dev/null >"$results/qemu.log" 2>&1 &
  echo "$!" >"$results/running"
  wait "$!" || status=$?
  rm "$results/running"
  # isa-debug-exit ends QEMU with twice the guest's status plus one; anything even was not the guest's doing.
  if ((status % 2 == 0)); then
    cat "$results/qemu.log" >&2
    echo "run: the guest $scenario-$variant died or ran out of time (QEMU's status $status)" >&2
    return 125
  fi
  ((status == 1)) || echo "run: the guest $scenario-$variant ended with status $((status / 2)): $(tail -n 2 "$results/guest.log" | head -n 1)" >&2
  return "$((status / 2))"
}

# Ends the guests that still run: one must not outlive an interrupted run.
end_guests() {
  local running
  for running in "$output"/*/running; do
    [[ ! -f $running ]] || kill "$(<"$running")" || true
  done
}
