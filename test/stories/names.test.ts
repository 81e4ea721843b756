import { chmodSync, closeSync, existsSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { createClient } from '../../src/client.ts';
import type { Report } from '../../src/progress.ts';
import type { ArtifactResult } from '../../src/result.ts';
import { verifyFile } from '../../src/verify.ts';
import { goProgram, type GoProgram } from '#support/go-program';
import { testServers } from '#support/test-servers';
import { rejection } from '#support/thrown-by';
import { file, tarGz } from '../unit/archive/support/tar-writer.ts';
import { type InstallRun, prepareInstall } from './support/install-run.ts';
import { publishTarball } from './support/tarballs.ts';

const KUBECTL = { component: 'kubectl', version: 'v1.36.0', platform: 'linux/amd64' };
const ASKED = { artifacts: [KUBECTL] };
const LINUX = { GOOS: 'linux', GOARCH: 'amd64' };

const { sigstore, releases } = await testServers();
let run: InstallRun;

beforeEach(async () => {
  // What the bytes say alone; with the manifest of the release: release-manifest.test.ts.
  releases.withoutManifest();
  run = await prepareInstall({ sigstore, releases });
});

const kubectl = (version: string, program: GoProgram = {}): Buffer =>
  goProgram({ strings: [version], ...program });

/** The mirror gives a genuine file, with its own signature and log entry, under the name of kubectl v1.36.0. */
async function publish(bytes: Buffer): Promise<void> {
  await releases.publishRelease({ ...KUBECTL, bytes, sigstore });
}

describe('a genuine file under the name that was asked for', () => {
  it('is installed, and the result says what binds the name', async () => {
    await publish(kubectl('v1.36.0'));
    const { artifacts } = await run.install(ASKED);
    expect(artifacts[0]).toMatchObject({ outcome: 'installed', name: { bound: true, by: ['binary'] } });
    // A second run looks at the file that is there.
    const again = await run.install(ASKED);
    expect(again.artifacts[0]).toMatchObject({ outcome: 'kept', name: { bound: true } });
  });

  it.each<readonly [string, Buffer]>([
    ['is no Go program', Buffer.from('#!/bin/sh\n')],
    ['has no version string', kubectl('v1.36.0', { strings: [] })],
    ['has two version strings', kubectl('v1.36.0', { strings: ['v1.36.0', 'v1.35.0'] })],
    ['is a test program', kubectl('v1.24.9', { main: 'k8s.io/kubernetes/test/e2e/e2e.test' })],
    ['carries a build mark', kubectl('v1.36.0-dirty')],
  ])('is installed with its name unbound where it %s', async (_, bytes) => {
    await publish(bytes);
    const { artifacts } = await run.install(ASKED);
    expect(artifacts[0]).toMatchObject({ outcome: 'installed', name: { bound: false, by: [] } });
  });

  it('is installed though its commit also carries the tag of a later alpha', async () => {
    const module = { path: 'k8s.io/kubernetes', version: 'v1.37.0-alpha.1' };
    await publish(kubectl('v1.36.0', { module }));
    const { artifacts } = await run.install(ASKED);
    expect(artifacts[0]).toMatchObject({ name: { bound: true } });
  });
});

describe('a genuine file under another name', () => {
  it.each<readonly [string, Buffer, string]>([
    ['an older release', kubectl('v1.24.9'), 'kubectl v1.24.9 linux/amd64'],
    ['a release candidate', kubectl('v1.36.0-rc.1'), 'kubectl v1.36.0-rc.1 linux/amd64'],
    [
      'another component',
      kubectl('v1.36.0', { main: 'k8s.io/kubernetes/cmd/kubeadm' }),
      'kubeadm v1.36.0 linux/amd64',
    ],
    [
      'another architecture',
      kubectl('v1.36.0', { settings: { ...LINUX, GOARCH: 'arm64' } }),
      'kubectl v1.36.0 linux/arm64',
    ],
    [
      'another system',
      kubectl('v1.36.0', { format: 'mach-o', settings: { ...LINUX, GOOS: 'darwin' } }),
      'kubectl v1.36.0 darwin/amd64',
    ],
  ])('is refused with the disk as it was: %s', async (_, bytes, found) => {
    await publish(bytes);
    expect(await run.refused(ASKED)).toMatchObject({
      name: 'UntrustedError',
      code: 'name-mismatch',
      wanted: 'kubectl v1.36.0 linux/amd64',
      found: `${found}, genuine`,
      from: expect.stringContaining(releases.url) as unknown,
      why: / v1\.(?:24\.9|36\.0-rc\.1) /.test(found)
        ? 'an old release under a new name brings back bugs that were fixed'
        : 'it is properly signed, and it is another file of Kubernetes',
    });
  });

  it('is refused where it is the release manifest of another release', async () => {
    await releases.publishManifest('v1.36.0', { sigstore, namespace: 'v1.24.9' });
    const artifacts = [{ component: 'kubernetes-release.spdx', version: 'v1.36.0' }];
    expect(await run.refused({ artifacts })).toMatchObject({
      code: 'name-mismatch',
      found: 'that of v1.24.9, genuine; the file is kubernetes-release.spdx v1.24.9',
    });
  });

  it('is refused where it lies in its place already', async () => {
    const old = kubectl('v1.24.9');
    await releases.publishRelease({ ...KUBECTL, version: 'v1.24.9', bytes: old, sigstore });
    await run.install({ artifacts: [{ ...KUBECTL, version: 'v1.24.9' }] });
    await publish(old);
    expect(await run.refused(ASKED)).toMatchObject({
      code: 'name-mismatch',
      from: run.dir.join('bin', 'kubectl'),
    });
  });

  it('is refused where it comes out of a genuine tarball', async () => {
    const bytes = tarGz(file('kubernetes/client/bin/kubectl', kubectl('v1.24.9'), 0o755));
    await publishTarball({ releases, sigstore }, 'kubernetes-client-linux-amd64.tar.gz', bytes);
    const artifacts = [{ ...KUBECTL, version: 'v1.30.2' }];
    expect(await run.refused({ artifacts, fromTarball: 'client' })).toMatchObject({
      code: 'name-mismatch',
      found: 'kubectl v1.24.9 linux/amd64, genuine',
    });
    expect(existsSync(run.dir.join('bin'))).toBe(false);
  });
});

/** Next to its bundle. */
async function verify(
  bytes: Buffer,
  afterHashing: (path: string) => void = () => undefined,
): Promise<ArtifactResult | undefined> {
  const path = run.dir.join('file');
  writeFileSync(path, bytes);
  writeFileSync(`${path}.sigstore.json`, sigstore.signBlob({ bytes }).bundle('0.3'));
  const { trustedRootFile } = run.request;
  const subject = { kind: 'file', path } as const;
  const request = {
    subject,
    evidence: { kind: 'beside' },
    ...(trustedRootFile === undefined ? {} : { trustedRootFile }),
  } as const;
  // The checks are reported when all of them have passed, before the name is read.
  const report: Report = ({ kind }) => kind === 'check' && afterHashing(path);
  return (await verifyFile(request, createClient({ retries: 0, report }))).artifacts[0];
}

describe('a local file', () => {
  it('is told by what it says that it is', async () => {
    const main = 'k8s.io/kubernetes/cmd/kubelet';
    const settings = { ...LINUX, GOARCH: 'arm64' };
    expect(await verify(kubectl('v1.30.2', { main, settings }))).toMatchObject({
      component: 'kubelet',
      version: 'v1.30.2',
      platform: 'linux/arm64',
      name: { bound: true, by: ['binary'] },
    });
  });

  it('that something writes to after it was hashed is refused, and not told by another name', async () => {
    const bytes = kubectl('v1.30.2', { settings: LINUX });
    const at = bytes.indexOf('v1.30.2');
    const rewrite = (path: string): void => {
      const descriptor = openSync(path, 'r+');
      writeSync(descriptor, 'v1.31.0', at);
      closeSync(descriptor);
    };
    const error = await rejection(verify(bytes, rewrite));
    expect(error).toMatchObject({ code: 'digest-mismatch', check: 'digest' });
    expect(error.message).toMatch(/^something wrote to .*file during the verification$/);
  });

  it('whose mode alone is changed meanwhile keeps its name', async () => {
    const bytes = kubectl('v1.30.2', { settings: LINUX });
    expect(await verify(bytes, (path) => chmodSync(path, 0o755))).toMatchObject({ version: 'v1.30.2' });
  });

  it('that is a release manifest is told by its release', async () => {
    const manifest = Buffer.from(
      'SPDXVersion: SPDX-2.3\nDocumentNamespace: https://sbom.k8s.io/v1.30.2/release\n',
    );
    expect(await verify(manifest)).toMatchObject({
      component: 'kubernetes-release.spdx',
      version: 'v1.30.2',
      name: { bound: true, by: ['release-manifest'] },
    });
    expect(await verify(manifest.subarray(0, -1))).toMatchObject({ name: { bound: false, by: [] } });
  });

  it('has no name where it says none', async () => {
    const result = await verify(Buffer.from('#!/bin/sh\n'));
    expect(result).toMatchObject({ name: { bound: false, by: [] } });
    expect(result).not.toHaveProperty('component');
  });
});
