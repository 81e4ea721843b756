/** A worker: the code with one decision of a lock turned, and what then becomes of locks that it should refuse. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Lock } from '../../src/lockfile/lock.ts';
import type { DecisionMutation } from './decisions.ts';
import { type Outcomes, turn } from './turned.ts';

const { mutation }: { readonly mutation: DecisionMutation | undefined } = workerData;
turn(mutation, new URL('../../src/', import.meta.url));
const { parseLock } = await import('../../src/lockfile/lock.ts');
const { assertFits } = await import('../../src/lockfile/lockfile.ts');
const { chooseAllLocked, chooseLocked } = await import('../../src/lockfile/choose-locked.ts');
const { lockOf } = await import('../../src/flow/lock-outcome.ts');
const { assertIsDemanded } = await import('../../src/flow/fetch-and-prove.ts');
const { checkLock } = await import('../../src/flow/check-lock.ts');

const AMD64 = 'linux/amd64';
const ENTRY = { component: 'kubectl', version: 'v1.30.2', platform: AMD64, sha256: 'a'.repeat(64) };
const KUBELET = { ...ENTRY, component: 'kubelet', sha256: 'b'.repeat(64) };
const DOCUMENT = { schemaVersion: 2, asked: { kubectl: '1.30' }, platforms: [AMD64], artifacts: [ENTRY] };
const LOCK: Lock = { ...DOCUMENT, asked: new Map([['kubectl', '1.30']]) };

const outcomes: Record<string, string> = {};

/** With the message: another check may refuse the same for a worse reason. */
async function look(name: string, run: () => unknown): Promise<void> {
  try {
    outcomes[name] = `passes: ${JSON.stringify(await run()) ?? 'nothing'}`;
  } catch (error) {
    const { code, message, wanted } = Object(error);
    outcomes[name] = `${code}: ${message}, wanted ${wanted}`;
  }
}

const read = (name: string, document: object): Promise<void> =>
  look(name, () => parseLock(Buffer.from(JSON.stringify(document)), 'lock').artifacts);

await read('a newer schema', { schemaVersion: 3, whatever: true });
await read('a newer schema with the same fields', { ...DOCUMENT, schemaVersion: 3 });
await read('schema 0', { ...DOCUMENT, schemaVersion: 0 });
await read('an unknown field', { ...DOCUMENT, mirror: 'https://x.example' });
await read('an unknown field of an artifact', { ...DOCUMENT, artifacts: [{ ...ENTRY, url: 'x' }] });
const first = { schemaVersion: 1, artifacts: [ENTRY] };
await read('an unknown field of schema 1', { ...first, asked: {} });
await read('an unknown field of an artifact of schema 1', { ...first, artifacts: [{ ...ENTRY, size: 1 }] });
await read('an artifact twice', { ...DOCUMENT, artifacts: [ENTRY, ENTRY] });
const twoVersions = [ENTRY, { ...ENTRY, platform: 'linux/arm64', version: 'v1.30.1' }];
await read('two versions of a component', { ...DOCUMENT, artifacts: twoVersions });
await read('a version without v', { ...DOCUMENT, artifacts: [{ ...ENTRY, version: '1.30.2' }] });

const asking = (...asked: readonly (readonly [string, string])[]): Lock => ({
  ...LOCK,
  asked: new Map(asked),
});
const rc: Lock = { ...LOCK, artifacts: [{ ...ENTRY, version: 'v1.30.0-rc.1' }] };
const outdated = {
  'a bumped version': asking(['kubectl', 'v1.30.3']),
  'another minor': asking(['kubectl', '1.31']),
  'another major': asking(['kubectl', 'stable-2']),
  'a release candidate for stable': { ...rc, asked: new Map([['kubectl', 'stable']]) },
  'a component that is asked for no more': asking(),
  'a lock of nothing': { ...asking(), artifacts: [] },
  'a platform that it does not name': { ...LOCK, platforms: ['linux/arm64'] },
  'a file of one platform for every platform': {
    ...LOCK,
    artifacts: [{ component: 'kubectl', version: 'v1.30.2', sha256: ENTRY.sha256 }],
  },
  'a component that is not locked': asking(['kubectl', '1.30'], ['kubelet', '1.30']),
};
for (const [name, lock] of Object.entries(outdated)) {
  await look(name, () => assertFits(lock, 'lock'));
  await look(`all of ${name}`, () => chooseAllLocked(lock, 'lock', [AMD64]));
  await look(`one of ${name}`, () => chooseLocked(lock, 'lock', [{ component: 'kubectl', platform: AMD64 }]));
}

const both: Lock = { ...asking(['kubectl', '1.30'], ['kubelet', '1.30']), artifacts: [ENTRY, KUBELET] };
const choose = (name: string, component: string, platform: string, version?: string): Promise<void> =>
  look(name, () =>
    chooseLocked(both, 'lock', [{ component, platform, ...(version === undefined ? {} : { version }) }]),
  );
await choose('the second component', 'kubelet', AMD64);
await choose('a platform that is not locked', 'kubectl', 'linux/arm64');
await choose('a version that is not locked', 'kubectl', AMD64, 'v1.30.1');
const oneEach: Lock = {
  ...both,
  platforms: [AMD64, 'linux/arm64'],
  artifacts: [ENTRY, { ...KUBELET, platform: 'linux/arm64' }],
};
await look('all for a platform that lacks one', () => chooseAllLocked(oneEach, 'lock', [AMD64]));

const unsigned: Parameters<typeof checkLock>[1] = {
  lockfile: 'lock',
  artifacts: [],
  platforms: [],
  evidence: false,
  sources: [],
};
const check = (name: string, lock: Lock): Promise<void> =>
  // Neither a network nor a trusted root is needed without evidence.
  look(`check of ${name}`, () => checkLock(lock, unsigned, Object(undefined), Object(undefined)));
await check('a bumped version', outdated['a bumped version']);
await check('a platform that was added', { ...LOCK, platforms: [AMD64, 'linux/arm64'] });

const plan: Parameters<typeof lockOf>[0] = {
  asked: new Map([['kubectl', '1.30']]),
  platforms: [AMD64],
  files: { files: [], skipped: [] },
};
const artifact = {
  component: 'kubectl',
  version: { major: 1, minor: 30, patch: 2, prerelease: undefined },
  platform: { os: 'linux', arch: 'amd64' },
};
const proof = { proven: { signer: { kind: 'key' }, logEntries: [] } };
for (const [name, sha256] of [
  ['the locked digest is proved', 'a'.repeat(64)],
  ['another digest is proved', 'c'.repeat(64)],
] as const) {
  const proven: Parameters<typeof lockOf>[1] = [Object({ artifact, sha256, proof })];
  await look(name, () => lockOf(plan, proven, LOCK, 'lock', new Map()).artifacts);
  await look(`${name} of an install`, () =>
    assertIsDemanded({ label: 'kubectl', demanded: ENTRY.sha256 }, sha256),
  );
}
parentPort?.postMessage(outcomes satisfies Outcomes);
