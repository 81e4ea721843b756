#!/usr/bin/env bash
# Proven Kubernetes binaries for machines without a network.
#
#   airgap.sh collect DIR v1.30.2   with a network: fills DIR with proven files and their evidence
#   airgap.sh check DIR             without one: proves everything in DIR again, and changes nothing
#   airgap.sh install DIR v1.30.2   without one: proves the files of DIR again, and installs them
#
# Run collect again with the next version, into the same DIR: what is there is kept. Then carry
# DIR: a USB stick, a bucket, an image, or any web server inside. INSTALL_DIR is the directory of
# the binaries (default /usr/local/bin), PLATFORMS the machines that DIR is for (default
# linux/amd64), COMPONENTS what goes there. Further options go to k8s-verify.
#
# The keys that a proof rests on come with k8s-verify, and not with DIR: those who have DIR on its
# way could put keys of their own there, and files that they signed. Only if check or install ends
# with 5, because a file was signed with a newer key, set TRUSTED_ROOT_SHA256: the digest that
# collect prints, brought by another way than DIR. A DIR/trusted_root.json of that digest counts.
set -euo pipefail

read -ra components <<<"${COMPONENTS:-kubeadm kubelet kubectl}"
read -ra platforms <<<"${PLATFORMS:-linux/amd64}"

usage() {
  echo "usage: ${0##*/} collect|install DIR vX.Y.Z [option of k8s-verify ...]" >&2
  echo "       ${0##*/} check DIR [option of k8s-verify ...]" >&2
  exit 2
}

sha256_of() { sha256sum <"$1" | cut -d ' ' -f 1; }

if [[ $# -lt 2 || ! $1 =~ ^(collect|check|install)$ ]]; then usage; fi
step=$1
directory=$2
shift 2
if [[ $step != check ]]; then
  if [[ ${1-} != v*.*.* ]]; then usage; fi
  version=$1
  shift
fi

if [[ $step != collect && -n ${TRUSTED_ROOT_SHA256-} ]]; then
  # What is compared is a copy, and what counts is the same copy.
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  cp -- "$directory/trusted_root.json" "$work/trusted_root.json"
  found=$(sha256_of "$work/trusted_root.json")
  if [[ $found != "$TRUSTED_ROOT_SHA256" ]]; then
    echo "$directory/trusted_root.json is another one: do not use what is in $directory" >&2
    printf '  wanted %s\n  found  %s\n' "$TRUSTED_ROOT_SHA256" "$found" >&2
    exit 1
  fi
  set -- --trusted-root "$work/trusted_root.json" "$@"
fi

case $step in
collect)
  for platform in "${platforms[@]}"; do set -- "$@" --platform "$platform"; done
  k8s-verify mirror "${components[@]}" "$version" --to "$directory" "$@"
  echo "SHA-256 of its trusted root: $(sha256_of "$directory/trusted_root.json")" >&2
  ;;
check)
  k8s-verify mirror --check "$directory" "$@"
  ;;
install)
  k8s-verify "${components[@]}" "$version" --install-dir "${INSTALL_DIR:-/usr/local/bin}" \
    --offline --mirror "$directory" "$@"
  ;;
esac
