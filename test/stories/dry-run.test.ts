/** A dry run says what a run would do, by the same proofs, and leaves every destination as it is. */
import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { InstallRequest } from '../../src/plan/request.ts';
import type { ArtifactResult } from '../../src/result.ts';
import { goProgram } from '#support/go-program';
import { fault } from '#support/http/faults';
import { snapshot, type TempDir } from '#support/temp-dir';
import { testDir } from '#support/test-dir';
import { testServers } from '#support/test-servers';
import { type InstallRun, prepareInstall } from './support/install-run.ts';
import { binaryTarball, contentOf, publishTarball, sha256 } from './support/tarballs.ts';

const KUBECTL = { component: 'kubectl', version: 'v1.30.2', platform: 'linux/amd64' };
const BYTES = goProgram({ strings: ['v1.30.2'] });
const OLD = goProgram({ strings: ['v1.29.6'] });
const PATH = '/release/v1.30.2/bin/linux/amd64/kubectl';

const { sigstore, releases } = await testServers();
let run: InstallRun;
let data: TempDir;

beforeEach(async () => {
  data = await testDir();
  run = await prepareInstall({ sigstore, releases }, undefined, undefined, data.path);
});

async function publish(bytes: Buffer = BYTES, component = 'kubectl'): Promise<void> {
  await releases.publishRelease({ ...KUBECTL, component, bytes, sigstore });
}

/** What the dry run says, which changes nothing. */
async function dryRun(change: Partial<InstallRequest> = {}): Promise<readonly ArtifactResult[]> {
  const before = await snapshot(run.dir.path);
  const { artifacts } = await run.install({ ...change, dryRun: true });
  expect(await snapshot(run.dir.path)).toEqual(before);
  return artifacts;
}

/** The same run twice, dry and in earnest: both do, or say, the same. */
async function both(change: Partial<InstallRequest> = {}): Promise<readonly (readonly [string, string])[]> {
  const dry = await dryRun(change);
  const { artifacts } = await run.install(change);
  expect(dry.map(({ path, sha256: digest, previous }) => [path, digest, previous])).toEqual(
    artifacts.map(({ path, sha256: digest, previous }) => [path, digest, previous]),
  );
  return dry.map(({ outcome }, index) => [outcome, artifacts[index]?.outcome ?? ''] as const);
}

const installed = (name = 'kubectl'): string => run.dir.join('bin', name);

function place(bytes: Buffer | string, mode = 0o755, name = 'kubectl'): void {
  mkdirSync(run.dir.join('bin'), { recursive: true });
  writeFileSync(installed(name), bytes);
  chmodSync(installed(name), mode);
}

describe('a dry run', () => {
  it('says what would be installed, proved and named, and downloads no artifact', async () => {
    await publish();
    expect(await dryRun()).toMatchObject([
      {
        outcome: 'would-install',
        component: 'kubectl',
        version: 'v1.30.2',
        platform: 'linux/amd64',
        path: installed(),
        sha256: sha256(BYTES),
        claim: 'genuine',
        name: { bound: true, by: ['release-manifest'] },
        checks: { signature: { outcome: 'passed' }, identity: { outcome: 'passed' } },
        notes: [],
      },
    ]);
    expect(releases.http.requestsFor(PATH)).toEqual([]);
    expect(await both()).toEqual([['would-install', 'installed']]);
  });

  it('says what would be replaced, by which version', async () => {
    await publish();
    place(OLD);
    const [first] = await dryRun();
    expect(first).toMatchObject({ outcome: 'would-replace', previous: 'v1.29.6' });
    expect(await both()).toEqual([['would-replace', 'replaced']]);
  });

  it('says what would be kept, with evidence of an earlier run and without', async () => {
    await publish();
    place(BYTES);
    expect(await dryRun()).toMatchObject([
      { outcome: 'kept', name: { by: ['release-manifest', 'binary'] }, othersCanChange: expect.anything() },
    ]);
    const before = releases.http.requests.length;
    expect(await both()).toEqual([['kept', 'kept']]);
    expect(releases.http.requests.length).toBe(before);
  });

  it('says why a file with the same bytes would be renewed, and does not touch it', async () => {
    await publish();
    place(BYTES, 0o777);
    const [first] = await dryRun();
    expect(first).toMatchObject({
      outcome: 'would-replace',
      notes: [{ code: 'file-renewed', text: expect.stringContaining('a new file would take the place') }],
    });
    expect(statSync(installed()).mode & 0o777).toBe(0o777);
    // With what the dry run itself has kept.
    expect(await both()).toEqual([['would-replace', 'replaced']]);
  });

  it('tells the outcomes of several apart, in the order asked for', async () => {
    const { version, platform } = KUBECTL;
    const names = ['kubelet', 'kubectl', 'kubeadm'];
    const artifacts = names.map((component) => ({ component, version, platform }));
    for (const component of names)
      await publish(
        goProgram({ strings: ['v1.30.2'], main: `k8s.io/kubernetes/cmd/${component}` }),
        component,
      );
    place(OLD, 0o755, 'kubectl');
    place(goProgram({ strings: ['v1.30.2'], main: 'k8s.io/kubernetes/cmd/kubeadm' }), 0o755, 'kubeadm');
    expect(await both({ artifacts })).toEqual([
      ['would-install', 'installed'],
      ['would-replace', 'replaced'],
      ['kept', 'kept'],
    ]);
  });

  it('writes no bundle and no directory', async () => {
    await publish();
    const [first] = await dryRun({ saveBundle: true });
    expect(first).not.toHaveProperty('bundlePath');
  });

  it('keeps evidence, so that a later dry run of what is there needs no network', async () => {
    await publish();
    place(BYTES);
    await dryRun();
    for (const server of [releases.http, sigstore.rekorServer.http]) server.fault(/.*/, fault.status(503));
    expect(await dryRun()).toMatchObject([{ outcome: 'kept' }]);
  });
});

describe('a dry run fails as the run would', () => {
  it.each<readonly [string, () => void, string]>([
    ['a link', () => symlinkSync('elsewhere', run.dir.join('bin', 'kubectl')), 'destination-unsuitable'],
    ['a directory', () => mkdirSync(run.dir.join('bin', 'kubectl')), 'destination-unsuitable'],
  ])('where %s is in the place', async (_, make, code) => {
    await publish();
    mkdirSync(run.dir.join('bin'));
    make();
    for (const isDry of [true, false]) expect(await run.refused({ dryRun: isDry })).toMatchObject({ code });
  });

  it.each([
    ['a file is in the way', (): string => run.dir.join('file', 'bin')],
    ['the directory is on no disk', (): string => '/proc/k8s-verify'],
  ])('where %s', async (_, directory) => {
    await publish();
    writeFileSync(run.dir.join('file'), '');
    const destination = { kind: 'directory', path: directory() } as const;
    const dry = await run.refused({ destination, dryRun: true });
    const { code, message } = await run.refused({ destination });
    expect(dry).toMatchObject({ code, message });
    expect(code).toBe('destination-unsuitable');
  });

  it('where another signer has signed', async () => {
    const signed = sigstore.signBlob({ bytes: BYTES, identity: 'you@example.com' });
    const sideFiles = { '.sig': signed.signatureFile, '.cert': signed.certificateFile };
    await releases.publishRelease({ ...KUBECTL, bytes: BYTES, sigstore, sideFiles });
    expect(await run.refused({ dryRun: true })).toMatchObject({ code: 'identity-mismatch' });
  });

  it('where the release manifest is that of another release', async () => {
    await publish();
    await releases.publishManifest('v1.30.2', { sigstore, namespace: 'v1.29.6' });
    const [dry, real] = [await run.refused({ dryRun: true }), await run.refused()];
    expect(dry).toMatchObject({ code: 'name-mismatch', message: real.message });
  });

  it('where another digest is demanded', async () => {
    await publish();
    const artifacts = [{ ...KUBECTL, sha256: sha256(OLD) }];
    expect(await run.refused({ artifacts, dryRun: true })).toMatchObject({ code: 'digest-mismatch' });
  });

  it('where the log gives no answer', async () => {
    await publish();
    sigstore.rekorServer.http.fault(/.*/, fault.status(503));
    expect(await run.refused({ dryRun: true })).toMatchObject({ code: 'log-unreachable' });
  });
});

describe('a dry run of a tarball', () => {
  const TARBALL = 'kubernetes-client-linux-amd64.tar.gz';
  const ASKED = { artifacts: [KUBECTL], fromTarball: 'client' } as const;

  it('names the files that would come out of it, by the digests that the release manifest lists', async () => {
    const tarball = await publishTarball({ releases, sigstore }, TARBALL, binaryTarball('client', 'kubectl'));
    await publish(Buffer.from(contentOf('kubectl')));
    expect(await dryRun(ASKED)).toMatchObject([
      {
        outcome: 'would-install',
        sha256: sha256(contentOf('kubectl')),
        fromTarball: { name: TARBALL, sha256: tarball.sha256, member: 'kubernetes/client/bin/kubectl' },
        name: { by: ['release-manifest'] },
      },
    ]);
    expect(releases.http.requestsFor(/\.tar\.gz$/)).toEqual([]);
    expect(await both(ASKED)).toEqual([['would-install', 'installed']]);
    expect(await dryRun(ASKED)).toMatchObject([{ outcome: 'kept' }]);
    place('changed');
    expect(await both(ASKED)).toEqual([['would-replace', 'replaced']]);
  });

  it('does not guess what is in it where nothing lists that', async () => {
    await publishTarball({ releases, sigstore }, TARBALL, binaryTarball('client', 'kubectl'));
    expect(await run.refused({ ...ASKED, dryRun: true })).toMatchObject({ code: 'mirror-incomplete' });
  });

  it('that would be unpacked looks at the directory too', async () => {
    await publishTarball({ releases, sigstore }, TARBALL, binaryTarball('client', 'kubectl'));
    const asked = {
      artifacts: [{ ...KUBECTL, component: 'kubernetes-client' }],
      extract: { members: [] },
    };
    expect(await dryRun(asked)).toMatchObject([
      { outcome: 'would-install', path: run.dir.join('bin', 'kubernetes-client-linux-amd64') },
    ]);
    mkdirSync(run.dir.join('bin', 'kubernetes-client-linux-amd64', 'full'), { recursive: true });
    const { code } = await run.refused(asked);
    expect(await run.refused({ ...asked, dryRun: true })).toMatchObject({ code });
  });
});
