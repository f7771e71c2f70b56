# A real kube-proxy: built once from Debian's source package kubernetes, with Debian's Go, into the cache. Sourced by run.
# shellcheck shell=bash disable=SC2154

readonly GO_PACKAGES='golang-1.19-go golang-1.19-src'

# Prints the program's path; builds it where it is not there yet, which takes minutes. Without root: nothing is installed.
kube_proxy_program() {
  local folder=$CACHE/kube-proxy
  [[ -x $folder/kube-proxy ]] || build_kube_proxy "$folder" || exit
  echo "$folder/kube-proxy"
}

# build_kube_proxy FOLDER
build_kube_proxy() {
  local folder=$1 staging options=() package goroot
  command -v apt-get >/dev/null || skip "no $folder, and no apt-get to fetch the source package kubernetes with"
  mkdir -p "$CACHE"
  staging=$(mktemp -d "$CACHE/kube-proxy.XXXXXX")
  mapfile -t options < <(apt_options bookworm "$staging/apt")
  sed 's/^deb /deb-src /p;s/^deb-src /deb /' -i "$staging/apt/sources.list"
  nice apt-get "${options[@]}" -qq update 2>"$staging/apt.log" || give_up "$staging" 'no suite bookworm'
  # shellcheck disable=SC2086
  (cd "$staging" && nice apt-get "${options[@]}" -qq download $GO_PACKAGES 2>"$staging/apt.log") ||
    give_up "$staging" "$GO_PACKAGES cannot be downloaded"
  (cd "$staging" && nice apt-get "${options[@]}" -qq --download-only source kubernetes >"$staging/apt.log" 2>&1) ||
    give_up "$staging" "Debian's source package kubernetes cannot be had"
  for package in "$staging"/*.deb; do nice dpkg-deb --extract "$package" "$staging/root"; done
  mkdir -p "$staging/path/src/k8s.io/kubernetes"
  tar -xf "$staging"/kubernetes_*.orig.tar.* --strip-components=1 -C "$staging/path/src/k8s.io/kubernetes"
  goroot=$staging/root/usr/lib/go-1.19
  # Staged repositories are links in vendor/, as their own build has them; a GOPATH needs no network.
  (cd "$staging/path/src/k8s.io/kubernetes" &&
    GOROOT=$goroot GOPATH=$staging/path GOCACHE=$staging/cache GO111MODULE=off CGO_ENABLED=0 GOFLAGS='' \
      nice -n 10 "$goroot/bin/go" build -p 1 -o "$staging/kube-proxy" ./cmd/kube-proxy >"$staging/build.log" 2>&1) ||
    { tail -n 5 "$staging/build.log" >&2; rm -rf "$staging"; echo "run: kube-proxy cannot be built" >&2; return 1; }
  mkdir -p "$folder"
  mv "$staging/kube-proxy" "$folder/kube-proxy"
  chmod -R u+w "$staging"
  rm -rf "$staging"
}
