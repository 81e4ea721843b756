import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { KUBERNETES_RELEASE_SIGNERS } from '../../../src/release/signer.ts';
import {
  type Bench,
  findProgram,
  k8sVerify,
  makeFile,
  NODE_THAT_DOES_NOTHING,
  publishedKubectl,
  race,
} from '../bench.ts';
import type { Contestant } from '../measure.ts';
import { notMeasured, ratioRow, type Row } from '../row.ts';
import { startWorld } from '../world.ts';

const GB = 1_000_000_000;

/** A local file with its bundle, offline, against nothing but hashing it and starting Node. */
export async function verify(bench: Bench): Promise<readonly Row[]> {
  const { path } = await publishedKubectl(bench);
  const small = join(bench.directory, 'kubectl');
  copyFileSync(path, small);
  const large = makeFile(join(bench.directory, 'large'), GB);
  await using world = await startWorld({
    directory: bench.directory,
    links: [],
    artifacts: [],
    bundled: [small, large],
  });
  const sizes = [
    { name: '48 MB', file: small, maxRatio: 1.6, maxOfCosign: 0.8 },
    { name: '1 GB', file: large, maxRatio: 1.1, maxOfCosign: undefined },
  ];
  return sizes.flatMap(({ name, file, maxRatio, maxOfCosign }) => {
    const title = `verify of a local file (${name})`;
    const [ours = [], openssl = [], cosign = []] = race(bench, title, [
      {
        name: 'k8s-verify',
        commands: [k8sVerify('verify', file, '--trusted-root', world.trustedRootPath)],
      },
      hashAndNothing(file),
      ...cosignVerifyBlob(file, world.trustedRootPath),
    ]);
    const hash = { name: 'openssl dgst + node -e 0', runs: openssl };
    const againstCosign =
      cosign.length === 0
        ? notMeasured(title, 'cosign is not on the PATH')
        : ratioRow(title, ours, { name: 'cosign verify-blob', runs: cosign }, maxOfCosign);
    return [ratioRow(title, ours, hash, maxRatio), againstCosign];
  });
}

function hashAndNothing(file: string): Contestant {
  const openssl = { program: 'openssl', args: ['dgst', '-sha256', file] };
  return { name: 'openssl dgst + node -e 0', commands: [openssl, NODE_THAT_DOES_NOTHING] };
}

function cosignVerifyBlob(file: string, trustedRootPath: string): readonly Contestant[] {
  const program = findProgram('cosign');
  const identity = KUBERNETES_RELEASE_SIGNERS[0]?.identity;
  if (program === undefined || identity === undefined) return [];
  const evidence = [
    '--bundle',
    `${file}.sigstore.json`,
    '--new-bundle-format',
    '--trusted-root',
    trustedRootPath,
  ];
  const signer = [
    '--certificate-identity',
    identity.subjectAlternativeName,
    '--certificate-oidc-issuer',
    identity.issuer,
  ];
  return [
    {
      name: 'cosign verify-blob',
      commands: [{ program, args: ['verify-blob', ...evidence, ...signer, file] }],
    },
  ];
}
