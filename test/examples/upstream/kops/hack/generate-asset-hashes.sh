#!/bin/bash
# Writes the digests of Kubernetes releases. A minimal script of the form of kOps' own.

set -o errexit
set -o nounset
set -o pipefail

function generate_k8s_hashes() {
  prefix=$1
  max_patch=$2
  yaml="pkg/assets/assetdata/k8s-${prefix}.yaml"

  printf 'filestores:\n- base: https://dl.k8s.io/release/\n\nfiles:\n' > "${yaml}"

  for ((patch = 0 ; patch <= max_patch ; patch++ )); do
    version="${prefix}.${patch}"
    echo "k8s ${version}"

    # We exclude some files that we don't currently need, to keep the size down
    go run ./pkg/assets/assetdata/tools/cmd/generatefileassets \
      --base https://dl.k8s.io/release/ \
      --prefix "v${version}/" \
      --exclude "**/arm/**" \
      --exclude "**/386/**" \
      --exclude "**/windows/**" \
      | sed "s@files:@# kubernetes ${version}@g" >> "${yaml}"
  done
}

generate_k8s_hashes "$@"
