import { SAMPLE_COMPONENTS, SAMPLE_PLATFORMS, SAMPLE_VERSIONS } from '#support/sample-releases';
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
  ${SAMPLE_COMPONENTS.join(', ')} and the client tarball, for ${SAMPLE_PLATFORMS.join(' and ')}.
  They are small samples, signed by this world's own Sigstore as Kubernetes signs its releases.${where}

The options of an install:
  ${world.options.join(' ')}

In another shell, in this directory, after npm run build:

${use}npx k8s-verify kubectl v1.30.2 --platform linux/amd64 --install-dir /tmp/world-bin --save-bundle $OPTIONS
npx k8s-verify verify /tmp/world-bin/kubectl --trusted-root "$TRUSTED_ROOT"
npx k8s-verify kubelet stable --platform linux/arm64 --install-dir /tmp/world-bin $OPTIONS
`;
}
