#!/bin/sh
# Run as root while a development container is built. k8s-verify-install.sh next to it checks what it fetches by digest.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")"

install_packages() {
  if command -v apt-get >/dev/null 2>&1; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends curl ca-certificates xz-utils
    rm -rf /var/lib/apt/lists/*
  elif command -v dnf >/dev/null 2>&1; then
    dnf install -y -q curl ca-certificates xz tar
  elif command -v zypper >/dev/null 2>&1; then
    zypper --non-interactive --quiet install curl ca-certificates xz tar
  fi
}
if ! command -v xz >/dev/null 2>&1 || ! command -v curl >/dev/null 2>&1; then install_packages; fi

directory=${FEATURE_DIR:-/usr/local/bin}
if [ -n "${FROM:-}" ]; then set -- --from "$FROM"; else set --; fi
if [ "${REQUIRESIGNATURE:-false}" = true ]; then set -- "$@" --require-signature; fi
sh ./k8s-verify-install.sh --dir "$directory" "$@"

# Several words are several programs, as on the command line: kubectl@v1.30.2 kubeadm@v1.30.2.
if [ -n "${COMPONENTS:-}" ]; then
  # shellcheck disable=SC2086
  "$directory/k8s-verify" $COMPONENTS --install-dir "$directory"
fi
