#!/bin/sh
# Prints the stages of `k8s-verify digest --format dockerfile` again where they stand, for the
# version in their first line, which a bot may have bumped. The file is replaced only where every
# digest is proved, and where the stages stand as they were printed; all else in it stays.
#
#   refresh-stages.sh Dockerfile [OPTIONS of k8s-verify digest, such as --platform linux/arm64]
set -eu

if [ "$#" -lt 1 ]; then
  echo 'usage: refresh-stages.sh DOCKERFILE [OPTION of k8s-verify digest ...]' >&2
  exit 2
fi
file=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# asked-1 is what the first block is for, text-0 what is above it and text-1 what is below, and so
# on; count is the number of blocks.
awk -v work="$work" '
  function finish() {
    if (!inside) return
    if (!added || open || chosen != ofPlatforms) refuse("what is above is not all of it")
    inside = 0
    after = 1
  }
  function refuse(why) {
    printf "%s:%d: these are not the stages that were printed for %s: %s\n", \
      FILENAME, FNR, component, why
    refused = 1
    exit 1
  }
  BEGIN { count = 0; printf "" > (work "/text-0") }
  /^# [a-z0-9][a-z0-9.-]* v[0-9][0-9a-z.-]*, digests proven by k8s-verify / {
    finish()
    component = $2; version = $3; sub(/,$/, "", version)
    count++
    printf "" > (work "/text-" count)
    print component "@" version > (work "/asked-" count)
    inside = 1
    added = open = chosen = ofPlatforms = after = 0
    next
  }
  inside && /^FROM scratch AS [^ ]+$/ && !open && !chosen && index($4, component) == 1 {
    rest = substr($4, length(component) + 1)
    if (rest ~ /^-[a-z0-9]+$/) {
      ofPlatforms = 1
      print "--platform linux/" substr(rest, 2) > (work "/asked-" count)
    }
    if (rest == "" || rest ~ /^-[a-z0-9]+$/) { open = 1; next }
  }
  inside && /^ADD --chmod=[0-7]+ --checksum=sha256:[0-9a-f]+ [^ ]+ \/[^ ]+$/ && open {
    open = 0; added++
    next
  }
  inside && $0 == "FROM " component "-${TARGETARCH} AS " component && ofPlatforms && !open {
    chosen = 1
    next
  }
  inside && /^# then, in your image: COPY / { finish(); next }
  { finish() }
  after && !/^[ \t]*(#.*)?$/ {
    if (tolower($1) != "from") refuse("this is something else")
    after = 0
  }
  { print > (work "/text-" count) }
  END {
    if (refused) exit 1
    finish()
    if (!count) { print FILENAME ": no stages of k8s-verify digest"; exit 1 }
    print count > (work "/count")
  }
' "$file" >&2

count=$(cat "$work/count")
cat "$work/text-0" >"$work/new"
block=1
while [ "$block" -le "$count" ]; do
  asked=$(cat "$work/asked-$block")
  name=$(head -n 1 "$work/asked-$block")
  # shellcheck disable=SC2086
  k8s-verify digest $asked --format dockerfile "$@" >"$work/printed"
  # An option such as --help prints something else.
  case $(head -n 1 "$work/printed") in
  "# ${name%@*} ${name#*@}, digests proven by k8s-verify "*) ;;
  *)
    echo "$file: k8s-verify printed no stages of $name; nothing was changed" >&2
    exit 1
    ;;
  esac
  cat "$work/printed" "$work/text-$block" >>"$work/new"
  block=$((block + 1))
done
cat "$work/new" >"$file"
