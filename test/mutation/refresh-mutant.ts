/** A worker: the code with one check of a refresh turned, and whatever then comes out otherwise. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { DecisionMutation } from './decisions.ts';
import { type Outcomes, turn } from './turned.ts';
import { LoopbackServer } from '#support/http/loopback-server';
import { fault } from '#support/http/faults';
import { createLocalSigstore } from '#support/local-sigstore';
import { hashLeaf, MerkleTree } from '#support/sigstore/merkle-tree';
import { createTufRepository, type TufRepository, type TufRepositoryOptions } from '#support/tuf-repository';

export interface RefreshMutantData {
  /** Undefined: the code as it is. */
  readonly mutation: DecisionMutation | undefined;
}

const { mutation }: RefreshMutantData = workerData;

const isOurs = mutation?.file.startsWith('tuf-js/') !== true;
turn(mutation, new URL(isOurs ? '../../src/' : '../../node_modules/', import.meta.url));
const { createClient } = await import('../../src/client.ts');
const { createHttpClient } = await import('../../src/http/client.ts');
const { decodeKeptRoot, encodeKeptRoot, keptRootKey } = await import('../../src/trust/kept-root.ts');
const { openDataStore } = await import('../../src/data/data-store.ts');
const { keepNewest, orderOf, readNewest } = await import('../../src/data/newest-kept.ts');
const { keptTrust, trustOrder } = await import('../../src/flow/kept-trust.ts');
const { openKeptRoot, refreshTrustedRoot } = await import('../../src/trust/refresh-root.ts');
const { readTrustedRoot } = await import('../../src/trust/read-trusted-root.ts');
const { RefreshedTrust } = await import('../../src/flow/refreshed-trust.ts');
const { isGrownFrom, readTreeHead } = await import('../../src/proof/tree-head.ts');
type TufVersions = NonNullable<Parameters<typeof refreshTrustedRoot>[0]['published']>;
type Kept = ReturnType<typeof decodeKeptRoot>;

const DAY_MS = 86_400_000;
const NOW = new Date();
const later = (days: number): Date => new Date(NOW.getTime() + days * DAY_MS);
const SIGSTORE = createLocalSigstore();
const ROOT = Buffer.from(SIGSTORE.trustedRoot());
const OTHER = Buffer.from(SIGSTORE.trustedRoot((root) => void root.ctlogs.splice(0)));
const TARGET = 'trusted_root.json';
const V2 = 'trusted_root.v0.2.json';
const outcomes: Record<string, string> = {};
const http = createHttpClient({ retries: 0 });

type Outcome = string | number | boolean | void;

async function note(name: string, run: () => Outcome | Promise<Outcome>): Promise<void> {
  try {
    outcomes[name] = String((await run()) ?? 'passes');
  } catch (error) {
    const { code, name: kind } = Object(error);
    outcomes[name] = String(code ?? kind);
  }
}

interface Tuf {
  readonly repository: TufRepository;
  readonly server: LoopbackServer;
  readonly refresh: (options?: {
    readonly kept?: Kept | undefined;
    readonly known?: readonly Uint8Array[];
    readonly published?: TufVersions;
    readonly now?: Date;
  }) => ReturnType<typeof refreshTrustedRoot>;
}

/** Runs with a repository, and says how it ended and how many requests that took. */
async function withTuf(
  name: string,
  options: Partial<TufRepositoryOptions>,
  run: (tuf: Tuf) => Promise<Outcome>,
): Promise<void> {
  const repository = createTufRepository({ targets: { [TARGET]: ROOT }, ...options });
  const server = await LoopbackServer.start((request) => repository.handler(request));
  const refresh: Tuf['refresh'] = async ({ kept, published, known = [], now = NOW } = {}) =>
    refreshTrustedRoot({
      server: { url: server.url, http },
      anchor: repository.firstRoot,
      kept: kept && decodeKeptRoot(encodeKeptRoot(kept)),
      published,
      known,
      now,
    });
  await note(name, async () => run({ repository, server, refresh }));
  outcomes[`${name}: requests`] = String(server.requests.length);
  await server.close();
}

const seenThen = (name: string, change: (repository: TufRepository) => void, now = NOW): Promise<void> =>
  withTuf(name, { timestampExpires: later(1).toISOString() }, async ({ repository, refresh }) => {
    repository.publish({ targets: { [TARGET]: OTHER }, timestampExpires: later(1).toISOString() });
    const { kept } = await refresh();
    change(repository);
    await refresh({ kept, now });
  });

for (const role of ['root', 'timestamp', 'snapshot', 'targets'] as const) {
  await withTuf(
    `forged ${role}`,
    { forged: [role], rootVersion: 2 },
    async ({ refresh }) => void (await refresh()),
  );
  await withTuf(`expired ${role}`, { expired: [role] }, async ({ refresh }) => void (await refresh()));
}
await withTuf('a root that skips a version', {}, async ({ repository, refresh }) => {
  repository.rotate({ version: 3 });
  await refresh();
});
await withTuf('a root that only its own keys signed', {}, async ({ repository, refresh }) => {
  repository.rotate({ roles: ['root'], signedBy: 0 });
  await refresh();
});
await withTuf('another snapshot than the timestamp names', {}, async ({ repository, refresh }) => {
  const snapshot = repository.files.get('/1.snapshot.json') ?? new Uint8Array();
  // The same length, the same signature, and other bytes.
  const { signed, signatures } = JSON.parse(Buffer.from(snapshot).toString());
  repository.files.set('/1.snapshot.json', Buffer.from(JSON.stringify({ signatures, signed })));
  await refresh();
});
await seenThen('nothing new', () => undefined);
await seenThen('a new timestamp', (repository) => repository.publish());
await seenThen('an older timestamp', (repository) => repository.publish({ versions: { timestamp: 1 } }));
await seenThen('an older snapshot', (repository) =>
  repository.publish({ targets: { [TARGET]: ROOT }, versions: { snapshot: 1 } }),
);
await seenThen('older targets', (repository) =>
  repository.publish({ targets: { [TARGET]: ROOT }, versions: { targets: 1 } }),
);
await seenThen('a forged timestamp after a good one', (repository) =>
  repository.publish({ forged: ['timestamp'] }),
);
for (const published of [
  { timestamp: 3, snapshot: 2, targets: 2 },
  { timestamp: 4 },
  { snapshot: 3 },
  { targets: 3 },
]) {
  for (const role of ['targets', 'timestamp', 'snapshot'] as const) {
    const name = `published ${JSON.stringify(published)}, another key of the ${role}`;
    await withTuf(name, {}, async ({ repository, refresh }) => {
      repository.rotate({ roles: [role] });
      repository.publish({
        targets: { [TARGET]: OTHER },
        versions: { timestamp: 3, snapshot: 2, targets: 2 },
      });
      await refresh({ published });
    });
  }
}
for (const [name, meta] of [
  ['many members', Object.fromEntries(Array.from({ length: 600 }, (_, index) => [index, {}]))],
  ['many small objects', Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => 1))],
] as const) {
  await withTuf(name, {}, async ({ server, refresh }) => {
    server.fault('/1.targets.json', fault.body(JSON.stringify({ signed: { meta }, signatures: [] })));
    const error: unknown = await refresh().catch((cause: unknown) => cause);
    return String(Object(error).found);
  });
}
await withTuf(
  'expired tomorrow',
  { timestampExpires: later(1).toISOString() },
  async ({ refresh }) => void (await refresh({ now: later(2) })),
);
await withTuf(
  'good until yesterday, asked two days ago',
  { timestampExpires: later(-1).toISOString() },
  async ({ refresh }) => void (await refresh({ now: later(-2) })),
);
await withTuf('another target', {}, async ({ refresh, server }) => {
  server.fault(
    `.${TARGET}`,
    fault.body(Buffer.concat([OTHER, Buffer.alloc(ROOT.length, ' ')]).subarray(0, ROOT.length)),
  );
  await refresh();
});
await withTuf('an endless target', {}, async ({ refresh, server }) => {
  server.fault(`.${TARGET}`, fault.endless());
  await refresh();
});
await withTuf(
  'a target larger than any',
  { targets: { [TARGET]: Buffer.alloc(1024 * 1024 + 1, ' ') } },
  async ({ refresh }) => void (await refresh()),
);
await withTuf(
  'a target by its MD5 alone',
  { alterTarget: ({ length = 0 }) => ({ length, hashes: { md5: 'x' } }) },
  async ({ refresh }) => void (await refresh({ known: [ROOT] })),
);
await withTuf(
  'a target of another length',
  { alterTarget: (info) => ({ ...info, length: ROOT.length + 1 }) },
  async ({ refresh }) => void (await refresh({ known: [ROOT] })),
);
await withTuf('a trusted root in hand', {}, async ({ refresh }) =>
  Buffer.compare((await refresh({ known: [OTHER, ROOT] })).trust.bytes, ROOT),
);
await withTuf(
  'a newer form that is unreadable',
  { targets: { [TARGET]: ROOT, [V2]: Buffer.from('{}') } },
  async ({ refresh }) => void (await refresh()),
);

await withTuf(
  'what is kept',
  { rootVersion: 3, targets: { [TARGET]: ROOT, 'other.json': ROOT } },
  async ({ repository, server, refresh }) => {
    repository.rotate({ roles: ['timestamp'] });
    repository.publish({ timestampExpires: later(7).toISOString() });
    const { kept } = await refresh();
    const open = (one: Kept, now = later(3)): string =>
      openKeptRoot(one, repository.firstRoot, server.url, now)
        .trust.currentAsOf?.toISOString()
        .slice(0, 10) ?? '';
    await note('kept: honest', () => open(kept) === NOW.toISOString().slice(0, 10));
    await note(
      'kept: opened before it was checked',
      () => open(kept, later(-3)) === later(-3).toISOString().slice(0, 10),
    );
    await note('kept: checked after it expired', () => open({ ...kept, checkedAt: later(8) }, later(9)));
    await note('kept: with the timestamp of another key', () =>
      open({ ...kept, files: { ...kept.files, timestamp: kept.files.snapshot } }),
    );
    await note('kept: another trusted root', () =>
      open({ ...kept, target: { ...kept.target, bytes: OTHER } }),
    );
    await note('kept: another target', () =>
      open({ ...kept, target: { ...kept.target, name: 'other.json' } }),
    );
    await note(
      'kept: of a later schema',
      () =>
        void decodeKeptRoot(
          Buffer.from(Buffer.from(encodeKeptRoot(kept)).toString().replace('"schema":1', '"schema":2')),
        ),
    );
    const states = keptTrust({ url: server.url, anchor: repository.firstRoot }, NOW, () => undefined);
    const opened = async (checkedAt: Date): ReturnType<typeof states.open> =>
      states.open({ bytes: encodeKeptRoot({ ...kept, checkedAt }), path: '', place: 'own' });
    await note('kept: the later of two', async () => {
      const [one, other] = [await opened(later(-1)), await opened(later(-2))];
      if (typeof one === 'string' || typeof other === 'string') return 'neither';
      return `${states.isLater(one.value, other.value)} ${states.isLater(other.value, one.value)}`;
    });
  },
);
await note(
  'keys of kept roots',
  () => new Set([keptRootKey(ROOT, 'a'), keptRootKey(OTHER, 'a'), keptRootKey(ROOT, 'b')]).size,
);

await note('order of kept roots', () => {
  const versions = { timestamp: 1, snapshot: 1, targets: 1 };
  const old = trustOrder({ rootVersion: 1, versions: { ...versions, timestamp: 9 } });
  const [rotated, signedAnew] = [
    trustOrder({ rootVersion: 2, versions }),
    trustOrder({ rootVersion: 1, versions: { ...versions, timestamp: 10 } }),
  ];
  return `${rotated > old} ${signedAnew > old}`;
});

/** Keeps texts in turn, the first of them for the whole machine, and says which is the newest and how many stay. */
async function keepTexts(
  texts: readonly string[],
  planted: Readonly<Record<string, string>> = {},
): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'k8s-verify-mutant-'));
  const [own, system] = [join(directory, 'own'), join(directory, 'system')];
  const store = (place: string): ReturnType<typeof openDataStore> =>
    openDataStore({ own: place, system, isShared: false }, () => undefined);
  const states: Parameters<typeof readNewest<string>>[1] = {
    kind: 'trust',
    key: 'a'.repeat(64),
    open: ({ bytes }) => {
      const text = Buffer.from(bytes).toString();
      return Promise.resolve(
        text === 'none' ? text : { order: orderOf(Number(text.split(':')[0])), value: text },
      );
    },
    isLater: (one, other) => one > other,
    refuse: () => undefined,
  };
  for (const [index, text] of texts.entries()) {
    const state = { order: orderOf(Number(text.split(':')[0])), bytes: Buffer.from(text) };
    await keepNewest(store(index === 0 ? system : own), states, state);
    if (index !== 0) continue;
    mkdirSync(join(own, 'trust'), { recursive: true, mode: 0o700 });
    for (const [name, bytes] of Object.entries(planted)) writeFileSync(join(own, 'trust', name), bytes);
  }
  const newest = await readNewest(store(own), states);
  const names = readdirSync(join(own, 'trust'));
  rmSync(directory, { recursive: true });
  return `${newest?.value} ${names.length}`;
}
const stateName = (order: number): string => `${'a'.repeat(64)}-${orderOf(order)}`;
await note('states: the newest stays', async () => keepTexts(['1:1', '9:1', '10:1', '2:1']));
await note('states: a later one of the same order', async () => keepTexts(['3:5', '3:1']));
await note('states: another than the name says', async () =>
  keepTexts(['1:1', '2:1'], { [stateName(99)]: '1:9' }),
);
await note('states: nothing by a newer name', async () =>
  keepTexts(['1:1', '2:1'], { [stateName(99)]: 'none' }),
);
await note('states: more than are kept', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'k8s-verify-mutant-'));
  const data = openDataStore({ own: directory, system: undefined, isShared: false }, () => undefined);
  for (let order = 40; order > 0; order -= 1) await data.write('trust', stateName(order), Buffer.of(order));
  const names = await data.list('trust');
  rmSync(directory, { recursive: true });
  return String(names.includes(stateName(40)));
});

/** A run at a time, with what earlier runs kept. */
await withTuf('runs', { timestampExpires: later(9).toISOString() }, async ({ repository, server }) => {
  const directory = mkdtempSync(join(tmpdir(), 'k8s-verify-mutant-'));
  const rootFile = join(directory, 'root.json');
  writeFileSync(rootFile, repository.firstRoot);
  const run = async (days: number, keeps: boolean, maxTrustedRootAgeMs?: number): Promise<string> => {
    const before = server.requests.length;
    const options = keeps ? { dataDirectory: join(directory, 'data') } : {};
    await using client = createClient({ retries: 0, ...options });
    const clock = { now: () => later(days) };
    const age = maxTrustedRootAgeMs === undefined ? {} : { maxTrustedRootAgeMs };
    const request = { tuf: { url: server.url, rootFile }, ...age };
    const trust = await RefreshedTrust.open(request, { ...client, clock }, NOW, undefined);
    await trust.current();
    const waited = server.requests.length - before;
    await trust.renewIfDue();
    return `${waited} of ${server.requests.length - before}`;
  };
  for (const [name, days, keeps, age] of [
    ['first', 0, true, undefined],
    ['soon after', 0.5, true, undefined],
    ['a day later', 1, true, undefined],
    ['with a clock that went back', 0.5, true, undefined],
    ['with a demand that is met', 0.6, true, DAY_MS / 4],
    ['with a demand that is not met', 1.5, true, DAY_MS / 4],
    ['with a demand, and a check in the future', 1.4, true, DAY_MS / 4],
  ] as const) {
    await note(`run ${name}`, async () => run(days, keeps, age));
  }
  server.fault('/timestamp.json', fault.status(503));
  await note('run with a demand that cannot be met', async () => run(8, true, DAY_MS));
  await note('run that keeps nothing, with a demand', async () => run(8, false, DAY_MS));
  rmSync(directory, { recursive: true });
});

const tree = new MerkleTree();
const fork = new MerkleTree();
for (let index = 0; index < 20; index += 1) {
  tree.append(hashLeaf(Buffer.of(index)));
  fork.append(hashLeaf(Buffer.of(index < 10 ? index : index + 100)));
}
const head = (size: number, of = tree): { size: bigint; root: Uint8Array } => ({
  size: BigInt(size),
  root: of.root(size),
});
const grown = (from: number, to: number, hashes: readonly Uint8Array[], of = tree): string =>
  String(isGrownFrom(head(from), head(to, of), hashes));
await note('heads', () =>
  [
    grown(7, 20, tree.consistencyProof(7, 20)),
    grown(8, 20, tree.consistencyProof(8, 20)),
    grown(12, 20, fork.consistencyProof(12, 20), fork),
    grown(7, 20, fork.consistencyProof(7, 20)),
    grown(7, 20, [...tree.consistencyProof(7, 20), Buffer.alloc(32)]),
    grown(7, 20, tree.consistencyProof(7, 20).slice(0, -1)),
    grown(12, 12, [], fork),
    grown(12, 12, [Buffer.alloc(32)]),
    grown(20, 7, tree.consistencyProof(7, 20)),
    String(isGrownFrom({ size: 0n, root: Buffer.alloc(32) }, head(1), [Buffer.alloc(32)])),
  ].join(' '),
);
await note('a kept head', () => {
  const trust = readTrustedRoot(ROOT, { kind: 'memory' });
  const checkpoint = SIGSTORE.rekor.checkpoint();
  const [origin = ''] = checkpoint.split('\n');
  const of = {
    tree: origin,
    logId: SIGSTORE.rekor.logId,
    logUrl: '',
    size: 1n,
    root: Buffer.alloc(32),
    checkpoint,
  };
  const shard = SIGSTORE.rekor.shards[0];
  const ofOtherTree = SIGSTORE.rekor.checkpoint(shard);
  const forged = checkpoint.replace(/\n\d+\n/, '\n7\n');
  return [checkpoint, ofOtherTree, forged].map((one) => readTreeHead(one, of, trust) !== undefined).join(' ');
});
await http.close();
parentPort?.postMessage(outcomes satisfies Outcomes);
