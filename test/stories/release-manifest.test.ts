import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ArtifactResult } from '../../src/result.ts';
import { goProgram } from '#support/go-program';
import { fault, type Fault } from '#support/http/faults';
import { startLocalSigstore } from '#support/local-sigstore';
import { type ManifestOptions, type PublishedFile, startReleaseServer } from '#support/release-server';
import { testServers } from '#support/test-servers';
import { file, tarGz } from '../unit/archive/support/tar-writer.ts';
import { type InstallRun, prepareInstall } from './support/install-run.ts';
import { publishTarball } from './support/tarballs.ts';

const KUBECTL = { component: 'kubectl', version: 'v1.30.2', platform: 'linux/amd64' };
const PATH = 'bin/linux/amd64/kubectl';
/** Says nothing of itself, so that only the release manifest can bind it. */
const BYTES = Buffer.from('#!/bin/sh\necho kubectl\n');
const OTHER = 'b'.repeat(64);
const SPDX = 'kubernetes-release.spdx';

const { sigstore, releases } = await testServers();
let run: InstallRun;
let kubectl: PublishedFile;

beforeEach(async () => {
  run = await prepareInstall({ sigstore, releases });
  kubectl = await releases.publishRelease({ ...KUBECTL, bytes: BYTES, sigstore });
});

async function installed(): Promise<ArtifactResult> {
  const { artifacts } = await run.install();
  const [first] = artifacts;
  if (first === undefined) throw new Error('nothing was installed');
  return first;
}

describe('the signed release manifest', () => {
  it('binds the name of an artifact that it lists', async () => {
    const { sha256 } = await releases.publishManifest('v1.30.2', { sigstore });
    const bound = { bound: true, by: ['release-manifest'], manifestSha256: sha256 };
    expect(await installed()).toMatchObject({ outcome: 'installed', name: bound, notes: [] });
    expect(await installed()).toMatchObject({ outcome: 'kept', name: bound, notes: [] });
  });

  it('binds it though it is proved by a bundle, and next to what the binary says', async () => {
    const bytes = goProgram({ strings: ['v1.30.2'] });
    await releases.publishRelease({ ...KUBECTL, bytes, sigstore });
    await releases.publishManifest('v1.30.2', {
      sigstore,
      bundle: '0.3',
      sideFiles: { '.sig': null, '.cert': null },
    });
    expect(await installed()).toMatchObject({ name: { by: ['release-manifest', 'binary'] } });
  });

  it('outranks another version in the bytes, which is a note then', async () => {
    const bytes = goProgram({ strings: ['v1.31.0-alpha.1'] });
    await releases.publishRelease({ ...KUBECTL, bytes, sigstore });
    expect(await installed()).toMatchObject({
      name: { by: ['release-manifest'] },
      notes: [{ code: 'binary-says-other-version' }],
    });
  });

  it('is asked once for all artifacts of a release', async () => {
    await releases.publishRelease({ ...KUBECTL, component: 'kubeadm', bytes: BYTES, sigstore });
    const { artifacts } = await run.install({ artifacts: [KUBECTL, { ...KUBECTL, component: 'kubeadm' }] });
    expect(artifacts.map(({ name }) => name?.bound)).toEqual([true, true]);
    expect(releases.http.requestsFor(new RegExp(`${SPDX}$`))).toHaveLength(1);
  });

  it('is asked for after the bytes and the evidence, which it must not hold up', async () => {
    await installed();
    const paths = releases.http.requests.map(({ path }) => path);
    const first = paths.findIndex((path) => path.includes(SPDX));
    const own = ['', '.sig', '.cert', '.sha256', '.sigstore.json'].map((suffix) => `${PATH}${suffix}`);
    for (const path of own) {
      const index = paths.findIndex((one) => one.endsWith(path));
      expect([path, index >= 0 && index < first]).toEqual([path, true]);
    }
  });

  it('binds an image by its package', async () => {
    const image = { ...KUBECTL, component: 'kube-apiserver.tar' };
    await releases.publishRelease({ ...image, bytes: Buffer.from('an image'), sigstore });
    const { artifacts } = await run.install({ artifacts: [image] });
    expect(artifacts[0]).toMatchObject({ name: { by: ['release-manifest'] } });
  });

  it('binds itself', async () => {
    const { artifacts } = await run.install({ artifacts: [{ ...KUBECTL, component: SPDX }] });
    expect(artifacts[0]).toMatchObject({ name: { by: ['release-manifest'] } });
  });

  it('comes from the next source where the first has none', async () => {
    await using mirror = await startReleaseServer();
    mirror.withoutManifest();
    await mirror.publishRelease({ ...KUBECTL, bytes: BYTES, sigstore });
    const { artifacts } = await run.install({ sources: [mirror.url, releases.url] });
    expect(artifacts[0]).toMatchObject({ name: { by: ['release-manifest'] }, notes: [] });
  });
});

describe('what the release manifest refuses', () => {
  it.each<readonly [string, () => ManifestOptions, object]>([
    [
      'another digest',
      () => ({ files: [{ path: PATH, sha256: OTHER }] }),
      {
        message: 'another genuine file was given under the name of kubectl v1.30.2 linux/amd64',
        wanted: `kubectl v1.30.2 linux/amd64, in the release manifest sha256:${OTHER}`,
      },
    ],
    [
      'two digests, the right one among them',
      () => ({ files: [kubectl.sha256, OTHER].map((sha256) => ({ path: PATH, sha256 })) }),
      { found: expect.stringContaining(` and sha256:${OTHER}`) as unknown },
    ],
    [
      // A mirror gives the genuine files and the genuine manifest of another release: they agree with each other.
      'the manifest of another release, though it lists the file',
      () => ({ namespace: 'v1.24.9' }),
      {
        message: 'the signed release manifest does not fit kubectl v1.30.2 linux/amd64',
        found: 'that of v1.24.9, genuine',
      },
    ],
  ])('%s', async (_, options, expected) => {
    await releases.publishManifest('v1.30.2', { sigstore, ...options() });
    expect(await run.refused()).toMatchObject({ code: 'name-mismatch', ...expected });
  });

  it('an older release under a new name, whatever is asked for under it', async () => {
    await releases.publishManifest('v1.30.2', { sigstore, namespace: 'v1.24.9' });
    for (const component of ['kubernetes-client', 'kube-apiserver.tar']) {
      const bytes = component === 'kubernetes-client' ? tarGz(file('kubernetes/x', BYTES)) : BYTES;
      const name = component === 'kubernetes-client' ? `${component}-linux-amd64.tar.gz` : component;
      const path = component === 'kubernetes-client' ? name : `bin/linux/amd64/${name}`;
      await releases.publishSigned(`/release/v1.30.2/${path}`, { bytes, sigstore });
      const error = await run.refused({ artifacts: [{ ...KUBECTL, component }] });
      expect(error).toMatchObject({ code: 'name-mismatch' });
    }
  });

  it('a tarball that it lists with another digest, before it is opened', async () => {
    const bytes = tarGz(file('kubernetes/client/bin/kubectl', BYTES, 0o755));
    const name = 'kubernetes-client-linux-amd64.tar.gz';
    await publishTarball({ releases, sigstore }, name, bytes);
    const files = [{ path: name, sha256: OTHER }];
    await releases.publishManifest('v1.30.2', { sigstore, files });
    const artifacts = [{ ...KUBECTL, component: 'kubernetes-client' }];
    expect(await run.refused({ artifacts, extract: { members: [] } })).toMatchObject({
      code: 'name-mismatch',
    });
    expect(await run.refused({ fromTarball: 'client' })).toMatchObject({ code: 'name-mismatch' });
    expect(existsSync(run.dir.join('bin'))).toBe(false);
  });
});

describe('a tarball that the release manifest lists', () => {
  it('is bound, and so is what is taken out of it', async () => {
    const bytes = tarGz(file('kubernetes/client/bin/kubectl', BYTES, 0o755));
    await publishTarball({ releases, sigstore }, 'kubernetes-client-linux-amd64.tar.gz', bytes);
    const bound = { bound: true, by: ['release-manifest'] };
    const member = await run.install({ fromTarball: 'client' });
    expect(member.artifacts[0]).toMatchObject({ name: bound });
    const artifacts = [{ ...KUBECTL, component: 'kubernetes-client' }];
    const whole = await run.install({ artifacts, extract: { members: [] } });
    expect(whole.artifacts[0]).toMatchObject({ outcome: 'extracted', name: bound });
  });
});

/** What nothing binds is installed, and a person is told the reason. */
async function whyUnbound(): Promise<unknown> {
  const { outcome, name, notes } = await installed();
  const told = run.events.flatMap((event) => (event.kind === 'note' ? [event.code] : []));
  return { outcome, name, notes, told };
}

function unbound(why: RegExp, code = 'release-manifest-not-used'): unknown {
  const text: unknown = expect.stringMatching(why);
  return { outcome: 'installed', name: { bound: false, by: [] }, notes: [{ code, text }], told: [code] };
}

/** Other bytes than another test signs in the same second: those would be found in the log by their digest. */
const unseen = (text: string): string => `${text}# ${randomUUID()}\n`;

/** Genuine releases whose manifest is of no use. */
describe('a release manifest that binds nothing', () => {
  it('is not there', async () => {
    releases.withoutManifest();
    expect(await whyUnbound()).toEqual(unbound(/ has no kubernetes-release\.spdx of v1\.30\.2$/));
  });

  it('does not list the artifact', async () => {
    await releases.publishManifest('v1.30.2', { sigstore, files: [] });
    expect(await whyUnbound()).toEqual(
      unbound(/does not list bin\/linux\/amd64\/kubectl$/, 'release-manifest-silent'),
    );
  });

  it('is by another signer', async () => {
    const sign = { identity: 'krel-trust@k8s-releng-prod.iam.gserviceaccount.com' };
    await releases.publishManifest('v1.30.2', { sigstore, sign, namespace: 'v1.24.9', change: unseen });
    expect(await whyUnbound()).toEqual(unbound(/is not proved: .*signed by somebody else|is not proved: /));
  });

  it('is by a Sigstore that is not trusted', async () => {
    await using other = await startLocalSigstore();
    await releases.publishManifest('v1.30.2', { sigstore: other, namespace: 'v1.24.9', change: unseen });
    expect(await whyUnbound()).toEqual(unbound(/is not proved: /));
  });

  it('is not signed', async () => {
    const sideFiles = { '.sig': null, '.cert': null };
    await releases.publishManifest('v1.30.2', { sigstore, sideFiles, namespace: 'v1.24.9' });
    expect(await whyUnbound()).toEqual(unbound(/is not proved: .*but not its signature/));
  });

  it('is changed after it was signed', async () => {
    const forged = `SPDXVersion: SPDX-2.3\nDocumentNamespace: https://sbom.k8s.io/v1.24.9/release\n`;
    releases.publishFile(`/release/v1.30.2/${SPDX}`, forged);
    expect(await whyUnbound()).toEqual(unbound(/is not the document that was signed$/));
  });

  it.each<readonly [string, (text: string) => string, RegExp]>([
    ['is cut', (text) => text.slice(0, -20), /cannot be read: /],
    ['has lines that end in CR LF', (text) => text.replaceAll('\n', '\r\n'), /CR LF$/],
    ['is JSON', () => '{"spdxVersion":"SPDX-2.3"}\n', /cannot be read: /],
    [
      'lists a hundred thousand files',
      (text) => `${text}${Array.from({ length: 100_000 }, (_, one) => `PackageName: ${one}\n`).join('')}`,
      /more than 10000 files/,
    ],
    [
      'lists it by a name that leads out, or is absolute',
      (text) => text.replace(`: ${PATH}`, `: ../${PATH}`),
      /does not list/,
    ],
  ])('%s', async (_, change, why) => {
    await releases.publishManifest('v1.30.2', { sigstore, change });
    expect(await whyUnbound()).toEqual(
      unbound(why, why.source.startsWith('does') ? 'release-manifest-silent' : undefined),
    );
  });

  it('has 16 MiB', async () => {
    const comment = `# ${'x'.repeat(16 * 1024 * 1024)}\n`;
    await releases.publishManifest('v1.30.2', { sigstore, change: (text) => `${text}${comment}` });
    expect(await whyUnbound()).toEqual(unbound(/is not proved: .*too large/));
  });

  it.each<readonly [string, Fault]>([
    ['answers 429', fault.status(429)],
    ['answers 503', fault.status(503)],
    ['is a web page', fault.html()],
    ['resets the connection', fault.reset()],
  ])('%s', async (_, broken) => {
    releases.http.fault(SPDX, broken);
    expect(await whyUnbound()).toEqual(unbound(/kubernetes-release\.spdx/));
  });

  it('is escaped in its name alone', async () => {
    const escaped = 'Release v1.30.2&#43;a';
    const change = (text: string): string => text.replace('Release v1.30.2', escaped);
    await releases.publishManifest('v1.30.2', { sigstore, change });
    expect(await installed()).toMatchObject({ name: { by: ['release-manifest'] } });
  });
});

describe('the time at which a release manifest was made', () => {
  it.each([
    ['after its signature', 3_600_000],
    ['weeks before', -30 * 24 * 3_600_000],
  ])('%s is a note', async (_, offset) => {
    const created = new Date(Date.now() + offset).toISOString().replace(/\.\d+Z$/, 'Z');
    await releases.publishManifest('v1.30.2', { sigstore, created });
    expect(await installed()).toMatchObject({
      name: { bound: true },
      notes: [{ code: 'release-manifest-time-odd', text: expect.stringContaining('unusual') as unknown }],
    });
  });
});
