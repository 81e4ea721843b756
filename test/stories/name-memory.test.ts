import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createClient } from '../../src/client.ts';
import type { DataPlaces } from '../../src/data/data-places.ts';
import { exitCodeFor } from '../../src/exit-codes.ts';
import type { VerifyRequest } from '../../src/plan/request.ts';
import { parseWrittenName } from '../../src/release/written-name.ts';
import type { RunResult } from '../../src/result.ts';
import { verifyFile } from '../../src/verify.ts';
import { goProgram } from '#support/go-program';
import { createLocalSigstore, type LocalSigstore } from '#support/local-sigstore';
import type { TempDir } from '#support/temp-dir';
import { testDir } from '#support/test-dir';
import { testServers } from '#support/test-servers';
import { rejection } from '#support/thrown-by';

import { file, tarGz } from '../unit/archive/support/tar-writer.ts';
import { type InstallRun, prepareInstall } from './support/install-run.ts';
import { publishTarball, sha256 } from './support/tarballs.ts';

const KUBECTL = { component: 'kubectl', version: 'v1.36.0', platform: 'linux/amd64' };
const ASKED = { artifacts: [KUBECTL] };
const NAME = 'kubectl@v1.36.0:linux/amd64';

const { sigstore, releases } = await testServers();
let run: InstallRun;
let data: TempDir;

beforeEach(async () => {
  releases.withoutManifest();
  data = await testDir();
  run = await prepareInstall({ sigstore, releases }, undefined, undefined, data.path);
});

/** Builds of one release: each says the same name, and has bytes of its own. */
const build = (mark: string, version: string = 'v1.36.0'): Buffer =>
  Buffer.concat([goProgram({ strings: [version] }), Buffer.from(mark)]);
const FIRST = build('first');
const SECOND = build('second');

const manifest = (text: string): Buffer =>
  Buffer.from(
    `SPDXVersion: SPDX-2.3\nDocumentNamespace: https://sbom.k8s.io/v1.36.0/release\nComment: ${text}\n`,
  );

async function publish(bytes: Buffer): Promise<void> {
  await releases.publishRelease({ ...KUBECTL, bytes, sigstore });
}

const forget = (name: string = NAME): Pick<VerifyRequest, 'forgetNames'> => ({
  forgetNames: [parseWrittenName(name, '--forget-name')],
});

function remembered(): readonly string[] {
  return readdirSync(data.join('names'));
}

interface Verifying {
  readonly signed?: LocalSigstore;
  readonly signer?: { readonly subjectAlternativeName: string; readonly issuer: string };
  readonly places?: DataPlaces;
  readonly request?: Partial<VerifyRequest>;
}

/** A local file next to its bundle. */
async function verify(bytes: Buffer, options: Verifying = {}): Promise<RunResult> {
  const { signed = sigstore, signer, places } = options;
  const directory = await testDir();
  const path = directory.join('file');
  writeFileSync(path, bytes);
  const identity =
    signer === undefined ? {} : { identity: signer.subjectAlternativeName, issuer: signer.issuer };
  writeFileSync(`${path}.sigstore.json`, signed.signBlob({ bytes, ...identity }).bundle('0.3'));
  await using client = createClient({ dataDirectory: places ?? data.path });
  return await verifyFile(
    {
      subject: { kind: 'file', path },
      evidence: { kind: 'beside' },
      trustedRoot: Buffer.from(signed.trustedRoot()),
      ...(signer === undefined ? {} : { identity: signer }),
      ...options.request,
    },
    client,
  );
}

describe('a second genuine file under a name that was proved before', () => {
  it('is refused, with both digests and their times of signing, and the disk as it was', async () => {
    await publish(FIRST);
    const { artifacts } = await run.install(ASKED);
    await publish(SECOND);
    // Not over the first one, which would be kept without a request.
    const elsewhere = { kind: 'file', path: run.dir.join('elsewhere') } as const;
    const error = await run.refused({ ...ASKED, destination: elsewhere });
    expect(error).toMatchObject({
      name: 'UntrustedError',
      code: 'name-digest-changed',
      message: 'another file was proved to be kubectl v1.36.0 linux/amd64 before',
      wanted: `sha256:${sha256(FIRST)}, signed ${artifacts[0]?.signedAt}`,
      found: expect.stringMatching(
        new RegExp(`^sha256:${sha256(SECOND)}, signed \\S+Z, genuine too$`),
      ) as unknown,
      from: expect.stringContaining(releases.url) as unknown,
      next: expect.stringContaining(`--forget-name ${NAME}`) as unknown,
    });
    expect(exitCodeFor(error)).toBe(19);
    // The first one is still the one.
    await publish(FIRST);
    expect((await run.install(ASKED)).artifacts[0]).toMatchObject({ outcome: 'kept' });
  });

  it('is refused by verify too, wherever the first one was proved', async () => {
    await publish(FIRST);
    await run.install(ASKED);
    expect(await rejection(verify(SECOND))).toMatchObject({ code: 'name-digest-changed' });
    await expect(verify(FIRST)).resolves.toMatchObject({ notes: [] });
  });

  it('is refused where it is the release manifest', async () => {
    await verify(manifest('first'));
    expect(await rejection(verify(manifest('second')))).toMatchObject({
      code: 'name-digest-changed',
      message: 'another file was proved to be kubernetes-release.spdx v1.36.0 before',
    });
  });

  it('is taken once a person has looked and forgets the first, which is then the second', async () => {
    await verify(FIRST);
    const result = await verify(SECOND, { request: forget() });
    expect(result.notes).toEqual([
      { code: 'name-forgotten', text: `the digest that was remembered for ${NAME} is forgotten` },
    ]);
    await expect(verify(SECOND)).resolves.toMatchObject({ notes: [] });
    expect(await rejection(verify(FIRST))).toMatchObject({ code: 'name-digest-changed' });
    // Without a platform, each of them is meant.
    await expect(verify(FIRST, { request: forget('kubectl@1.36.0') })).resolves.toMatchObject({
      notes: [{ code: 'name-forgotten' }],
    });
  });

  it('is not taken where another name is forgotten, and a note says so', async () => {
    await verify(FIRST);
    for (const name of ['kubelet@v1.36.0', 'kubectl@v1.36.1', 'kubectl@v1.36.0:linux/arm64']) {
      const { notes } = await verify(FIRST, { request: forget(name) });
      expect(notes).toEqual([
        { code: 'name-not-forgotten', text: `nothing of this run is bound to the name ${name}` },
      ]);
      expect(await rejection(verify(SECOND, { request: forget(name) }))).toMatchObject({
        code: 'name-digest-changed',
      });
    }
  });

  it('nor is anything forgotten by a run that fails', async () => {
    await verify(FIRST);
    const request = { ...forget(), trustedRoot: Buffer.from(createLocalSigstore().trustedRoot()) };
    await rejection(verify(SECOND, { request }));
    expect(await rejection(verify(SECOND))).toMatchObject({ code: 'name-digest-changed' });
  });

  it('is refused to all runs at once but the first', async () => {
    const builds = Array.from({ length: 8 }, (_, index) => build(`build ${index}`));
    const results = await Promise.allSettled(builds.map((bytes) => verify(bytes)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = results.filter(({ status }) => status === 'rejected');
    for (const one of refused) expect(one).toMatchObject({ reason: { code: 'name-digest-changed' } });
    expect(remembered()).toHaveLength(1);
  });
});

describe('nothing is remembered, and nothing refused', () => {
  it('where nothing signed binds the name', async () => {
    await publish(Buffer.from('#!/bin/sh\n'));
    await run.install(ASKED);
    await publish(Buffer.from('#!/bin/bash\n'));
    await expect(run.install(ASKED)).resolves.toMatchObject({ artifacts: [{ name: { bound: false } }] });
    expect(readdirSync(data.path)).not.toContain('names');
  });

  it.each([
    ['nothing binds', {}],
    ['only a demanded digest binds', { sha256: sha256(Buffer.from('#!/bin/sh\n')) }],
  ])('but a file whose name %s is refused where another one was bound to it', async (_, demand) => {
    await publish(FIRST);
    await run.install(ASKED);
    await publish(Buffer.from('#!/bin/sh\n'));
    const destination = { kind: 'file', path: run.dir.join('elsewhere') } as const;
    const asked = { artifacts: [{ ...KUBECTL, ...demand }], destination };
    expect(await run.refused(asked)).toMatchObject({ code: 'name-digest-changed' });
    expect(remembered()).toHaveLength(1);
    // A person has looked. The second is not remembered in its place.
    await expect(run.install({ ...asked, ...forget() })).resolves.toMatchObject({
      notes: [{ code: 'name-forgotten' }],
    });
    expect(remembered()).toHaveLength(0);
  });

  it('where only a demanded digest binds it', async () => {
    const bytes = Buffer.from('#!/bin/sh\n');
    await publish(bytes);
    await run.install({ artifacts: [{ ...KUBECTL, sha256: sha256(bytes) }] });
    expect(readdirSync(data.path)).not.toContain('names');
  });

  it('of a file out of a tarball, whose own digest is not the proven one', async () => {
    const bytes = tarGz(file('kubernetes/client/bin/kubectl', build('', 'v1.30.2'), 0o755));
    await publishTarball({ releases, sigstore }, 'kubernetes-client-linux-amd64.tar.gz', bytes);
    const artifacts = [{ ...KUBECTL, version: 'v1.30.2' }];
    await run.install({ artifacts, fromTarball: 'client' });
    expect(readdirSync(data.path)).not.toContain('names');
  });

  it('without a data directory', async () => {
    run = await prepareInstall({ sigstore, releases });
    await publish(FIRST);
    await run.install(ASKED);
    await publish(SECOND);
    await expect(run.install(ASKED)).resolves.toMatchObject({ artifacts: [{ outcome: 'replaced' }] });
  });

  it('across signers, and across Sigstores that use the same names', async () => {
    await verify(FIRST);
    const signed = createLocalSigstore();
    await expect(verify(SECOND, { signed })).resolves.toMatchObject({ notes: [] });
    const signer = { subjectAlternativeName: 'you@example.com', issuer: 'https://example.com' };
    await expect(verify(SECOND, { signer })).resolves.toMatchObject({ notes: [] });
    expect(remembered()).toHaveLength(3);
  });
});

describe('a memory that others wrote can only hold back', () => {
  it('what root remembers for the machine counts, and only root can forget it', async () => {
    await verify(FIRST);
    const places = { own: (await testDir()).path, system: data.path, isShared: false };
    await expect(verify(FIRST, { places })).resolves.toMatchObject({ notes: [] });
    const error = await rejection(verify(SECOND, { places, request: forget() }));
    expect(error).toMatchObject({
      code: 'name-digest-changed',
      next: expect.stringContaining('only root can forget the other one') as unknown,
    });
  });

  it.each<readonly [string, (entry: string) => string]>([
    ['cut', (entry) => entry.slice(0, 40)],
    ['empty', () => ''],
    ['of another form', (entry) => entry.replace('"schemaVersion":1', '"schemaVersion":2')],
    ['with a field too many', (entry) => entry.replace('{', '{"more":1,')],
    [
      'of another name',
      (entry) => entry.replace(/"key":"(.)/, (_, first) => `"key":"${first === '0' ? '1' : '0'}`),
    ],
    ['with a time that is none', (entry) => entry.replace(/"signedAt":"[^"]*"/, '"signedAt":"\\u001b[2J"')],
    ['with a digest that is none', (entry) => entry.replace(/"sha256":"[^"]*"/, '"sha256":"X"')],
  ])('an entry that is damaged is written anew, with a note: %s', async (_, damage) => {
    await verify(FIRST);
    const path = data.join('names', remembered()[0] ?? '');
    const entry = readFileSync(path, 'utf8');
    const broken = damage(entry);
    expect(broken).not.toBe(entry);
    writeFileSync(path, broken);
    const { notes } = await verify(SECOND);
    expect(notes).toEqual([
      { code: 'name-memory-damaged', text: `${path} was damaged; what it remembered of a name is lost` },
    ]);
    await expect(verify(SECOND)).resolves.toMatchObject({ notes: [] });
    expect(await rejection(verify(FIRST))).toMatchObject({ code: 'name-digest-changed' });
  });

  it('a forged digest refuses the genuine file, says which file did that, and goes with it', async () => {
    await publish(FIRST);
    await run.install(ASKED);
    const [name = ''] = remembered();
    const path = data.join('names', name);
    const forged = readFileSync(path, 'utf8').replace(sha256(FIRST), 'a'.repeat(64));
    writeFileSync(path, forged);
    const again = { ...ASKED, destination: { kind: 'directory', path: run.dir.join('other') } } as const;
    expect(await run.refused(again)).toMatchObject({
      code: 'name-digest-changed',
      why: expect.stringContaining(path),
      next: expect.stringContaining('others can write there'),
    });
    rmSync(path);
    expect((await run.install(again)).artifacts).toMatchObject([{ sha256: sha256(FIRST) }]);
  });

  it('an entry of the right name makes no proof of a file that has none', async () => {
    await verify(FIRST);
    const other = createLocalSigstore();
    const request = { trustedRoot: Buffer.from(other.trustedRoot()) };
    expect(await rejection(verify(FIRST, { request }))).not.toMatchObject({ code: 'name-digest-changed' });
    expect(remembered()).toHaveLength(1);
  });

  it('a data directory that cannot be used is a note', async () => {
    writeFileSync(data.join('names'), 'a file');
    const events: string[] = [];
    const directory = await testDir();
    writeFileSync(directory.join('file'), FIRST);
    const bundle = sigstore.signBlob({ bytes: FIRST }).bundle('0.3');
    await using client = createClient({
      dataDirectory: data.path,
      report: (event) => (event.kind === 'note' ? events.push(event.code) : undefined),
    });
    const result = await verifyFile(
      {
        subject: { kind: 'file', path: directory.join('file') },
        evidence: { kind: 'bundle-in-memory', bytes: Buffer.from(bundle) },
        trustedRoot: Buffer.from(sigstore.trustedRoot()),
      },
      client,
    );
    expect(result.artifacts).toHaveLength(1);
    expect(events).toEqual(['kept-not-used', 'not-kept']);
    expect(readFileSync(join(data.path, 'names'), 'utf8')).toBe('a file');
  });
});
