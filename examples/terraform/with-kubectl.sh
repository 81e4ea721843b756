#!/usr/bin/env bash
# Runs a command with a proven kubectl first on its PATH: an interpreter for "local-exec" (main.tf).
#
#   with-kubectl.sh v1.30.2 DIR 'kubectl get nodes'
#
# kubectl is proved on each run, on the machine that runs Terraform; one that is there already is
# read again, and nothing is downloaded. If it cannot be proved, the command does not run.
set -euo pipefail

if [[ $# -ne 3 || $1 == -* ]]; then
  echo "usage: ${0##*/} VERSION DIR COMMAND" >&2
  exit 2
fi
k8s-verify kubectl "$1" --install-dir "$2" --save-bundle --quiet >&2
tools=$(CDPATH='' cd -- "$2" && pwd)
# A function that the shell inherits would come before any PATH, and a PATH cannot hold a directory
# with a colon in its name.
unset -f kubectl
export PATH="$tools:$PATH"
if [[ $(type -P kubectl) != "$tools/kubectl" ]]; then
  echo "kubectl on PATH would not be the kubectl in $tools; name another directory" >&2
  exit 2
fi
exec bash -euo pipefail -c "$3"
