import { join } from 'node:path';
import { type Bench, installContestant, makeFile, PLATFORM, race, renew } from '../bench.ts';
import type { Contestant } from '../measure.ts';
import { cosignVerifyBlob, curlSigned, NO_COSIGN } from '../references.ts';
import { notMeasured, ratioRow, type Row } from '../row.ts';
import { startWorld, type World } from '../world.ts';

/** Binaries that every release has for the platform. */
export const TWELVE = [
  'apiextensions-apiserver',
  'kube-aggregator',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-log-runner',
  'kube-proxy',
  'kube-scheduler',
  'kubeadm',
  'kubectl',
  'kubectl-convert',
  'kubelet',
  'mounter',
] as const;

const SPEED = '1 Gbit/s';
const SIZES = [
  { name: '48 MB', bytes: 48_037_888, version: 'v1.30.1', maxRatio: 0.7 },
  { name: '1 MB', bytes: 1_000_000, version: 'v1.30.2', maxRatio: 1 },
] as const;

/** Twelve artifacts in one run against a loop that fetches and verifies each. */
export async function several(bench: Bench): Promise<readonly Row[]> {
  const artifacts = SIZES.flatMap(({ bytes, version }) =>
    TWELVE.map((component) => ({
      component,
      version,
      platform: PLATFORM,
      path: makeFile(join(bench.directory, `${component}-${bytes}`), bytes, component),
    })),
  );
  await using world = await startWorld({
    directory: bench.directory,
    links: [{ name: SPEED, bitsPerSecond: 1e9 }],
    artifacts,
    bundled: artifacts.map(({ path }) => path),
  });
  return SIZES.map(({ name, bytes, version, maxRatio }) => {
    const title = `install of 12 artifacts of ${name} at ${SPEED}`;
    const loop = loopContestant(bench, world, version, bytes);
    if (loop === undefined) return notMeasured(title, NO_COSIGN, maxRatio);
    const all = installContestant(bench, world.link(SPEED), world.trustedRootPath, {
      components: TWELVE,
      version,
    });
    const [ours = [], theirs = []] = race(bench, title, [all, loop], { peak: true });
    return ratioRow(title, ours, { name: loop.name, runs: theirs }, maxRatio);
  });
}

function loopContestant(bench: Bench, world: World, version: string, bytes: number): Contestant | undefined {
  const target = join(bench.directory, 'curled');
  const commands = TWELVE.flatMap((component) => {
    const url = `${world.link(SPEED).url}/release/${version}/bin/${PLATFORM}/${component}`;
    const bundle = join(bench.directory, `${component}-${bytes}.sigstore.json`);
    const verifyBlob = cosignVerifyBlob(join(target, component), bundle, world.trustedRootPath);
    return verifyBlob === undefined ? [] : [curlSigned(url, target), verifyBlob];
  });
  if (commands.length === 0) return undefined;
  return { name: '12 times curl, then cosign verify-blob', commands, reset: () => renew(target) };
}
