#!/usr/bin/env bash
# Runs a command with a proven kubectl first on its PATH: an interpreter for "local-exec" (main.tf).
#
#   with-kubectl.sh v1.30.2 DIR 'kubectl get nodes'
#
# kubectl is proved on each run, on the machine that runs Terraform; one that is there already is
# read again, and nothing is downloaded. If it cannot be proved, the command does not run.
set -euo pipefail

if [[ $# -ne 3 ]]; then
  echo "usage: ${0##*/} VERSION DIR COMMAND" >&2
  exit 2
fi
k8s-verify kubectl "$1" --install-dir "$2" --save-bundle --quiet >&2
tools=$(cd -- "$2" && pwd)
PATH="$tools:$PATH" exec bash -euo pipefail -c "$3"
