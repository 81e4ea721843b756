import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CHECK_NAMES } from '../../src/errors.ts';
import { exitCodeFor } from '../../src/exit-codes.ts';
import { verifyFile } from '../../src/verify.ts';
import { createClient } from '../../src/client.ts';
import { fault } from '#support/http/faults';
import { snapshot } from '#support/temp-dir';
import { testServers } from '#support/test-servers';
import { type InstallRun, prepareInstall } from './support/install-run.ts';

const KUBECTL = Buffer.from('#!/bin/sh\necho kubectl v1.30.2\n');
/** No test logs a signing of it: else that signing, found by digest, would prove it. */
const NEVER_LOGGED = Buffer.from('#!/bin/sh\necho kubectl, but not ours\n');
const RELEASE = { version: 'v1.30.2', platform: 'linux/amd64', component: 'kubectl' };

const { sigstore, releases } = await testServers();

/** For objects whose members are typed: a matcher is of type any. */
function containing(text: string): unknown {
  return expect.stringContaining(text);
}

async function prepareRun(): Promise<InstallRun> {
  return prepareInstall({ sigstore, releases });
}

describe('installRelease', () => {
  it('installs what is proved, and tells every check by name', async () => {
    const { sha256 } = await releases.publishRelease({ ...RELEASE, bytes: KUBECTL, sigstore });
    const run = await prepareRun();
    const { artifacts } = await run.install();
    expect(await snapshot(run.dir.join('bin'))).toEqual({ kubectl: `file 0755 ${sha256}` });
    expect(artifacts).toHaveLength(1);
    expect(artifacts[0]).toMatchObject({
      outcome: 'installed',
      component: 'kubectl',
      version: 'v1.30.2',
      platform: 'linux/amd64',
      path: run.dir.join('bin', 'kubectl'),
      sha256,
      evidence: {
        kind: 'detached',
        location: `${releases.url}/release/v1.30.2/bin/linux/amd64/kubectl.sig`,
      },
      signer: {
        subjectAlternativeName: 'krel-staging@k8s-releng-prod.iam.gserviceaccount.com',
        issuer: 'https://accounts.google.com',
      },
      trustedRoot: { source: 'file' },
    });
    const { checks } = artifacts[0] ?? {};
    for (const name of CHECK_NAMES) expect(checks).toHaveProperty([name, 'outcome'], 'passed');
  });

  it('resolves an alias and says so', async () => {
    await releases.publishRelease({ ...RELEASE, bytes: KUBECTL, sigstore });
    releases.publishMarker('stable-1.30', 'v1.30.2');
    const run = await prepareRun();
    const { artifacts } = await run.install({
      artifacts: [{ component: 'kubectl', version: '1.30', platform: 'linux/amd64' }],
    });
    expect(artifacts[0]?.version).toBe('v1.30.2');
    expect(run.events).toContainEqual({
      kind: 'resolved',
      requested: '1.30',
      version: 'v1.30.2',
      source: releases.url,
    });
  });

  it('looks an alias up once for all that are asked for by it', async () => {
    for (const component of ['kubectl', 'kubeadm']) {
      await releases.publishRelease({ ...RELEASE, component, bytes: Buffer.from(component), sigstore });
    }
    releases.publishMarker('stable', 'v1.30.2');
    const run = await prepareRun();
    const artifacts = ['kubectl', 'kubeadm'].map((component) => ({ component, platform: 'linux/amd64' }));
    expect((await run.install({ artifacts })).artifacts).toHaveLength(2);
    expect(releases.http.requestsFor('/stable.txt')).toHaveLength(1);
  });

  it('leaves an installed file alone that has the proven digest', async () => {
    await releases.publishRelease({ ...RELEASE, bytes: KUBECTL, sigstore });
    const run = await prepareRun();
    await run.install();
    const { artifacts } = await run.install();
    expect(artifacts[0]?.outcome).toBe('kept');
    expect(releases.http.requestsFor(/\/kubectl$/)).toHaveLength(1);
  });

  it('replaces another version', async () => {
    const { sha256 } = await releases.publishRelease({ ...RELEASE, bytes: KUBECTL, sigstore });
    const run = await prepareRun();
    mkdirSync(run.dir.join('bin'));
    writeFileSync(run.dir.join('bin', 'kubectl'), 'old');
    await run.install();
    expect(await snapshot(run.dir.join('bin'))).toEqual({ kubectl: `file 0755 ${sha256}` });
  });

  it('keeps the evidence as a bundle that proves the file without a network', async () => {
    await releases.publishRelease({ ...RELEASE, bytes: KUBECTL, sigstore });
    const run = await prepareRun();
    await run.install({ saveBundle: true });
    const world = createClient();
    const { artifacts } = await verifyFile(
      {
        subject: { kind: 'file', path: run.dir.join('bin', 'kubectl') },
        evidence: { kind: 'beside' },
        trustedRootFile: run.dir.join('trusted_root.json'),
        rekorUrl: 'http://127.0.0.1:1',
      },
      world,
    );
    await world.http.close();
    expect(artifacts[0]).toMatchObject({ outcome: 'verified', evidence: { kind: 'bundle' } });
  });

  it('takes the bundle that is published next to the artifact', async () => {
    const bundle = await releases.publishRelease({ ...RELEASE, bytes: KUBECTL, sigstore, bundle: '0.3' });
    const run = await prepareRun();
    sigstore.rekorServer.answerWith('/retrieve', fault.status(500));
    const { artifacts } = await run.install();
    expect(artifacts[0]?.evidence).toEqual({ kind: 'bundle', location: `${bundle.url}.sigstore.json` });
  });

  it.each([
    ['p384', 'sha384'],
    ['p521', 'sha512'],
    ['p384', 'sha256'],
  ] as const)('takes a pair by %s over %s, with a checksum file or without', async (key, hash) => {
    const sign = { key, hash };
    for (const sideFiles of [{}, { '.sha256': null }]) {
      const { sha256 } = await releases.publishRelease({
        ...RELEASE,
        bytes: KUBECTL,
        sigstore,
        sign,
        sideFiles,
      });
      const run = await prepareRun();
      for (const outcome of ['installed', 'kept']) {
        const evidence = { kind: 'detached' };
        expect((await run.install()).artifacts[0]).toMatchObject({ outcome, sha256, evidence });
      }
    }
  });

  it('works without a checksum file', async () => {
    await releases.publishRelease({ ...RELEASE, bytes: KUBECTL, sigstore, sideFiles: { '.sha256': null } });
    const run = await prepareRun();
    expect((await run.install()).artifacts[0]?.outcome).toBe('installed');
  });
});

describe('installRelease refuses, and leaves the disk as it was:', () => {
  it('an identity with a line break in it, before anything is asked for', async () => {
    const run = await prepareInstall({ sigstore, releases });
    const error = await run.refused({
      artifacts: [{ component: 'kubectl', version: 'stable' }],
      identity: { subjectAlternativeName: 'builder@example.com\n', issuer: 'https://accounts.example.com' },
    });
    expect(error).toMatchObject({ code: 'usage', message: expect.stringContaining('certificate identity') });
    expect(releases.http.requests).toEqual([]);
  });

  it('a flipped byte', async () => {
    await releases.publishRelease({ ...RELEASE, bytes: KUBECTL, sigstore });
    const flipped = Buffer.from(KUBECTL);
    flipped[5] = (flipped[5] ?? 0) ^ 1;
    releases.publishFile('/release/v1.30.2/bin/linux/amd64/kubectl', flipped);
    expect(await (await prepareRun()).refused()).toMatchObject({ code: 'digest-mismatch', check: 'digest' });
  });

  it("another artifact's signature", async () => {
    const other = sigstore.signBlob({ bytes: Buffer.from('kubelet') });
    const sideFiles = { '.sig': other.signatureFile, '.cert': other.certificateFile };
    releases.withoutManifest();
    await releases.publishRelease({
      ...RELEASE,
      bytes: NEVER_LOGGED,
      sigstore,
      sign: { log: 'none' },
      sideFiles,
    });
    expect(await (await prepareRun()).refused()).toMatchObject({
      code: 'signature-mismatch',
      check: 'signature',
    });
  });

  it.each([
    ['p384', 13],
    ['p521', 13],
    ['ed25519', 4],
  ] as const)('a pair by %s over another file: %i', async (key, exitCode) => {
    const other = sigstore.signBlob({ bytes: Buffer.from('kubelet'), key });
    const sideFiles = { '.sig': other.signatureFile, '.cert': other.certificateFile };
    const sign = { log: 'none' } as const;
    releases.withoutManifest();
    await releases.publishRelease({ ...RELEASE, bytes: NEVER_LOGGED, sigstore, sign, sideFiles });
    expect(exitCodeFor(await (await prepareRun()).refused())).toBe(exitCode);
  });

  it.each([
    'krel-staging@k8s-releng-prod.iam.gserviceaccount.com.evil.example',
    'not-krel-staging@k8s-releng-prod.iam.gserviceaccount.com',
    'krel-trust@k8s-releng-prod.iam.gserviceaccount.com',
  ])('a signature by %s', async (identity) => {
    await releases.publishRelease({ ...RELEASE, bytes: KUBECTL, sigstore, sign: { identity } });
    expect(await (await prepareRun()).refused()).toMatchObject({
      code: 'identity-mismatch',
      check: 'identity',
      found: containing(identity),
    });
  });

  it('an entry that is not in the log', async () => {
    await releases.publishRelease({ ...RELEASE, bytes: NEVER_LOGGED, sigstore, sign: { log: 'none' } });
    expect(await (await prepareRun()).refused()).toMatchObject({
      code: 'log-entry-not-found',
      check: 'entry',
    });
  });

  it('a log that cannot be reached', async () => {
    await releases.publishRelease({ ...RELEASE, bytes: KUBECTL, sigstore });
    expect(await (await prepareRun()).refused({ rekorUrl: 'http://127.0.0.1:1' })).toMatchObject({
      code: 'log-unreachable',
    });
  });

  it('a checksum file that lies', async () => {
    const sideFiles = { '.sha256': '0'.repeat(64) };
    await releases.publishRelease({ ...RELEASE, bytes: KUBECTL, sigstore, sideFiles });
    expect(await (await prepareRun()).refused()).toMatchObject({
      code: 'digest-mismatch',
      message: containing('checksum file'),
    });
  });

  it.each<[string, Readonly<Record<string, null>>, string]>([
    ['.sig', { '.sig': null }, 'mirror-incomplete'],
    ['.cert', { '.cert': null }, 'mirror-incomplete'],
    ['any signature', { '.sig': null, '.cert': null, '.sha256': null }, 'mirror-incomplete'],
  ])('an artifact without %s', async (_, sideFiles, code) => {
    await releases.publishRelease({ ...RELEASE, bytes: KUBECTL, sigstore, sideFiles });
    expect(await (await prepareRun()).refused()).toMatchObject({ code });
  });

  it('an artifact that is not there', async () => {
    expect(await (await prepareRun()).refused()).toMatchObject({ code: 'artifact-not-found' });
  });

  it('a release that is not signed, before it asks for anything', async () => {
    const run = await prepareRun();
    const artifacts = [{ component: 'kubectl', version: 'v1.25.4', platform: 'linux/amd64' }];
    expect(await run.refused({ artifacts })).toMatchObject({ code: 'signature-not-published' });
    expect(releases.http.requests).toEqual([]);
  });

  it.each<[string, { component: string; version?: string; platform?: string }, string]>([
    ['a component that does not exist', { component: 'kubeclt', version: 'v1.30.2' }, 'component-unknown'],
    ['such a component of whatever is stable', { component: 'kubeclt' }, 'component-unknown'],
    [
      'a platform without it',
      { component: 'kubelet', version: 'v1.30.2', platform: 'darwin/arm64' },
      'platform-impossible',
    ],
    ['a version that is none', { component: 'kubectl', version: '1.x' }, 'version-malformed'],
  ])('%s, before it asks for anything', async (_, artifact, code) => {
    const run = await prepareRun();
    expect(await run.refused({ artifacts: [artifact] })).toMatchObject({ code });
    expect(releases.http.requests).toEqual([]);
  });

  it.each([
    [{ component: 'kubeclt' }, 'component-unknown'],
    [{ component: 'kubeadm', version: '1.x' }, 'version-malformed'],
  ])('%j after a good name, before it looks that one up', async (bad, code) => {
    const run = await prepareRun();
    const good = { component: 'kubectl', platform: 'linux/amd64' };
    expect(await run.refused({ artifacts: [good, bad] })).toMatchObject({ code });
    expect(releases.http.requests).toEqual([]);
  });

  it.each(['', '<html>503</html>', 'v1.2'])('the version marker %j', async (marker) => {
    releases.publishFile('/release/stable.txt', marker);
    const artifacts = [{ component: 'kubectl', platform: 'linux/amd64' }];
    expect(await (await prepareRun()).refused({ artifacts })).toMatchObject({ code: 'response-invalid' });
  });

  it('one bad artifact among good ones, without placing the good ones', async () => {
    await releases.publishRelease({ ...RELEASE, bytes: KUBECTL, sigstore });
    await releases.publishRelease({
      ...RELEASE,
      component: 'kubeadm',
      bytes: Buffer.from('a'),
      sigstore,
      sign: { log: 'none' },
    });
    const run = await prepareRun();
    const artifacts = ['kubectl', 'kubeadm'].map((component) => ({
      component,
      version: 'v1.30.2',
      platform: 'linux/amd64',
    }));
    expect(await run.refused({ artifacts })).toMatchObject({ code: 'log-entry-not-found' });
  });

  it.skipIf(process.platform !== 'linux')('a directory that cannot be made (needs /proc)', async () => {
    await releases.publishRelease({ ...RELEASE, bytes: KUBECTL, sigstore });
    const destination = { kind: 'directory', path: '/proc/k8s-verify/bin' } as const;
    expect(await (await prepareRun()).refused({ destination })).toMatchObject({ name: 'InstallError' });
  });

  it('an interrupted download', async () => {
    const published = await releases.publishRelease({ ...RELEASE, bytes: Buffer.alloc(1_000_000), sigstore });
    releases.http.fault(published.path, fault.stall(1000));
    const run = await prepareRun();
    const abort = new AbortController();
    void releases.http.waitFor(published.path, 1000).then(() => abort.abort());
    expect(await run.refused({ signal: abort.signal })).toMatchObject({ code: 'interrupted' });
  });
});

describe('when upstream is inconsistent', () => {
  it('finds another signing of the same digest in the log, and says so', async () => {
    const genuine = sigstore.signBlob({ bytes: KUBECTL });
    const other = sigstore.signBlob({ bytes: Buffer.from('an earlier build') });
    const sideFiles = { '.sig': other.signatureFile, '.cert': other.certificateFile };
    await releases.publishRelease({ ...RELEASE, bytes: KUBECTL, sigstore, sign: { log: 'none' }, sideFiles });
    await releases.publishManifest(RELEASE.version, { sigstore });
    const { artifacts } = await (await prepareRun()).install();
    expect(artifacts[0]).toMatchObject({
      outcome: 'installed',
      sha256: genuine.digestHex,
      evidence: { kind: 'log-search' },
      notes: [{ code: 'other-signing-used', text: containing('does not fit') }],
    });
  });

  it('asks past stale caches', async () => {
    const published = await releases.publishRelease({ ...RELEASE, bytes: KUBECTL, sigstore });
    const stale = sigstore.signBlob({ bytes: Buffer.from('an earlier build') });
    releases.http.fault('.sig', fault.body(stale.signatureFile), { times: 1 });
    const { artifacts } = await (await prepareRun()).install();
    expect(artifacts[0]).toMatchObject({
      sha256: published.sha256,
      evidence: { kind: 'detached' },
      notes: [{ code: 'signature-files-stale', text: containing('stale') }],
    });
    const [first, second] = releases.http.requestsFor(/kubectl\.sig$/);
    expect(first?.headers['cache-control']).toBeUndefined();
    expect(second?.headers['cache-control']).toBe('no-cache');
  });
});
