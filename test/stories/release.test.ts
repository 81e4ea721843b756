import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fault } from '#support/http/faults';
import { readWhole } from '#support/http/reply';
import { isList } from '#support/json';
import type { SignOptions } from '#support/sigstore/signing';
import { testDir } from '#support/test-dir';
import { testServers } from '#support/test-servers';
import { rejection } from '#support/thrown-by';
import { provenanceOf, publishWholeRelease } from '#support/whole-release';
import { exitCodeFor } from '../../src/exit-codes.ts';
import { audit, compared, fileAt, pathsOf, publishPart, VERSION } from './support/audit-run.ts';

const world = await testServers();
const { releases, sigstore } = world;
const ROOT = `/release/${VERSION}/`;
const KUBECTL = 'bin/linux/amd64/kubectl';
const KUBELET = 'bin/linux/amd64/kubelet';
const IMAGE = 'bin/linux/amd64/kube-apiserver.tar';
const SOURCE = 'kubernetes-source.spdx';
const MANIFEST = 'kubernetes-release.spdx';
const LISTS = ['SHA256SUMS', 'SHA512SUMS', 'provenance.json'] as const;
const RETRIEVE = '/api/v1/log/entries/retrieve';
const SEARCH = '/api/v1/index/retrieve';

function requestsOfLog(): number {
  return sigstore.rekorServer.http.requests.length;
}

/** The pair of one file in the place of another's, as upstream published it once. */
function swapPair(
  path: string,
  other:
    | { readonly signed: { readonly signatureFile: string; readonly certificateFile: string } | undefined }
    | undefined,
): void {
  releases.publishFile(`${ROOT}${path}.sig`, other?.signed?.signatureFile ?? '');
  releases.publishFile(`${ROOT}${path}.cert`, other?.signed?.certificateFile ?? '');
}

describe('an audit of a release in which all is well', () => {
  it('proves every file of the table, downloads none of them, and asks the log a few times', async () => {
    const paths = await pathsOf();
    const files = await publishWholeRelease(releases, { version: VERSION, paths, sigstore });
    const before = requestsOfLog();
    const run = await audit(world, { whole: true });
    expect(run.error).toBeUndefined();
    expect(run.results.map(({ path }) => path)).toEqual([...paths].toSorted());
    expect(run.results.map(({ sha256 }) => sha256)).toEqual(
      run.results.map(({ path }) => files.get(path)?.sha256),
    );
    expect(run.summary).toMatchObject({ found: 120, genuine: 120, refused: 0, missing: 0, notJudged: 0 });
    const asked = new Set(releases.http.requests.map((one) => one.path));
    const downloaded = paths.filter((path) => asked.has(`${ROOT}${path}`));
    expect(downloaded).toEqual([MANIFEST]);
    expect(requestsOfLog() - before).toBeLessThanOrEqual(14);
  });

  it('says of each file what proves it, and of each record that it agrees', async () => {
    const files = await publishPart(world);
    const run = await audit(world);
    expect(run).toMatchObject({ schemaVersion: 1, release: VERSION, notes: [], corroborated: [] });
    expect(fileAt(run, KUBECTL)).toMatchObject({
      verdict: 'genuine',
      proved: true,
      component: 'kubectl',
      version: VERSION,
      platform: 'linux/amd64',
      url: `https://dl.k8s.io/release/${VERSION}/${KUBECTL}`,
      kind: 'binary',
      sha256: files.get(KUBECTL)?.sha256,
      name: { bound: true, by: ['release-manifest'] },
      evidence: { kind: 'detached' },
      logEntries: [{ logIndex: expect.any(String) as unknown }],
    });
    expect(fileAt(run, IMAGE)).toMatchObject({ verdict: 'genuine', kind: 'image', name: { bound: true } });
    expect(fileAt(run, MANIFEST)).toMatchObject({ kind: 'document', name: { by: ['release-manifest'] } });
    // Nothing lists it, and nobody has read it.
    expect(fileAt(run, SOURCE)).toMatchObject({ verdict: 'genuine', name: { bound: false } });
    expect(run.compared.map(({ source, outcome, agrees }) => [source, outcome, agrees])).toEqual([
      [MANIFEST, 'agrees', 9],
      ['SHA256SUMS', 'agrees', 9],
      ['SHA512SUMS', 'agrees', 9],
      ['provenance.json', 'agrees', 7],
      ['.sha256', 'agrees', 11],
      ['table of components', 'agrees', 11],
    ]);
    expect(run.compared.map(({ proved }) => proved)).toEqual([true, false, false, false, false, false]);
    expect(run.unsignedByDesign).toContain('SHA256SUMS');
  });

  it('does not ask the log for a pair again that an earlier run has completed', async () => {
    await publishPart(world);
    const data = (await testDir()).path;
    const first = await audit(world, { data });
    const before = requestsOfLog();
    const again = await audit(world, { data });
    expect(again.error).toBeUndefined();
    expect(again.results.map(({ sha256 }) => sha256)).toEqual(first.results.map(({ sha256 }) => sha256));
    // The manifest is fetched and proved anew.
    expect(requestsOfLog() - before).toBeLessThanOrEqual(1);
  });

  it('looks at a part of it, and at no other file', async () => {
    await publishPart(world);
    const run = await audit(world, { components: ['kubelet'], platforms: ['linux/arm64'] });
    expect(run.results.map(({ path }) => path)).toEqual(['bin/linux/arm64/kubelet']);
    expect(run.error).toBeUndefined();
    expect(compared(run, 'SHA256SUMS')).toMatchObject({ agrees: 1, extra: [], notListed: [] });
  });
});

describe('what an audit says is wrong with a file', () => {
  it('a pair of another file, where the log has a signing of its own: inconsistent, and proved', async () => {
    const files = await publishPart(world);
    swapPair(KUBECTL, files.get(KUBELET));
    const run = await audit(world);
    expect(fileAt(run, KUBECTL)).toMatchObject({
      verdict: 'inconsistent',
      proved: true,
      sha256: files.get(KUBECTL)?.sha256,
      evidence: { kind: 'log-search' },
      error: { code: 'release-inconsistent' },
    });
    expect(exitCodeFor(run.error)).toBe(22);
    expect(run.summary).toMatchObject({ found: 11, genuine: 10, inconsistent: 1 });
  });

  it('the same where only the release manifest proves it', async () => {
    const files = await publishPart(world);
    swapPair(KUBECTL, files.get(KUBELET));
    sigstore.rekorServer.answerWith(SEARCH, fault.status(200, { body: '[]' }));
    const run = await audit(world);
    expect(fileAt(run, KUBECTL)).toMatchObject({
      verdict: 'inconsistent',
      proved: true,
      evidence: { kind: 'release-manifest' },
    });
  });

  it('the same in a second run, which has kept what proved it', async () => {
    const files = await publishPart(world);
    swapPair(KUBECTL, files.get(KUBELET));
    const data = (await testDir()).path;
    await audit(world, { data });
    expect(fileAt(await audit(world, { data }), KUBECTL).verdict).toBe('inconsistent');
  });

  it('no signature: unsigned with 10', async () => {
    await publishPart(world);
    releases.unpublish(`${ROOT}${KUBECTL}.sig`);
    releases.unpublish(`${ROOT}${KUBECTL}.cert`);
    const run = await audit(world);
    expect(fileAt(run, KUBECTL)).toMatchObject({ verdict: 'unsigned', proved: false });
    expect(fileAt(run, KUBECTL).sha256).toBeUndefined();
    expect(exitCodeFor(run.error)).toBe(10);
  });

  it('nothing of it: missing with 22', async () => {
    await publishPart(world);
    for (const suffix of ['', '.sig', '.cert', '.sha256']) releases.unpublish(`${ROOT}${KUBECTL}${suffix}`);
    const run = await audit(world);
    expect(fileAt(run, KUBECTL)).toMatchObject({ verdict: 'missing', error: { code: 'release-incomplete' } });
    expect(exitCodeFor(run.error)).toBe(22);
    expect(compared(run, 'table of components')).toMatchObject({ outcome: 'differs', notListed: [KUBECTL] });
  });

  it('another signer: refused with 15', async () => {
    const sign = (path: string): { readonly identity: string } | undefined =>
      path === KUBECTL ? { identity: 'you@example.com' } : undefined;
    await publishPart(world, { sign });
    const run = await audit(world);
    expect(fileAt(run, KUBECTL)).toMatchObject({ verdict: 'refused', error: { code: 'identity-mismatch' } });
    expect(run.summary).toMatchObject({ genuine: 10, refused: 1 });
    expect(exitCodeFor(run.error)).toBe(15);
  });

  it('a signature over another file than the release manifest lists: refused by name with 19', async () => {
    await publishPart(world);
    const other = await releases.publishSigned(`${ROOT}${KUBECTL}`, {
      bytes: Buffer.from('other'),
      sigstore,
    });
    const run = await audit(world);
    expect(fileAt(run, KUBECTL)).toMatchObject({ verdict: 'refused', error: { code: 'name-mismatch' } });
    expect(exitCodeFor(run.error)).toBe(19);
    expect(compared(run, MANIFEST)).toMatchObject({
      outcome: 'differs',
      differs: [{ path: KUBECTL, wanted: other.sha256, wantedBy: 'proof' }],
    });
  });

  it('an entry that the log lacks: refused with 16', async () => {
    await publishPart(world);
    sigstore.rekorServer.answerWith('/api/v1/log/entries/retrieve', fault.status(200, { body: '[]' }));
    sigstore.rekorServer.answerWith(SEARCH, fault.status(200, { body: '[]' }));
    const run = await audit(world);
    expect(fileAt(run, KUBECTL)).toMatchObject({
      verdict: 'refused',
      error: { code: 'log-entry-not-found' },
    });
  });

  it('an entry that the log lacks, of one file alone', async () => {
    await publishPart(world, { sign: (path) => (path === KUBECTL ? { log: 'none' } : undefined) });
    const run = await audit(world);
    expect(fileAt(run, KUBECTL)).toMatchObject({
      verdict: 'refused',
      error: { code: 'log-entry-not-found' },
    });
    expect(run.summary).toMatchObject({ genuine: 10, refused: 1 });
    expect(exitCodeFor(run.error)).toBe(16);
  });

  it('a log that answers half of a batch: each other file is found alone, or refused with 16', async () => {
    await publishPart(world, { sign: (path) => (path === KUBECTL ? { log: 'none' } : undefined) });
    const batches: number[] = [];
    sigstore.rekorServer.answerWith(RETRIEVE, async (honest, request) => {
      if (!Buffer.from(request.body).includes('entryUUIDs')) return { reply: honest };
      const entries: unknown = JSON.parse((await readWhole(honest.body ?? '')).toString());
      const half = isList(entries) ? entries.slice(0, Math.floor(entries.length / 2)) : [];
      batches.push(half.length);
      return { reply: { ...honest, body: JSON.stringify(half) } };
    });
    const run = await audit(world);
    expect(batches.some((length) => length > 0)).toBe(true);
    expect(fileAt(run, KUBECTL)).toMatchObject({
      verdict: 'refused',
      error: { code: 'log-entry-not-found' },
    });
    expect(run.summary).toMatchObject({ found: 11, genuine: 10, refused: 1, notJudged: 0 });
    expect(exitCodeFor(run.error)).toBe(16);
  });

  it('a signature that does not fit, where nothing else proves the digest: refused with 13', async () => {
    const sign = (path: string): SignOptions | undefined =>
      path === SOURCE
        ? { alterSignature: (bytes) => bytes.map((byte, at) => (at === 20 ? byte ^ 1 : byte)), log: 'none' }
        : undefined;
    await publishPart(world, { sign });
    const run = await audit(world);
    expect(fileAt(run, SOURCE)).toMatchObject({ verdict: 'refused', error: { code: 'signature-mismatch' } });
    expect(exitCodeFor(run.error)).toBe(13);
  });

  it('a malformed signature: refused with 11', async () => {
    await publishPart(world);
    releases.publishFile(`${ROOT}${KUBECTL}.sig`, 'no base64 at all!');
    const run = await audit(world);
    expect(fileAt(run, KUBECTL)).toMatchObject({ verdict: 'refused', error: { code: 'material-malformed' } });
    expect(run.summary.genuine).toBe(10);
  });
});

describe('what an audit says of the records of a release', () => {
  it('a list with another digest than is proved: 22, and the files stay genuine', async () => {
    const files = await publishPart(world);
    const other = 'e'.repeat(64);
    const sums = [...files.values()]
      .filter(({ pathInRelease }) => !pathInRelease.endsWith('.spdx'))
      .map(
        ({ pathInRelease, sha256 }) => `${pathInRelease === KUBECTL ? other : sha256}  ${pathInRelease}\n`,
      );
    releases.publishFile(`${ROOT}SHA256SUMS`, sums.join(''));
    const run = await audit(world);
    expect(run.summary.genuine).toBe(11);
    expect(compared(run, 'SHA256SUMS')).toMatchObject({
      outcome: 'differs',
      agrees: 8,
      differs: [
        {
          path: KUBECTL,
          algorithm: 'sha256',
          found: other,
          wanted: files.get(KUBECTL)?.sha256,
          wantedBy: 'proof',
        },
      ],
    });
    expect(exitCodeFor(run.error)).toBe(22);
  });

  it('a provenance with subjects that stand twice, and quoted digests', async () => {
    const files = await publishPart(world);
    const own = [...files.values()].filter(({ pathInRelease }) => pathInRelease.startsWith('bin/'));
    const quoted = own.map((one) => ({ ...one, sha256: `"${one.sha256}"` }));
    releases.publishFile(`${ROOT}provenance.json`, provenanceOf(VERSION, [...quoted, ...own]));
    expect(compared(await audit(world), 'provenance.json')).toMatchObject({ outcome: 'agrees', agrees: 6 });
  });

  it.each<readonly [string, string, string | Uint8Array]>([
    ['a provenance with two digests for one file', 'provenance.json', 'twice'],
    [
      'a SHA256SUMS with two digests for one file',
      'SHA256SUMS',
      `${'a'.repeat(64)}  x\n${'b'.repeat(64)}  x\n`,
    ],
    ['a SHA256SUMS with an escape in a name', 'SHA256SUMS', `${'a'.repeat(64)}  bin/\u001b[31mkubectl\n`],
    ['a SHA512SUMS that is a page', 'SHA512SUMS', '<html>error</html>'],
  ])('%s: 22', async (_, name, content) => {
    const files = await publishPart(world);
    const [one] = files.values();
    const body =
      content === 'twice' && one !== undefined
        ? provenanceOf(VERSION, [one, { ...one, sha256: 'c'.repeat(64) }])
        : content;
    releases.publishFile(`${ROOT}${name}`, body);
    const run = await audit(world);
    const found = run.compared.find(({ source }) => source === name);
    expect(found).toMatchObject({ outcome: 'not-readable', error: { code: 'release-inconsistent' } });
    expect(exitCodeFor(run.error)).toBe(22);
    expect(run.summary.genuine).toBe(11);
  });

  it('a .sha256 with another digest than is proved', async () => {
    const files = await publishPart(world);
    releases.publishFile(`${ROOT}${KUBECTL}.sha256`, 'd'.repeat(64));
    const run = await audit(world);
    expect(fileAt(run, KUBECTL).verdict).toBe('genuine');
    expect(compared(run, '.sha256')).toMatchObject({
      outcome: 'differs',
      differs: [{ path: KUBECTL, found: 'd'.repeat(64), wanted: files.get(KUBECTL)?.sha256 }],
    });
    expect(exitCodeFor(run.error)).toBe(22);
  });

  it.each<readonly [string, (files: { readonly sha256: string }) => string | Uint8Array]>([
    ['names a file', ({ sha256 }) => `${sha256}  kubectl\n`],
    ['has another digest for a file that it names', () => `${'b'.repeat(64)}  kubectl\n`],
    ['has two digests', ({ sha256 }) => `${sha256}\n${'c'.repeat(64)}\n`],
    ['is in capitals', ({ sha256 }) => sha256.toUpperCase()],
    ['is short', ({ sha256 }) => sha256.slice(0, 40)],
    ['is a page', () => '<html>sign in</html>'],
    ['is empty', () => ''],
    ['is no text', () => Uint8Array.of(0xff, 0xfe, 0, 1)],
    ['is as large as a binary', () => 'x'.repeat(3_000_000)],
  ])('a checksum file that %s among good ones: 22, and the file stays genuine', async (_, content) => {
    const files = await publishPart(world);
    const kubectl = files.get(KUBECTL);
    releases.publishFile(`${ROOT}${KUBECTL}.sha256`, content({ sha256: kubectl?.sha256 ?? '' }));
    const run = await audit(world);
    expect(fileAt(run, KUBECTL)).toMatchObject({ verdict: 'genuine', sha256: kubectl?.sha256 });
    expect(compared(run, '.sha256')).toMatchObject({
      outcome: 'not-readable',
      agrees: run.results.length - 1,
      notListed: [],
      error: { code: 'release-inconsistent', message: expect.stringContaining('kubectl') as unknown },
    });
    expect(exitCodeFor(run.error)).toBe(22);
  });

  it('a checksum file that is not there among those that are: told as not complete', async () => {
    await publishPart(world);
    releases.unpublish(`${ROOT}${KUBECTL}.sha256`);
    const run = await audit(world);
    expect(compared(run, '.sha256')).toMatchObject({ outcome: 'incomplete', notListed: [KUBECTL] });
    expect(run.error).toBeUndefined();
  });

  it.each([
    ['leaves a file out', () => ''],
    ['has a file only under another spelling', () => `${'b'.repeat(64)}  ./${KUBECTL}\n`],
  ])('a list that %s does not agree', async (_, instead) => {
    await publishPart(world);
    const sums = await readText(`${ROOT}SHA256SUMS`);
    const others = sums.split(/(?<=\n)/).filter((line) => !line.endsWith(` ${KUBECTL}\n`));
    releases.publishFile(`${ROOT}SHA256SUMS`, others.join('') + instead());
    const run = await audit(world);
    expect(compared(run, 'SHA256SUMS')).toMatchObject({ outcome: 'incomplete', notListed: [KUBECTL] });
    expect(fileAt(run, KUBECTL)).toMatchObject({ verdict: 'genuine' });
  });

  it('what it lists and the table does not have is named, and not judged', async () => {
    const paths = await pathsOf();
    await publishPart(world);
    const extra = 'bin/linux/riscv64/kubectl';
    expect(paths).not.toContain(extra);
    const sums = readText(`${ROOT}SHA256SUMS`);
    releases.publishFile(`${ROOT}SHA256SUMS`, `${await sums}${'a'.repeat(64)}  ${extra}\n`);
    const run = await audit(world);
    expect(run.error).toBeUndefined();
    expect(compared(run, 'SHA256SUMS').extra).toEqual([extra]);
    expect(run.notes).toMatchObject([{ code: 'release-extra' }]);
  });

  it('a release that was signed days apart is a note', async () => {
    const at = new Date(Date.now() - 3 * 24 * 60 * 60 * 1000);
    await publishPart(world, { sign: (path) => (path === KUBECTL ? { at } : undefined) });
    const run = await audit(world);
    expect(run.notes).toMatchObject([
      { code: 'signed-days-apart', text: expect.stringContaining(KUBECTL) as unknown },
    ]);
    expect(run.error).toBeUndefined();
  });
});

async function readText(path: string): Promise<string> {
  return (await fetch(`${releases.url}${path}`)).text();
}

describe('an audit without a network', () => {
  it('proves by what was kept, and says that the lists were not compared', async () => {
    await publishPart(world);
    const data = (await testDir()).path;
    const first = await audit(world, { data });
    const before = releases.http.requests.length;
    const run = await audit(world, { data, offline: true });
    expect(releases.http.requests.length).toBe(before);
    expect(run.results.map(({ sha256, verdict }) => [verdict, sha256])).toEqual(
      first.results.map(({ sha256, path }) => [
        path === SOURCE ? 'not-judged' : 'genuine',
        path === SOURCE ? undefined : sha256,
      ]),
    );
    expect(compared(run, 'SHA256SUMS')).toMatchObject({ outcome: 'not-fetched' });
    expect(exitCodeFor(run.error)).toBe(4);
  });

  it('with a kept manifest and no evidence of it: 4, and why', async () => {
    await publishPart(world);
    const data = (await testDir()).path;
    await audit(world, { data });
    await rm(join(data, 'evidence'), { recursive: true });
    expect(await rejection(audit(world, { data, offline: true }))).toMatchObject({
      code: 'offline',
      message: `the kept manifest of ${VERSION} is not proved`,
      why: expect.stringMatching(/^there is no evidence of .*manifests/) as unknown,
    });
  });

  it('with nothing kept: 4, about the run', async () => {
    expect(await rejection(audit(world, { offline: true }))).toMatchObject({ code: 'offline' });
  });
});

describe('what an audit cannot learn', () => {
  it.each([
    ['a log that cannot be reached', fault.status(503, {}), 'log-unreachable'],
    ['a log that asks for patience', fault.status(429, {}), 'rate-limited'],
  ])('%s: not judged with 4', async (_, how, code) => {
    await publishPart(world);
    sigstore.rekorServer.answerWith('/api/v1/log/entries/retrieve', how);
    sigstore.rekorServer.answerWith(SEARCH, how);
    const run = await audit(world);
    expect(new Set(run.results.map(({ verdict }) => verdict))).toEqual(new Set(['not-judged']));
    expect(fileAt(run, KUBECTL).error?.code).toBe(code);
    expect(exitCodeFor(run.error)).toBe(4);
  });

  it('a page in the place of a file: not judged with 4, and no other file', async () => {
    await publishPart(world);
    releases.publishFile(`${ROOT}${KUBECTL}.sig`, '<html>sign in</html>', { 'content-type': 'text/html' });
    const run = await audit(world);
    expect(fileAt(run, KUBECTL)).toMatchObject({
      verdict: 'not-judged',
      error: { code: 'response-invalid' },
    });
    expect(run.summary).toMatchObject({ genuine: 10, notJudged: 1 });
  });

  it('a list that cannot be fetched: 4, and the files stay genuine', async () => {
    await publishPart(world);
    releases.http.fault(/SHA256SUMS$/, fault.status(503, {}));
    const run = await audit(world);
    expect(run.summary.genuine).toBe(11);
    expect(compared(run, 'SHA256SUMS')).toMatchObject({ outcome: 'not-fetched' });
    expect(exitCodeFor(run.error)).toBe(4);
  });

  it('what a mirror lacks is no verdict on the release', async () => {
    await publishPart(world);
    for (const suffix of ['', '.sig', '.cert', '.sha256']) releases.unpublish(`${ROOT}${KUBECTL}${suffix}`);
    const run = await audit(world, { isPublisher: false });
    expect(fileAt(run, KUBECTL)).toMatchObject({
      verdict: 'not-judged',
      error: { code: 'mirror-incomplete' },
    });
    expect(exitCodeFor(run.error)).toBe(4);
  });

  it('a release that is not there: 3, after a few requests', async () => {
    expect(await rejection(audit(world))).toMatchObject({ code: 'release-not-found' });
    expect(releases.http.requests.length).toBeLessThan(10);
    expect(await rejection(audit(world, { isPublisher: false }))).toMatchObject({
      code: 'mirror-incomplete',
    });
  });

  it.each([
    ['a manifest that is not proved', () => releases.publishFile(`${ROOT}${MANIFEST}`, 'changed')],
    ['an outage', () => releases.http.fault(new RegExp(`/${MANIFEST}$`), fault.status(503, {}))],
  ])('%s is no sign that nothing else is there', async (_, change) => {
    await publishPart(world);
    for (const name of LISTS) releases.unpublish(`${ROOT}${name}`);
    change();
    for (const isPublisher of [true, false])
      expect(fileAt(await audit(world, { isPublisher }), SOURCE)).toMatchObject({ verdict: 'genuine' });
  });

  it('a release from before signing: 10, without a request', async () => {
    expect(await rejection(audit(world, { version: 'v1.20.0' }))).toMatchObject({
      code: 'signature-not-published',
    });
    expect(releases.http.requests).toEqual([]);
  });
});

function policy(rules: object): string {
  return JSON.stringify({ schemaVersion: 1, ...rules });
}

describe('an audit under a policy file', () => {
  it('a release that it forbids ends with 2, before any request', async () => {
    const forbidding = policy({ allowed: [{ versions: ['>=v1.31.0'] }] });
    expect(await rejection(audit(world, { policy: forbidding }))).toMatchObject({ code: 'policy-forbids' });
    expect(releases.http.requests).toEqual([]);
  });

  it.each([
    ['a mirror', false],
    ['the publisher', true],
  ])(
    'a manifest that it denies, at %s without lists: 23, and each other file on its own',
    async (_, isPublisher) => {
      const files = await publishPart(world);
      for (const name of LISTS) releases.unpublish(`${ROOT}${name}`);
      const sha256 = files.get(MANIFEST)?.sha256;
      const denying = policy({ denied: { digests: [{ sha256, reason: 'signed by mistake' }] } });
      const run = await audit(world, { policy: denying, isPublisher });
      expect(fileAt(run, MANIFEST)).toMatchObject({
        verdict: 'not-allowed',
        sha256,
        error: { code: 'not-allowed' },
      });
      expect(fileAt(run, SOURCE)).toMatchObject({ verdict: 'genuine' });
      expect(fileAt(run, KUBECTL)).toMatchObject({
        verdict: 'not-judged',
        error: { code: 'name-unbound' },
      });
      expect(exitCodeFor(run.error)).toBe(23);
    },
  );

  it('a kept manifest that it denies, offline: 23, and why', async () => {
    const files = await publishPart(world);
    const data = (await testDir()).path;
    await audit(world, { data });
    const sha256 = files.get(MANIFEST)?.sha256;
    const denying = policy({ denied: { digests: [{ sha256, reason: 'signed by mistake' }] } });
    const error = await rejection(audit(world, { data, offline: true, policy: denying }));
    expect(error).toMatchObject({
      code: 'not-allowed',
      message: `the kept manifest of ${VERSION} is genuine, but not allowed by the policy`,
      why: 'signed by mistake',
    });
  });

  it('a component that is named and that it forbids ends with 2', async () => {
    const forbidding = policy({ allowed: [{ components: ['kubectl'] }] });
    const error = await rejection(audit(world, { policy: forbidding, components: ['kubelet'] }));
    expect(error).toMatchObject({ code: 'policy-forbids' });
  });

  it('files of a whole release that it forbids are not allowed: 23, and proved', async () => {
    await publishPart(world);
    const allowing = policy({ allowed: [{ components: ['kubectl'] }] });
    const run = await audit(world, { policy: allowing, whole: true, platforms: ['linux/amd64'] });
    expect(fileAt(run, KUBECTL)).toMatchObject({ verdict: 'genuine', policy: { exceptions: [] } });
    expect(fileAt(run, KUBELET)).toMatchObject({ verdict: 'not-allowed', proved: true });
  });

  it('a document that nothing binds to the version: not allowed, but for an exception', async () => {
    const files = await publishPart(world);
    const allowed = [{ versions: ['>=v1.0.0'] }];
    const run = await audit(world, { policy: policy({ allowed }), whole: true, platforms: ['linux/amd64'] });
    expect(fileAt(run, KUBECTL)).toMatchObject({ verdict: 'genuine' });
    expect(fileAt(run, MANIFEST)).toMatchObject({ verdict: 'genuine' });
    expect(fileAt(run, SOURCE)).toMatchObject({ verdict: 'not-allowed', proved: true });
    const sha256 = files.get(SOURCE)?.sha256;
    const exceptions = [{ sha256, lifts: ['allowed'], reason: 'INC-4711', until: '2124-01-01' }];
    const excepted = policy({ allowed, exceptions });
    const other = await audit(world, { policy: excepted, whole: true, platforms: ['linux/amd64'] });
    expect(fileAt(other, SOURCE)).toMatchObject({ verdict: 'genuine' });
  });
});

describe('--corroborate', () => {
  it('says who agrees, and changes no verdict where one differs', async () => {
    const files = await publishPart(world);
    const dir = await testDir();
    const of = (path: string): string => files.get(path)?.sha256 ?? '';
    writeFileSync(
      dir.join('agreeing.txt'),
      `${of(KUBECTL)}  ${KUBECTL}\n${'a'.repeat(64)}  bin/linux/s390x/kubectl\n`,
    );
    const wrong = `kubelet_checksums:\n  amd64:\n    1.30.2: sha256:${'b'.repeat(64)}\n`;
    writeFileSync(dir.join('checksums.yml'), wrong);
    const corroborate = ['agreeing.txt', 'checksums.yml'].map((name) => dir.join(name));
    const run = await audit(world, { corroborate });
    expect(run.error).toBeUndefined();
    expect(run.corroborated).toMatchObject([
      { format: 'sums', agrees: 1, differs: [], notProved: ['bin/linux/s390x/kubectl'] },
      {
        format: 'kubespray',
        agrees: 0,
        differs: [{ path: KUBELET, found: 'b'.repeat(64), wanted: of(KUBELET), wantedBy: 'proof' }],
      },
    ]);
    expect(run.notes).toMatchObject([{ code: 'others-differ' }]);
  });

  it('a file that cannot be read ends with 2, before a file of the release is asked for', async () => {
    const missing = audit(world, { corroborate: ['/nowhere/sums'] });
    expect(await rejection(missing)).toMatchObject({ code: 'file-not-readable' });
    const dir = await testDir();
    writeFileSync(dir.join('page.html'), '<html>');
    const page = audit(world, { corroborate: [dir.join('page.html')] });
    expect(await rejection(page)).toMatchObject({ code: 'usage' });
    expect(releases.http.requests).toEqual([]);
  });
});
