#!/usr/bin/env bash
# Proven Kubernetes binaries for machines without a network.
#
#   airgap.sh collect DIR v1.30.2   with a network: fills DIR with proven files, their evidence and
#                                   the trusted root
#   airgap.sh check DIR             without one: proves everything in DIR again, and changes nothing
#   airgap.sh install DIR v1.30.2   without one: proves the files of DIR again, and installs them
#
# Run collect again with the next version, into the same DIR: what is there is kept. Then carry
# DIR: a USB stick, a bucket, an image, or any web server inside. INSTALL_DIR is the directory of
# the binaries (default /usr/local/bin), PLATFORMS the machines that DIR is for (default
# linux/amd64), COMPONENTS what goes there. Options after the version go to k8s-verify.
set -euo pipefail

read -ra components <<<"${COMPONENTS:-kubeadm kubelet kubectl}"
read -ra platforms <<<"${PLATFORMS:-linux/amd64}"

usage() {
  echo "usage: ${0##*/} collect|install DIR vX.Y.Z [option of k8s-verify ...], or check DIR" >&2
  exit 2
}

if [[ $# -lt 2 ]]; then usage; fi
step=$1
directory=$2
version=${3-}
if [[ $step == check && $# -eq 2 ]]; then
  # The trusted root is taken from DIR because this line names it; no run takes one from a mirror
  # by itself.
  exec k8s-verify mirror --check "$directory" --trusted-root "$directory/trusted_root.json"
fi
if [[ ! $step =~ ^(collect|install)$ || $version != v*.*.* ]]; then usage; fi
shift 3

case $step in
collect)
  for platform in "${platforms[@]}"; do set -- "$@" --platform "$platform"; done
  k8s-verify mirror "${components[@]}" "$version" --to "$directory" "$@"
  ;;
install)
  k8s-verify "${components[@]}" "$version" --install-dir "${INSTALL_DIR:-/usr/local/bin}" \
    --offline --mirror "$directory" --trusted-root "$directory/trusted_root.json" "$@"
  ;;
esac
