/** A worker: the code with one decision of an audit turned, and what is then said of releases in which something is wrong. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { fault } from '#support/http/faults';
import { publishWholeRelease, type WholeFile } from '#support/whole-release';
import { startWorld } from '#support/world';
import type { DecisionMutation } from './decisions.ts';
import { type Outcomes, turn } from './turned.ts';

const { mutation }: { readonly mutation: DecisionMutation | undefined } = workerData;
turn(mutation, new URL('../../src/', import.meta.url));
const { createClient } = await import('../../src/client.ts');
const { readAudit } = await import('../../src/plan/read-released.ts');
const { auditOf } = await import('../../src/release.ts');
const { HttpSource } = await import('../../src/source/http-source.ts');

const VERSION = 'v1.30.2';
const ROOT = `/release/${VERSION}/`;
const [KUBECTL, KUBELET] = ['bin/linux/amd64/kubectl', 'bin/linux/amd64/kubelet'];
const directory = mkdtempSync(join(tmpdir(), 'k8s-verify-audit-mutant-'));
const world = await startWorld({ directory });
const { releases, sigstore } = world;
const outcomes: Record<string, string> = {};

type Files = ReadonlyMap<string, WholeFile>;
interface How {
  readonly isPublisher?: boolean;
  readonly deep?: boolean;
  readonly write?: boolean;
  readonly runs?: number;
}

async function look(
  name: string,
  change: (files: Files) => unknown,
  { isPublisher = true, deep = false, write = false, runs = 1 }: How = {},
): Promise<void> {
  releases.reset();
  sigstore.rekorServer.http.reset();
  const files = await publishWholeRelease(releases, {
    version: VERSION,
    paths: [KUBECTL, KUBELET],
    sigstore,
  });
  await change(files);
  const own = mkdtempSync(join(directory, 'run-'));
  const writeTo = write ? { writeTo: join(own, 'written') } : {};
  try {
    for (let run = 0; run < runs; run += 1) {
      await using client = createClient({ retries: 0, retryDelayMs: 1, dataDirectory: join(own, 'data') });
      const request = readAudit({
        version: VERSION,
        components: ['kubectl', 'kubelet'],
        platforms: ['linux/amd64'],
        rekorUrl: sigstore.rekorUrl,
        trustedRoot: sigstore.trustedRoot(),
        deep,
        ...writeTo,
      });
      const source = Object.assign(new HttpSource(releases.url, client.http), { isPublisher });
      const { results, compared, notes, error } = await auditOf({ ...request, sources: [source] }, client);
      const list = join(own, 'written', 'SHA256SUMS');
      outcomes[name] = JSON.stringify([
        results.map((one) => [one.verdict, one.proved, one.error?.code, one.sha512 !== undefined]),
        compared.map((one) => [one.outcome, one.agrees, one.differs.length, one.extra.length]),
        notes.map(({ code }) => code),
        error?.code,
        existsSync(list) ? readFileSync(list, 'utf8').split('\n').length : undefined,
      ]);
    }
  } catch (error) {
    outcomes[name] = String(Object(error).code);
  }
}

/** The pair of one file in the place of the other's. */
function swap(files: Files): void {
  const other = files.get(KUBELET)?.signed;
  releases.publishFile(`${ROOT}${KUBECTL}.sig`, other?.signatureFile ?? '');
  releases.publishFile(`${ROOT}${KUBECTL}.cert`, other?.certificateFile ?? '');
}

function remove(): void {
  for (const suffix of ['', '.sig', '.cert', '.sha256']) releases.unpublish(`${ROOT}${KUBECTL}${suffix}`);
}

function listAlone(files: Files, sha256 = files.get(KUBELET)?.sha256 ?? ''): Promise<unknown> {
  return releases.publishManifest(VERSION, { sigstore, files: [{ path: KUBELET, sha256 }] });
}

await look('all is well', () => undefined);
await look('the pair of another file', swap);
await look('the pair of another file, again', swap, { runs: 2 });
await look('the same, and no other signing in the log', (files) => {
  swap(files);
  sigstore.rekorServer.answerWith('/api/v1/index/retrieve', fault.status(200, { body: '[]' }));
});
await look('nothing of a file', remove);
await look('nothing of a file on a mirror', remove, { isPublisher: false });
await look('a manifest that does not list a file', (files) => listAlone(files));
const publishOther = (): Promise<unknown> =>
  releases.publishSigned(`${ROOT}${KUBECTL}`, { bytes: Buffer.from('other'), sigstore });
await look('a signature over another file than is listed', publishOther);
await look('other bytes than were signed', () => releases.publishFile(`${ROOT}${KUBECTL}`, 'other'), {
  deep: true,
});
const change = (name: string, line: string) => (): void => releases.publishFile(`${ROOT}${name}`, line);
await look('a list with another digest', change('SHA256SUMS', `${'a'.repeat(64)}  ${KUBECTL}\n`));
await look('a list with a checksum file', change('SHA256SUMS', `${'a'.repeat(64)}  ${KUBECTL}.sha512\n`));
const withoutLists = (): void => {
  for (const name of ['SHA256SUMS', 'SHA512SUMS', 'provenance.json']) releases.unpublish(`${ROOT}${name}`);
};
await look('a manifest that is not proved, and no lists', () => {
  withoutLists();
  releases.publishFile(`${ROOT}kubernetes-release.spdx`, 'changed');
});
await look('no manifest and no lists', () => (withoutLists(), releases.withoutManifest(VERSION)));
await look('a list that is written', (files) => (swap(files), releases.unpublish(`${ROOT}${KUBELET}`)), {
  write: true,
  deep: true,
});

await world.close();
rmSync(directory, { recursive: true });
parentPort?.postMessage(outcomes satisfies Outcomes);
