import { join } from 'node:path';
import { type Bench, installContestant, k8sVerify, makeFile, PLATFORM, race } from '../bench.ts';
import type { Contestant } from '../measure.ts';
import { growthRow, peakRow, type Row } from '../row.ts';
import { startWorld } from '../world.ts';
import { TWELVE } from './several.ts';

const MAX_INSTALL_MB = 110;
const MAX_VERIFY_MB = 90;
const MAX_GROWTH_MB = 10;

/** An image, since a binary of 2 GB is refused for its size. */
const LARGE = 'kube-apiserver.tar';

/** Each published as a release of its own. */
const SIZES = [
  { name: '48 MB', bytes: 48_037_888, version: 'v1.30.1' },
  { name: '1 GB', bytes: 1_000_000_000, version: 'v1.30.2' },
  { name: '2 GB', bytes: 2_000_000_000, version: 'v1.30.3' },
] as const;

const VERSION_BY_COUNT = 'v1.30.4';
const SERVERS = ['linux/amd64', 'linux/arm64', 'linux/ppc64le', 'linux/s390x'] as const;
const IMAGES = ['kube-apiserver.tar', 'kube-controller-manager.tar', 'kube-scheduler.tar'] as const;
/** Sixty are fifteen artifacts for four platforms; all have the same bytes, since only their number counts. */
const COUNTS = [
  {
    name: '1 artifact of 1 MB',
    components: TWELVE.slice(0, 1),
    platforms: SERVERS.slice(0, 1),
    size: '1 MB',
  },
  { name: '12 artifacts of 1 MB', components: TWELVE, platforms: SERVERS.slice(0, 1), size: '1 MB' },
  { name: '60 artifacts of 1 MB', components: [...TWELVE, ...IMAGES], platforms: SERVERS, size: '1 MB' },
  { name: '60 artifacts of 48 MB', components: [...TWELVE, ...IMAGES], platforms: SERVERS, size: '48 MB' },
] as const;
const BYTES = { '1 MB': 1_000_000, '48 MB': 48_037_888 } as const;
/** The last one writes 3 GB in each run. */
const MAX_COUNT_RUNS = 5;

/** Peak memory of an install by the number of artifacts: nothing of one may stay until all are placed. */
async function memoryByCount(bench: Bench): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const size of ['1 MB', '48 MB'] as const) {
    const path = makeFile(join(bench.directory, `counted-${size.replace(' ', '-')}`), BYTES[size]);
    const artifacts = SERVERS.flatMap((platform) =>
      [...TWELVE, ...IMAGES].map((component) => ({ component, version: VERSION_BY_COUNT, platform, path })),
    );
    const links = [{ name: 'loopback' }];
    await using world = await startWorld({ directory: bench.directory, links, artifacts, bundled: [] });
    const counts = COUNTS.filter((count) => count.size === size);
    const contestants = counts.map(({ name, components, platforms }) => ({
      ...installContestant(bench, world.link('loopback'), world.trustedRootPath, {
        components,
        platforms,
        version: VERSION_BY_COUNT,
      }),
      name,
    }));
    const runs = Math.min(bench.runs, MAX_COUNT_RUNS);
    const results = race(bench, 'memory', contestants, { peak: true, runs });
    for (const [index, { name }] of counts.entries()) {
      rows.push(peakRow(`peak memory of install (${name})`, results[index] ?? [], MAX_INSTALL_MB));
    }
  }
  return rows;
}

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
      component: LARGE,
      version,
      platform: PLATFORM,
      path,
    })),
    bundled: files.map(({ path }) => path),
  });
  const installs = files.map(({ name, version }) => ({
    ...installContestant(bench, world.link('loopback'), world.trustedRootPath, {
      components: [LARGE],
      version,
    }),
    name: `install, ${name}`,
  }));
  const verifications = files.map(({ name, path }) => ({
    name: `verify, ${name}`,
    commands: [k8sVerify('verify', path, '--trusted-root', world.trustedRootPath)],
  }));
  return [
    ...peaks(bench, 'install', installs, MAX_INSTALL_MB),
    ...peaks(bench, 'verify', verifications, MAX_VERIFY_MB),
    ...(await memoryByCount(bench)),
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
