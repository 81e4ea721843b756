#!/bin/sh
# Prints the stages of `k8s-verify digest --format dockerfile` again where they stand, for the
# version in their first line, which a bot may have bumped. The file is replaced only where every
# digest is proved.
#
#   refresh-stages.sh Dockerfile [OPTIONS of k8s-verify digest, such as --platform linux/arm64]
set -eu

file=$1
shift
first_line='^# \([a-z0-9][a-z0-9.-]*\) \(v[0-9.]*\), digests proven by k8s-verify .*'
wanted=$(sed -n "s/$first_line/\1@\2/p" "$file")
[ -n "$wanted" ] || { echo "$file: no stages of k8s-verify digest" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for one in $wanted; do
  platforms=$(sed -n "s|^ADD .*/bin/\(linux/[a-z0-9]*\)/${one%@*} /.*|--platform \1|p" "$file")
  # shellcheck disable=SC2086
  k8s-verify digest "$one" --format dockerfile $platforms "$@" >"$work/${one%@*}"
done

# From the first line of a block to its last, the COPY that is a comment.
awk -v work="$work" '
  /^# [a-z0-9][a-z0-9.-]* v[0-9.]+, digests proven by k8s-verify / {
    while ((getline line < (work "/" $2)) > 0) print line
    skip = 1
  }
  !skip { print }
  skip && /^# then, in your image: COPY / { skip = 0 }
' "$file" >"$work/new"
cat "$work/new" >"$file"
