#!/bin/sh
# Installs k8s-verify @VERSION@ from its release, after it has checked what it fetched.
#
#   sh install.sh [--dir DIR] [--from URL-OR-DIR] [--require-signature]
#
# What it fetches has to have the SHA-256 that is written below, so check this file itself first: its own digest stands in
# the SHA256SUMS of the release, which is signed (docs/bootstrap.md). Where cosign or an older k8s-verify is on PATH, the
# signature is checked too; with --require-signature nothing is installed without that.
#
# --dir        where to; /usr/local/bin if you can write there, otherwise ~/.local/bin
# --from       another place of the release's files: a mirror, or a directory
#
# It needs tar with xz; curl or wget; and one of sha256sum, shasum and openssl.
set -eu

version='@VERSION@'
repository='@REPOSITORY@'
# SHA-256 and name, a line for each system.
digests='@DIGESTS@'

identity="https://github.com/$repository/.github/workflows/release.yml@refs/tags/v$version"
issuer='https://token.actions.githubusercontent.com'

say() { printf 'k8s-verify: %s\n' "$*" >&2; }
fail() {
  say "$@"
  exit 1
}
usage() {
  say "$1"
  printf 'usage: sh install.sh [--dir DIR] [--from URL-OR-DIR] [--require-signature]\n' >&2
  exit 2
}
has() { command -v "$1" >/dev/null 2>&1; }

# linux-x64 and so on, or an error that says what to use instead.
target() {
  system=$(uname -s)
  machine=$(uname -m)
  # A shell under Rosetta is told another processor than the machine has.
  if [ "$system" = Darwin ] && [ "$(sysctl -n hw.optional.arm64 2>/dev/null || true)" = 1 ]; then machine=arm64; fi
  case $system-$machine in
    Linux-x86_64 | Linux-amd64) name=linux-x64 ;;
    Linux-aarch64 | Linux-arm64) name=linux-arm64 ;;
    Darwin-arm64) name=darwin-arm64 ;;
    *) fail "there is no executable for $system on $machine; use the npm package" ;;
  esac
  if [ "$system" = Linux ] && ldd --version 2>&1 | grep -qi musl; then
    fail 'this system has musl, and the executable needs glibc; use the npm package'
  fi
  printf '%s\n' "$name"
}

# fetch NAME FILE
fetch() {
  case $from in
    https://* | http://*)
      if has curl; then
        curl --fail --silent --show-error --location --retry 3 --output "$2" "$from/$1"
      elif has wget; then
        wget -q -O "$2" "$from/$1"
      else
        fail 'neither curl nor wget is on PATH'
      fi
      ;;
    *) cp "$from/$1" "$2" ;;
  esac || fail "cannot get $from/$1"
}

sha256_of() {
  if has sha256sum; then
    tool=sha256sum said=$(sha256sum <"$1") || said=''
  elif has shasum; then
    tool=shasum said=$(shasum -a 256 <"$1") || said=''
  elif has openssl; then
    tool=openssl said=$(openssl dgst -sha256 -r <"$1") || said=''
  else
    fail 'none of sha256sum, shasum and openssl is on PATH, so nothing can be checked'
  fi
  digest=${said%% *}
  [ "${#digest}" -eq 64 ] || fail "$tool does not work here, so nothing can be checked"
  printf '%s\n' "$digest"
}

check_digest() {
  wanted=$(printf '%s\n' "$digests" | sed -n "s/^\([0-9a-f]\{64\}\)  $1\$/\1/p")
  [ "${#wanted}" -eq 64 ] || fail "this script has no digest for $1"
  found=$(sha256_of "$2")
  [ "$found" = "$wanted" ] && return
  say "refused: $1 is not what was released"
  say "  wanted $wanted"
  fail "  found  $found"
}

# verify PROGRAM COMMAND FILE: both programs know these options.
verify() {
  "$1" "$2" "$3" --bundle "$3.sigstore.json" --certificate-identity "$identity" \
    --certificate-oidc-issuer "$issuer" >&2
}

# One program that proves the signature is enough. Only k8s-verify says by its exit code whether it has refused the
# signature (10 to 19) or could not judge it; then cosign is asked.
check_signature() {
  if ! has k8s-verify && ! has cosign; then
    [ "$require_signature" = no ] ||
      fail 'refused: neither cosign nor an older k8s-verify is on PATH to check the signature'
    say 'the digest is right; the signature was not checked, since neither cosign nor k8s-verify is on PATH'
    return
  fi
  fetch "$1.sigstore.json" "$2.sigstore.json"
  if has k8s-verify; then
    code=0
    verify k8s-verify verify "$2" || code=$?
    case $code in
      0) return ;;
      1[0-9]) fail "refused: k8s-verify does not accept the signature of $1 (exit code $code)" ;;
      23) fail "refused: $1 is genuine, and your policy file does not allow it (exit code 23)" ;;
      *) say "k8s-verify could not check the signature of $1 (exit code $code)" ;;
    esac
  fi
  if has cosign; then
    verify cosign verify-blob "$2" && return
    say "cosign did not accept the signature of $1, or could not check it; it has to be cosign 3, with a network"
  fi
  fail "refused: the signature of $1 is not proved"
}

main() {
  dir='' from="https://github.com/$repository/releases/download/v$version" require_signature=no
  while [ $# -gt 0 ]; do
    case $1 in
      --dir | --from)
        [ -n "${2:-}" ] || usage "$1 needs a value"
        if [ "$1" = --dir ]; then dir=$2; else from=${2%/}; fi
        shift
        ;;
      --require-signature) require_signature=yes ;;
      *) usage "unknown: $1" ;;
    esac
    shift
  done
  if [ -z "$dir" ]; then
    if [ -w /usr/local/bin ]; then dir=/usr/local/bin; else dir=${HOME:?name a directory with --dir}/.local/bin; fi
  fi
  name=$(target)
  archive=k8s-verify-$name.tar.xz
  umask 022
  mkdir -p "$dir"
  [ ! -d "$dir/k8s-verify" ] || fail "$dir/k8s-verify is a directory; name another one with --dir, or remove it"
  # In the same directory, so that the last step is one rename.
  work=$(mktemp -d "$dir/.k8s-verify-install.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' HUP TERM
  fetch "$archive" "$work/$archive"
  check_digest "$archive" "$work/$archive"
  check_signature "$archive" "$work/$archive"
  tar -xJf "$work/$archive" -C "$work" k8s-verify || fail "cannot unpack $archive; tar needs xz (the package xz or xz-utils)"
  said=$("$work/k8s-verify" --version) || fail 'the executable does not run on this machine; use the npm package'
  [ "$said" = "$version" ] || fail "it says that it is version $said, and not $version"
  mv -f "$work/k8s-verify" "$dir/k8s-verify"
  printf '%s\n' "$dir/k8s-verify"
}

# Last, so that half a script does nothing.
main "$@"
