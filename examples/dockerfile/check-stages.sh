#!/bin/sh
# Fails where a version was bumped in the first line of the stages that `k8s-verify digest
# --format dockerfile` printed, and the stages below it are still those of the old version; and
# where they do not stand as they were printed. It compares no digest: refresh-stages.sh proves
# them, and a person reads a change of one.
#
#   check-stages.sh DOCKERFILE [URL]
#
# URL is where the files come from, as in the ADD lines (default https://dl.k8s.io).
set -eu

if [ "$#" -lt 1 ] || [ "$#" -gt 2 ]; then
  echo 'usage: check-stages.sh DOCKERFILE [URL]' >&2
  exit 2
fi

awk -v base="${2:-https://dl.k8s.io}" '
  function wrong(why) {
    printf "%s:%d: %s; run: refresh-stages.sh %s\n", FILENAME, FNR, why, FILENAME
    failed = 1
  }
  # The end of a block: whole stages, and one that chooses among those of the platforms.
  function finish() {
    if (!inside) return
    if (!added || open || chosen != ofPlatforms) {
      wrong("what is above is not all that was printed for " component)
    }
    inside = 0
    after = 1
  }
  /^# [a-z0-9][a-z0-9.-]* v[0-9][0-9a-z.-]*, digests proven by k8s-verify / {
    finish()
    component = $2; version = $3; sub(/,$/, "", version)
    found++
    inside = 1
    added = open = chosen = ofPlatforms = 0
    names[tolower(component)] = 1
    next
  }
  inside && /^FROM scratch AS [^ ]+$/ && !open && !chosen && index($4, component) == 1 {
    rest = substr($4, length(component) + 1)
    if (rest ~ /^-[a-z0-9]+$/) ofPlatforms = 1
    if (rest == "" || rest ~ /^-[a-z0-9]+$/) { open = 1; names[tolower($4)] = 1; next }
  }
  inside && /^ADD --chmod=[0-7]+ --checksum=sha256:[0-9a-f]+ [^ ]+ \/[^ ]+$/ && open {
    if (index($4, base "/release/" version "/") != 1) {
      wrong(component " is bumped to " version ", and this is not of that version, or not of " base)
    }
    if (length($3) != length("--checksum=sha256:") + 64) wrong("this is no SHA-256")
    open = 0; added++
    next
  }
  inside && $0 == "FROM " component "-${TARGETARCH} AS " component && ofPlatforms && !open {
    chosen = 1
    next
  }
  { finish() }
  /^[ \t]*(#.*)?$/ { next }
  # The last stage of a block has nothing more in it, and its names belong to nothing else.
  after && tolower($1) != "from" { wrong("this is not of what was printed for " component) }
  { after = 0 }
  tolower($1) == "from" {
    for (word = 2; word < NF; word++) {
      if (tolower($word) == "as" && tolower($(word + 1)) in names) {
        wrong($(word + 1) " is the name of a stage that was printed")
      }
    }
  }
  END {
    finish()
    if (!found) { print FILENAME ": no stages of k8s-verify digest"; exit 1 }
    exit failed
  }
' "$1" >&2
