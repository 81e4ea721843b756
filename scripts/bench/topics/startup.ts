import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, k8sVerify, NODE_THAT_DOES_NOTHING, race } from '../bench.ts';
import { ratioRow, type Row } from '../row.ts';

/** Without any cache of compiled code. */
const MAX_RATIO = 1.7;
/** Of 100 ms, after which a person notices a wait, to the 25 that Node takes to do nothing. */
const MAX_COMPLETION_RATIO = 4;
const KEPT_RELEASES = 60;

/** What it costs to say hello: runs of this length are cheap, so there are three times as many. */
export async function startup(bench: Bench): Promise<readonly Row[]> {
  const rows = [
    { name: '--version', atMost: MAX_RATIO },
    { name: '--help', atMost: MAX_RATIO },
    { name: '__complete versions', atMost: MAX_COMPLETION_RATIO },
  ];
  const contestants = [
    { name: 'node -e 0', commands: [NODE_THAT_DOES_NOTHING] },
    ...rows.map(({ name }) => ({ name: `k8s-verify ${name}`, commands: [k8sVerify(...name.split(' '))] })),
  ];
  const kept = keepReleases(bench);
  const [nothing = [], ...ours] = race(bench, 'startup', contestants, { runs: bench.runs * 3 });
  rmSync(kept, { recursive: true });
  return rows.map(({ name, atMost }, index) =>
    ratioRow(name, ours[index] ?? [], { name: 'node -e 0', runs: nothing }, atMost),
  );
}

/** Names of release manifests in the data directory of the bench, which completion offers. */
function keepReleases({ directory }: Bench): string {
  const kept = join(directory, '.local', 'share', 'k8s-verify', 'manifests');
  mkdirSync(kept, { recursive: true, mode: 0o700 });
  for (let patch = 0; patch < KEPT_RELEASES; patch += 1) writeFileSync(join(kept, `v1.30.${patch}`), '');
  return kept;
}
