#!/usr/bin/env bash
# Puts kubeadm, kubelet and kubectl of one version on a new node, or changes nothing. A node that
# has a kubelet of another version is upgraded in two steps, and not here: kubeadm-upgrade.sh.
#
#   kubeadm-node.sh v1.30.2
#   kubeadm-node.sh v1.30.2 --mirror https://mirror.example.com/kubernetes
#
# Options after the version go to k8s-verify. INSTALL_DIR is the directory (default /usr/local/bin).
# It writes no systemd unit and restarts nothing, but prints what is left to do.
set -euo pipefail

readonly components=(kubeadm kubelet kubectl)
readonly install_dir=${INSTALL_DIR:-/usr/local/bin}

if [[ $# -lt 1 || $1 != v*.*.* ]]; then
  echo "usage: ${0##*/} vX.Y.Z [option of k8s-verify ...]" >&2
  exit 2
fi
readonly version=$1
shift
for option in "$@"; do
  if [[ $option =~ ^(--dry-run|--help|--help-all|-[a-zA-Z]*[nh].*)$ ]]; then
    echo "$option: this installs. To see what would be done: k8s-verify COMPONENT VERSION -n" >&2
    exit 2
  fi
done

if ! command -v k8s-verify >/dev/null; then
  echo "k8s-verify is not on PATH; docs/bootstrap.md says how to get it and how to check it" >&2
  exit 2
fi

# A kubelet that would be replaced belongs to a node that is in use.
plan=$(k8s-verify kubelet "$version" --install-dir "$install_dir" --dry-run --json --quiet "$@")
if [[ -f $install_dir/kubelet && $plan != *'"outcome":"kept"'* ]]; then
  echo "$install_dir has a kubelet of another version; upgrade the node with kubeadm-upgrade.sh" >&2
  exit 2
fi

# All three are proved before the first is put in place. The bundles stay next to them, so that
# "k8s-verify verify /usr/local/bin/kubelet" needs no network later.
# With SELinux, k8s-verify runs restorecon, so that systemd may start the kubelet from there.
said=$(k8s-verify "${components[@]}" "$version" --install-dir "$install_dir" --save-bundle \
  --json "$@")

# An exit code of 0 is not enough: an option may have made k8s-verify do something else.
for component in "${components[@]}"; do
  proved=${said#*"\"component\":\"$component\",\"version\":\"$version\""}
  proved=${proved%%\"outcome\":*}
  file=$install_dir/$component
  digest=none
  if [[ -f $file ]]; then digest=$(sha256sum <"$file" | cut -d ' ' -f 1); fi
  if [[ $proved != *"\"sha256\":\"$digest\""* ]]; then
    echo "$file is not the $component $version that k8s-verify has proved" >&2
    exit 1
  fi
done

if [[ $plan == *'"outcome":"kept"'* ]]; then
  echo "the kubelet was already that of $version" >&2
else
  echo "next: kubeadm init, or kubeadm join, once systemd has a unit for the kubelet" >&2
fi
