#!/usr/bin/env bash
# Upgrades a node of a kubeadm cluster with proven binaries, in the order that Kubernetes asks
# for, one step at a time:
#
#   kubeadm-upgrade.sh fetch v1.30.3     proves the three binaries; the node stays as it is
#   kubeadm-upgrade.sh kubeadm v1.30.3   installs kubeadm, and runs "kubeadm upgrade" (see UPGRADE)
#   kubeadm-upgrade.sh kubelet v1.30.3   drains, installs kubelet and kubectl, restarts, uncordons
#   kubeadm-upgrade.sh rollback v1.30.3  puts back the kubelet and kubectl of before v1.30.3
#
# The kubelet step begins only where the kubeadm step of that version went well on this node, and
# the API server is not older than the new kubelet: Kubernetes' version-skew policy allows a kubelet
# that is older by up to three minor versions, and none that is newer. Upgrade the machines of the
# control plane first.
#
# Options after the version go to k8s-verify, for example --mirror
# https://mirror.example.com/kubernetes. A step that fails leaves the old files in place, or puts
# them back and removes what was not there before. Where the node stays drained, the last line says
# so, with the command that ends it.
# Run it as root, on one node after another; each step can be run again.
#
#   INSTALL_DIR  where the binaries are (default /usr/local/bin)
#   KEEP_DIR     where proven files wait and replaced ones are kept
#                (default /var/lib/k8s-verify-upgrade)
#   UPGRADE      "apply" on the first control plane, "node" on every other machine (default node)
#   NODE         the node's name (default: the host's); empty where another machine drains it
#   KUBELET_KUBECONFIG  names the kubelet's API server, which is asked for its version
#                (default /etc/kubernetes/kubelet.conf)
set -euo pipefail
umask 022
unset CDPATH

readonly install_dir=${INSTALL_DIR:-/usr/local/bin}
readonly keep_dir=${KEEP_DIR:-/var/lib/k8s-verify-upgrade}
readonly node=${NODE-$(uname -n)}
readonly kubelet_kubeconfig=${KUBELET_KUBECONFIG:-/etc/kubernetes/kubelet.conf}

usage() {
  echo "usage: ${0##*/} fetch|kubeadm|kubelet|rollback vX.Y.Z [option of k8s-verify ...]" >&2
  exit 2
}

say() { echo "${0##*/}: $*" >&2; }

# Proves them where they wait, all or none. What waits already is read again, and not downloaded.
# An exit code of 0 is not enough: an option may have made k8s-verify do something else. So what
# waits must have the digest that this run has proved under its name.
fetch() {
  local component said proved wanted
  mkdir -p "$keep_dir"
  chmod 0700 "$keep_dir"
  said=$(k8s-verify kubeadm kubelet kubectl "$version" \
    --install-dir "$new" --save-bundle --quiet --json "$@")
  for component in kubeadm kubelet kubectl; do
    proved=${said#*"\"component\":\"$component\",\"version\":\"$version\""}
    proved=${proved%%\"outcome\":*}
    wanted="\"sha256\":\"$(sha256_of "$new/$component")\""
    if [[ $proved != *"$wanted"* ]]; then
      say "$new/$component is not the $component $version that k8s-verify has proved"
      exit 1
    fi
  done
  say "kubeadm, kubelet and kubectl $version are proved"
}

sha256_of() {
  if [[ -f $1 ]]; then sha256sum <"$1" | cut -d ' ' -f 1; else echo none; fi
}

# A file with its bundle, or without one.
copy() {
  install -m "$(stat -c %a "$1")" "$1" "$2"
  rm -f "$2.sigstore.json"
  if [[ -f $1.sigstore.json ]]; then install -m 0644 "$1.sigstore.json" "$2.sigstore.json"; fi
}

# As k8s-verify itself, this replaces no link and no directory.
check_targets() {
  local component
  for component in "$@"; do
    component=$install_dir/$component
    if [[ -L $component || (-e $component && ! -f $component) ]]; then
      refuse "$component is not a regular file"
    fi
  done
}

# Keeps what is there now, with its digest, or that nothing is there. Where the new file is there
# already, what was kept before it stays.
keep() {
  local component
  mkdir -p "$old"
  for component in "$@"; do
    if [[ ! -f $install_dir/$component ]]; then
      if [[ ! -f $old/$component ]]; then touch "$old/$component.absent"; fi
      continue
    fi
    if cmp -s "$install_dir/$component" "$new/$component"; then continue; fi
    rm -f "$old/$component.absent"
    copy "$install_dir/$component" "$old/$component"
    (cd "$old" && sha256sum "$component" >"$component.sha256")
  done
}

# One rename each: a program that runs keeps its old file, and a new one is whole or not there.
place() {
  local from=$1 component
  shift
  for component in "$@"; do copy "$from/$component" "$install_dir/.$component.new"; done
  for component in "$@"; do
    mv -f "$install_dir/.$component.new" "$install_dir/$component"
    rm -f "$install_dir/$component.sigstore.json"
    if [[ -f $install_dir/.$component.new.sigstore.json ]]; then
      mv -f "$install_dir/.$component.new.sigstore.json" "$install_dir/$component.sigstore.json"
    fi
    if command -v restorecon >/dev/null; then restorecon "$install_dir/$component" || true; fi
  done
}

# Only what was kept, byte for byte; what was not there is not there again.
put_back() {
  local component files=() absent=()
  for component in "$@"; do
    if [[ -f $old/$component ]]; then
      (cd "$old" && sha256sum --check --quiet "$component.sha256") || exit 1
      files+=("$component")
    elif [[ -f $old/$component.absent ]]; then
      absent+=("$install_dir/$component" "$install_dir/$component.sigstore.json")
    else
      say "no $component of before $version is kept; nothing was put back"
      exit 1
    fi
  done
  if ((${#files[@]} > 0)); then place "$old" "${files[@]}"; fi
  if ((${#absent[@]} > 0)); then rm -f "${absent[@]}"; fi
}

# Ends with 1 where the kubelet does not stay up for a while.
restart_kubelet() {
  local count
  systemctl daemon-reload
  systemctl restart kubelet || return 1
  for ((count = 0; count < 15; count++)); do
    sleep "${PAUSE:-2}"
    systemctl is-active --quiet kubelet || return 1
  done
}

# The node's own, or the proved one where it has none.
kubectl() {
  if [[ -x $install_dir/kubectl ]]; then "$install_dir/kubectl" "$@"; else "$new/kubectl" "$@"; fi
}

# What the last line says where the script ends before the node takes pods again.
drained=

uncordon() {
  if [[ -z $node ]]; then return; fi
  kubectl uncordon "$node"
  drained=
}

say_drained() {
  if [[ -n $drained ]]; then say "$drained until you run: kubectl uncordon $node"; fi
}
trap say_drained EXIT

refuse() {
  say "$*; nothing was replaced"
  exit 1
}

# A kubelet must not be newer than its API server. Every user may read the API server's version.
check_skew() {
  local answer minor=${version#v1.}
  if [[ ! -f $upgraded ]] || ! cmp -s "$install_dir/kubeadm" "$new/kubeadm"; then
    refuse "the kubeadm step comes first: ${0##*/} kubeadm $version"
  fi
  answer=$("$new/kubectl" --kubeconfig "$kubelet_kubeconfig" get --raw /version) || answer=
  if [[ ! $answer =~ \"gitVersion\":\ *\"(v1\.([0-9]+)\.[^\"]*)\" ]]; then
    refuse "the API server did not say its version, and a kubelet must not be newer"
  fi
  if ((BASH_REMATCH[2] < ${minor%.*})); then
    refuse "the API server is ${BASH_REMATCH[1]}, and a kubelet must not be newer"
  fi
}

kubeadm_step() {
  local words=(upgrade node)
  if [[ ${UPGRADE:-node} == apply ]]; then words=(upgrade apply --yes "$version"); fi
  check_targets kubeadm
  rm -f "$upgraded"
  keep kubeadm
  place "$new" kubeadm
  if "$install_dir/kubeadm" "${words[@]}"; then
    touch "$upgraded"
    say "next: ${0##*/} kubelet $version"
    return
  fi
  say "kubeadm ${words[*]} failed, and undoes what it changed itself; the old kubeadm is put back"
  put_back kubeadm
  exit 1
}

kubelet_step() {
  check_targets kubelet kubectl
  check_skew
  if [[ -n $node ]]; then
    drained="$node stays drained"
    if ! kubectl drain "$node" --ignore-daemonsets --delete-emptydir-data; then
      uncordon
      refuse "the node could not be drained"
    fi
  fi
  keep kubelet kubectl
  place "$new" kubelet kubectl
  if restart_kubelet; then
    uncordon
    say "the kubelet is that of $version; the way back: ${0##*/} rollback $version"
    return
  fi
  say "the kubelet of $version does not stay up (journalctl -u kubelet)"
  rollback
  exit 1
}

rollback() {
  put_back kubelet kubectl
  if ! restart_kubelet; then
    say "the old kubelet is back, and does not stay up either (journalctl -u kubelet)"
    exit 1
  fi
  uncordon
  say "the kubelet is the one of before $version again"
}

if [[ ! ${1-} =~ ^(fetch|kubeadm|kubelet|rollback)$ ]]; then usage; fi
if [[ ! ${2-} =~ ^v1\.[0-9]+\.[0-9]+$ ]]; then usage; fi
readonly step=$1 version=$2 new=$keep_dir/$2 old=$keep_dir/before-$2
readonly upgraded=$old/kubeadm-upgraded
shift 2
for option in "$@"; do
  if [[ $option =~ ^(--dry-run|--help|--help-all|-[a-zA-Z]*[nh].*)$ ]]; then
    say "$option does not go with a step, which changes this node"
    usage
  fi
done
# Every step proves first, so that nothing is touched where anything is refused. The way back
# needs what is kept, and no network.
if [[ $step != rollback ]]; then fetch "$@"; fi
case $step in
kubeadm) kubeadm_step ;;
kubelet) kubelet_step ;;
rollback)
  # A kubelet step that ended before may have drained it.
  if [[ -n $node ]]; then drained="where $node is drained, it stays so"; fi
  rollback
  ;;
esac
