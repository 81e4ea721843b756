import { join } from 'node:path';
import { createClient } from '../../../src/client.ts';
import { planAudit } from '../../../src/plan/plan-audit.ts';
import { type Bench, k8sVerify, race, renew } from '../bench.ts';
import { cpuRow, peakRow, type Row, timeRow } from '../row.ts';
import { startWorld } from '../world.ts';

const VERSION = 'v1.36.2';
const LATENCY_MS = 50;
const UNDER_MS = 5000;
const UNDER_CPU_MS = 2500;
const UNDER_MB = 130;

/** Every signed file of a release, proved by digest, by a machine that has kept nothing of it, and by one that has. */
export async function releaseAudit(bench: Bench): Promise<readonly Row[]> {
  await using client = createClient();
  const asked = { version: VERSION, components: [], platforms: [], corroborate: [] };
  const { files } = await planAudit(asked, client);
  const paths = files.map(({ artifact }) => artifact.pathInRelease);
  const name = `${LATENCY_MS} ms`;
  await using world = await startWorld({
    directory: bench.directory,
    links: [{ name, evidenceDelayMs: LATENCY_MS }],
    artifacts: [],
    release: { version: VERSION, paths },
    bundled: [],
  });
  const { url, rekorUrl } = world.link(name);
  const from = ['--mirror', url, '--rekor-url', rekorUrl, '--trusted-root', world.trustedRootPath, '--quiet'];
  const data = join(bench.directory, 'audited');
  const command = k8sVerify('release', VERSION, ...from, '--data-dir', data);
  const title = `release of ${paths.length} files, every answer after ${name}`;
  const [first = []] = race(bench, title, [
    { name: 'k8s-verify release', commands: [command], reset: () => void renew(data) },
  ]);
  const again = `${title}, again`;
  const [second = []] = race(bench, again, [{ name: 'k8s-verify release', commands: [command] }]);
  return [
    timeRow(title, first, UNDER_MS),
    cpuRow(title, first, UNDER_CPU_MS),
    peakRow(title, first, UNDER_MB),
    timeRow(again, second, UNDER_MS),
  ];
}
