#!/bin/sh
# Fails where a version was bumped in the first line of the stages that `k8s-verify digest
# --format dockerfile` printed, and the stages below it are still those of the old version.
#
#   check-stages.sh Dockerfile
set -eu

[ "$#" -eq 1 ] || { echo 'usage: check-stages.sh DOCKERFILE' >&2; exit 2; }

awk '
  /^# [a-z0-9][a-z0-9.-]* v[0-9.]+, digests proven by k8s-verify / {
    component = $2; version = $3; sub(/,$/, "", version); found++; next
  }
  /^ADD / && /--checksum=sha256:/ && component != "" && index($0, "/release/") {
    if (index($0, "/release/" version "/") == 0) {
      printf "%s:%d: %s is bumped to %s, and this stage is of another version; ", \
        FILENAME, FNR, component, version
      printf "run: refresh-stages.sh %s\n", FILENAME
      stale = 1
    }
  }
  /^FROM / && !/scratch|TARGETARCH/ { component = "" }
  END {
    if (!found) { print FILENAME ": no stages of k8s-verify digest" ; exit 1 }
    exit stale
  }
' "$1" >&2
