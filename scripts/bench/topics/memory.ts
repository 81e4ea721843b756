import { join } from 'node:path';
import { type Bench, installContestant, k8sVerify, makeFile, PLATFORM, race } from '../bench.ts';
import type { Contestant } from '../measure.ts';
import { growthRow, peakRow, type Row } from '../row.ts';
import { startWorld } from '../world.ts';

const MAX_INSTALL_MB = 110;
const MAX_VERIFY_MB = 90;
const MAX_GROWTH_MB = 10;

/** Each published as a release of its own. */
const SIZES = [
  { name: '48 MB', bytes: 48_037_888, version: 'v1.30.1' },
  { name: '1 GB', bytes: 1_000_000_000, version: 'v1.30.2' },
  { name: '2 GB', bytes: 2_000_000_000, version: 'v1.30.3' },
] as const;

/** Peak memory of an install at whatever speed loopback has, and of a verification, by the size of the artifact. */
export async function memory(bench: Bench): Promise<readonly Row[]> {
  const files = SIZES.map((size) => ({
    ...size,
    path: makeFile(join(bench.directory, `memory-${size.bytes}`), size.bytes),
  }));
  await using world = await startWorld({
    directory: bench.directory,
    links: [{ name: 'loopback' }],
    artifacts: files.map(({ version, path }) => ({
      component: 'kubectl',
      version,
      platform: PLATFORM,
      path,
    })),
    bundled: files.map(({ path }) => path),
  });
  const installs = files.map(({ name, version }) => ({
    ...installContestant(bench, world.link('loopback'), world.trustedRootPath, { version }),
    name: `install, ${name}`,
  }));
  const verifications = files.map(({ name, path }) => ({
    name: `verify, ${name}`,
    commands: [k8sVerify('verify', path, '--trusted-root', world.trustedRootPath)],
  }));
  return [
    ...peaks(bench, 'install', installs, MAX_INSTALL_MB),
    ...peaks(bench, 'verify', verifications, MAX_VERIFY_MB),
  ];
}

function peaks(
  bench: Bench,
  what: string,
  contestants: readonly Contestant[],
  maxMb: number,
): readonly Row[] {
  const [smallest = [], ...larger] = race(bench, 'memory', contestants, { peak: true });
  return SIZES.flatMap(({ name }, index) => {
    const peak = `peak memory of ${what} (${name})`;
    if (index === 0) return [peakRow(peak, smallest, maxMb)];
    const runs = larger[index - 1] ?? [];
    const growth = `growth of that from ${SIZES[0].name} to ${name}`;
    return [peakRow(peak, runs, maxMb), growthRow(growth, runs, smallest, MAX_GROWTH_MB)];
  });
}
