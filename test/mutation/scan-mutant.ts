/** A worker: the code with one decision of a scan turned, and what is then said of machines in which something is wrong. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { goProgram } from '#support/go-program';
import { startWorld } from '#support/world';
import type { ScanBounds } from '../../src/flow/scan-run.ts';
import type { ScanInput } from '../../src/plan/input.ts';
import type { DecisionMutation } from './decisions.ts';
import { type Outcomes, turn } from './turned.ts';

const { mutation }: { readonly mutation: DecisionMutation | undefined } = workerData;
turn(mutation, new URL('../../src/', import.meta.url));
const { createClient } = await import('../../src/client.ts');
const { JudgingLine } = await import('../../src/flow/judging-line.ts');
const { readScan } = await import('../../src/plan/read-scan.ts');
const { scanMachine } = await import('../../src/scan.ts');

const directory = mkdtempSync(join(tmpdir(), 'k8s-verify-scan-mutant-'));
const world = await startWorld({ directory });
const { releases, sigstore } = world;
const trustedRootPath = join(directory, 'root.json');
writeFileSync(trustedRootPath, sigstore.trustedRoot());
const outcomes: Record<string, string> = {};

function program(name: string, version = 'v1.30.2', padding = 64): Buffer {
  return goProgram({ main: `k8s.io/kubernetes/cmd/${name}`, strings: [version], padding });
}

function signed(name: string, padding?: number): Buffer {
  const bytes = program(name, 'v1.30.2', padding);
  sigstore.signBlob({ bytes });
  return bytes;
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Writes a file of a machine. */
function put(host: string, path: string, bytes: Uint8Array | string): string {
  const at = join(directory, host, path);
  mkdirSync(dirname(at), { recursive: true });
  writeFileSync(at, bytes);
  return at;
}

async function look(
  name: string,
  host: string,
  change: Partial<ScanInput> = {},
  bounds?: ScanBounds,
): Promise<void> {
  const root = join(directory, host);
  mkdirSync(root, { recursive: true });
  await using client = createClient({ retries: 0, dataDirectory: join(directory, 'data', host) });
  const network = { sources: [releases.url], rekorUrl: sigstore.rekorUrl, trustedRootPath };
  const told: unknown[] = [];
  const request = readScan({ root, ...network, ...change });
  const { notes } = await scanMachine(
    request,
    client,
    (one) => {
      const said = one.kind === 'proved' ? one.artifact.claim : [one.verdict, one.error.code, one.allowed];
      // Others' programs may run on this machine.
      if (one.path.startsWith(directory))
        told.push([one.path.slice(root.length), said, one.isDeleted, one.pids.length]);
    },
    bounds,
  );
  const codes = notes.map(({ code }) => code);
  outcomes[name] = JSON.stringify([told, codes]);
}

put('usual', 'usr/bin/kubectl', signed('kubectl'));
put('usual', 'usr/bin/renamed', signed('kubeadm'));
put('usual', 'usr/bin/ls', goProgram({ main: 'example.com/ls' }));
put('usual', 'usr/bin/kubelet', program('kubelet', 'v1.31.1-eks-1'));
put('usual', 'usr/local/bin/kubelet', program('kubelet', 'v1.31.1-gke.200'));
await look('the usual places, and one builder is let pass', 'usual', { allowedBuilders: ['eks'] });
await look('nothing in the usual places', 'empty');
mkdirSync(join(directory, 'empty/opt'));
await look('nothing below a path', 'empty', { paths: ['/opt'] });

mkdirSync(join(directory, 'circle/opt'), { recursive: true });
symlinkSync('bin', join(directory, 'circle/opt/bin'));
await look('a usual place that cannot be read', 'circle');

const first = put('names', 'opt/a/kubectl', signed('kubectl'));
linkSync(first, join(directory, 'names/opt/kubectl-1.30'));
linkSync(first, join(directory, 'names/opt/kubelet'));
await look('one file under three names', 'names', { paths: ['/opt'] });

const NAMES = ['kubeadm', 'kubectl', 'kubelet'] as const;
for (const name of NAMES) put('named', `opt/${name}`, signed(name));
const named = { paths: NAMES.map((name) => `/opt/${name}`) };
await look('more files than are judged', 'named', named, { entries: 1000, programs: 2 });
put('deep', `opt/${'d/'.repeat(66)}kubectl`, signed('kubectl'));
await look('deeper than a scan looks', 'deep', { paths: ['/opt'] });

const forbidden = put('forbidden', 'opt/kubectl', signed('kubectl'));
await look('a file that the policy forbids, and an option lets pass', 'forbidden', {
  paths: ['/opt'],
  policy: JSON.stringify({ schemaVersion: 1, minimumAge: '3650d' }),
  allowedDigests: [{ sha256: sha256Of(readFileSync(forbidden)), reason: 'reviewed' }],
});
await look("another builder's file that the policy forbids, and an option lets pass", 'usual', {
  policy: JSON.stringify({ schemaVersion: 1, allowed: [{ components: ['kubectl'] }] }),
  allowedBuilders: ['eks'],
});

// Large enough for a thread, which hashes it before its proof begins.
const written = put('written', 'opt/kubectl', signed('kubectl', 400_000));
sigstore.rekorServer.http.fault(/index/, (honest) => {
  writeFileSync(written, program('kubectl', 'v1.30.2', 400_001));
  return { reply: honest };
});
await look('a file that is written to between its hash and its verdict', 'written', { paths: ['/opt'] });
sigstore.rekorServer.reset();

if (process.platform === 'linux') {
  const gone = put('running', 'opt/kubelet', readFileSync('/bin/sleep'));
  chmodSync(gone, 0o755);
  const child = spawn(gone, ['60']);
  await once(child, 'spawn');
  rmSync(gone);
  await look('what runs and is gone', 'running', {
    root: '/',
    paths: [join(directory, 'running')],
    processes: true,
  });
  child.kill();
}

outcomes['a line of judgements'] = await judged();

await world.close();
rmSync(directory, { recursive: true });
parentPort?.postMessage(outcomes satisfies Outcomes);

/** Three judgements, of which the second one fails: which were made, in which order, and what was thrown. */
async function judged(): Promise<string> {
  const line = new JudgingLine(3);
  const told: string[] = [];
  const later = async (name: string): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    told.push(name);
  };
  try {
    for (const judge of [() => later('first'), fails, () => later('third')])
      await line.add({ judge, release });
    await line.end();
  } catch (error) {
    told.push(String(error));
  }
  await line.drop();
  return told.join(', ');
}

function release(): Promise<void> {
  return Promise.resolve();
}

function fails(): Promise<void> {
  return Promise.reject(new Error('the second one'));
}
