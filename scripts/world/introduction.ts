import {
  CHANGED_MIRROR,
  CHANGED_VERSION,
  SAMPLE_COMPONENTS,
  SAMPLE_PLATFORMS,
  SAMPLE_VERSIONS,
} from '#support/sample-releases';
import type { World } from '#support/world';
import type { WorldArguments } from './arguments.ts';
import { assignments } from './env-file.ts';

/** What there is, and how to use it. */
export function introduction(world: World, { env, directory }: WorldArguments): string {
  const where =
    directory === undefined
      ? ''
      : `\nKeys and files are in ${directory}; what you change there is served changed.`;
  const use = env === undefined ? assignments(world) : `. ${env}\n`;
  return `A release server and a Sigstore on this machine, until Ctrl-C.

Published: ${SAMPLE_VERSIONS.join(', ')}, and stable, which is ${SAMPLE_VERSIONS.at(-1)}; each with
  ${SAMPLE_COMPONENTS.join(', ')} and the client tarball, for ${SAMPLE_PLATFORMS.join(' and ')}
  (on another system, add --platform linux/amd64). The rest of a release is not there: "release" ends with 4.
  They are small scripts, signed by this world's own Sigstore as Kubernetes signs its releases. Unlike
  the real programs they do not say what they are: "verify" and "scan" call them genuine, and name none.${where}
An attack: ${CHANGED_MIRROR} below the server is a mirror with a kubectl ${CHANGED_VERSION} that was changed.

The options of an install:
  ${world.options.join(' ')}

In another shell, in this directory, after npm run build:

${use}npx k8s-verify kubectl v1.30.2 --platform linux/amd64 --install-dir /tmp/world-bin --save-bundle $OPTIONS
npx k8s-verify verify /tmp/world-bin/kubectl --trusted-root "$TRUSTED_ROOT"
npx k8s-verify kubelet stable --platform linux/arm64 --install-dir /tmp/world-bin $OPTIONS

With these two, the commands of README.md take --trusted-root "$TRUSTED_ROOT" and nothing else ("list" not even that):

export K8S_VERIFY_MIRROR="$MIRROR" K8S_VERIFY_REKOR_URL="$REKOR_URL"
npx k8s-verify list
npx k8s-verify kubectl ${CHANGED_VERSION} --platform linux/amd64 --mirror "$MIRROR${CHANGED_MIRROR}" \\
  --output /tmp/world-bin/changed --trusted-root "$TRUSTED_ROOT"
`;
}
