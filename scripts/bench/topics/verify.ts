import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, k8sVerify, makeFile, NODE_THAT_DOES_NOTHING, publishedKubectl, race } from '../bench.ts';
import type { Contestant } from '../measure.ts';
import { notMeasured, ratioRow, type Row } from '../row.ts';
import { cosignVerifyBlob, NO_COSIGN, opensslDigest } from '../references.ts';
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
    const verifyBlob = cosignVerifyBlob(file, `${file}.sigstore.json`, world.trustedRootPath);
    const [ours = [], openssl = [], cosign = []] = race(bench, title, [
      {
        name: 'k8s-verify',
        commands: [k8sVerify('verify', file, '--trusted-root', world.trustedRootPath)],
      },
      hashAndNothing(file),
      ...(verifyBlob === undefined ? [] : [{ name: 'cosign verify-blob', commands: [verifyBlob] }]),
    ]);
    const hash = { name: 'openssl dgst + node -e 0', runs: openssl };
    const againstCosign =
      cosign.length === 0
        ? notMeasured(title, NO_COSIGN, maxOfCosign)
        : ratioRow(title, ours, { name: 'cosign verify-blob', runs: cosign }, maxOfCosign);
    return [ratioRow(title, ours, hash, maxRatio), againstCosign];
  });
}

function hashAndNothing(file: string): Contestant {
  return { name: 'openssl dgst + node -e 0', commands: [opensslDigest(file), NODE_THAT_DOES_NOTHING] };
}
