import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createClient } from '../../src/client.ts';
import type { InstallRequest, VerifyRequest } from '../../src/plan/request.ts';
import type { ArtifactResult } from '../../src/result.ts';
import { verifyFile } from '../../src/verify.ts';
import { goProgram } from '#support/go-program';
import { fault } from '#support/http/faults';
import { createLocalSigstore } from '#support/local-sigstore';
import type { TempDir } from '#support/temp-dir';
import { testDir } from '#support/test-dir';
import { CAN_MOUNT, testDisk } from '#support/test-disk';
import { testServers } from '#support/test-servers';
import { rejection } from '#support/thrown-by';
import { type InstallRun, prepareInstall } from './support/install-run.ts';
import { binaryTarball, contentOf, publishTarball, sha256 } from './support/tarballs.ts';

const KUBECTL = { component: 'kubectl', version: 'v1.36.0', platform: 'linux/amd64' };
const ASKED = { artifacts: [KUBECTL] };
/** It says what it is. */
const BYTES = goProgram({ strings: ['v1.36.0'] });
/** It says nothing. */
const SCRIPT = Buffer.from('#!/bin/sh\n');

const { sigstore, releases } = await testServers();
let run: InstallRun;
let data: TempDir;

beforeEach(async () => {
  data = await testDir();
  run = await prepareInstall({ sigstore, releases }, undefined, undefined, data.path);
});

async function publish(bytes: Buffer, version: string = KUBECTL.version): Promise<void> {
  await releases.publishRelease({ ...KUBECTL, version, bytes, sigstore });
}

async function install(change: Partial<InstallRequest> = {}): Promise<ArtifactResult> {
  const { artifacts } = await run.install({ ...ASKED, ...change });
  const [first] = artifacts;
  if (first === undefined) throw new Error('nothing was installed');
  return first;
}

/** The evidence itself, elsewhere. */
function linkElsewhere(path: string): void {
  symlinkSync(run.dir.join('bundle'), path);
}

/** From here on no server answers. */
function cutOff(): void {
  for (const server of [releases.http, sigstore.rekorServer.http]) server.fault(/.*/, fault.status(503));
}

const asked = (): number => sigstore.rekorServer.http.requests.length;
const requests = (): number => releases.http.requests.length + sigstore.rekorServer.http.requests.length;
const installed = (name: string = 'kubectl'): string => run.dir.join('bin', name);
const kept = (bytes: Buffer): string => data.join('evidence', sha256(bytes));

describe('an install to an empty place, of what was installed before', () => {
  beforeEach(async () => {
    await publish(BYTES);
    await install();
    rmSync(installed());
  });

  it('asks the log for nothing, so that a log that is down is no trouble', async () => {
    const before = asked();
    sigstore.rekorServer.http.fault(/.*/, fault.status(503));
    expect(await install()).toMatchObject({
      outcome: 'installed',
      evidence: { kind: 'bundle', location: kept(BYTES) },
      name: { bound: true, by: ['release-manifest', 'binary'] },
      notes: [],
    });
    expect(asked()).toBe(before);
  });

  it('asks it where what is kept is damaged, and says so', async () => {
    writeFileSync(kept(BYTES), '{}');
    const before = asked();
    expect(await install()).toMatchObject({
      outcome: 'installed',
      evidence: { kind: 'detached' },
      notes: [{ text: expect.stringContaining(kept(BYTES)) }],
    });
    expect(asked()).toBeGreaterThan(before);
  });

  it('refuses other bytes all the same', async () => {
    releases.publishFile('/release/v1.36.0/bin/linux/amd64/kubectl', SCRIPT);
    expect(await rejection(install())).toMatchObject({ code: 'digest-mismatch' });
    expect(existsSync(installed())).toBe(false);
  });

  it('refuses a signer that is not the one who is asked for', async () => {
    const identity = { subjectAlternativeName: 'other@example.com', issuer: 'https://issuer.example' };
    expect(await rejection(install({ identity }))).toMatchObject({ code: 'identity-mismatch' });
  });
});

describe('an install over a file that is there already', () => {
  it('makes no request: it is proved and named by what an earlier run kept', async () => {
    await publish(BYTES);
    expect(await install()).toMatchObject({ outcome: 'installed' });
    const before = requests();
    cutOff();
    const { mtimeMs } = statSync(installed());
    expect(await install()).toMatchObject({
      outcome: 'kept',
      version: 'v1.36.0',
      sha256: sha256(BYTES),
      evidence: { kind: 'bundle', location: kept(BYTES) },
      name: { bound: true, by: ['release-manifest', 'binary'] },
      checks: { signature: { outcome: 'passed' }, identity: { outcome: 'passed' } },
      notes: [],
    });
    expect(requests()).toBe(before);
    expect(statSync(installed()).mtimeMs).toBe(mtimeMs);
  });

  it('makes none for several components either', async () => {
    const artifacts = [];
    for (const component of ['kubectl', 'kubeadm', 'kubelet']) {
      const main = `k8s.io/kubernetes/cmd/${component}`;
      const bytes = goProgram({ strings: ['v1.36.0'], main });
      await releases.publishRelease({ ...KUBECTL, component, bytes, sigstore });
      artifacts.push({ ...KUBECTL, component });
    }
    await run.install({ artifacts });
    const before = requests();
    const { artifacts: again } = await run.install({ artifacts });
    expect(again.map(({ outcome }) => outcome)).toEqual(['kept', 'kept', 'kept']);
    expect(requests()).toBe(before);
  });

  it('makes none for a file that only the kept release manifest names', async () => {
    await publish(SCRIPT);
    await install();
    const before = requests();
    expect(await install()).toMatchObject({
      outcome: 'kept',
      name: { bound: true, by: ['release-manifest'] },
    });
    expect(requests()).toBe(before);
  });

  it('makes none for a file whose digest is demanded', async () => {
    releases.withoutManifest();
    await publish(SCRIPT);
    const artifacts = [{ ...KUBECTL, sha256: sha256(SCRIPT) }];
    await install({ artifacts });
    const before = requests();
    expect(await install({ artifacts })).toMatchObject({ outcome: 'kept', name: { by: ['sha256'] } });
    expect(requests()).toBe(before);
  });

  it('makes none for a file that only the signed release manifest proves', async () => {
    // No other test has signed it.
    const bytes = Buffer.concat([BYTES, Buffer.from('listed only')]);
    const other = sigstore.signBlob({ bytes: Buffer.from('another build') });
    const sideFiles = { '.sig': other.signatureFile, '.cert': other.certificateFile };
    await releases.publishRelease({ ...KUBECTL, bytes, sideFiles });
    const path = 'bin/linux/amd64/kubectl';
    await releases.publishManifest('v1.36.0', { sigstore, files: [{ path, sha256: sha256(bytes) }] });
    expect(await install()).toMatchObject({ evidence: { kind: 'release-manifest' } });
    const before = requests();
    cutOff();
    expect(await install()).toMatchObject({
      outcome: 'kept',
      evidence: { kind: 'release-manifest', location: data.join('manifests', 'v1.36.0') },
      name: { by: ['release-manifest', 'binary'] },
      notes: [],
    });
    expect(requests()).toBe(before);
    writeFileSync(installed(), SCRIPT);
    expect(await rejection(install())).toMatchObject({ name: 'UnavailableError' });
  });

  it('makes none for files out of a tarball, which the release manifest lists as its own', async () => {
    const names = ['kubectl', 'kubeadm'];
    const servers = { releases, sigstore };
    await publishTarball(servers, 'kubernetes-node-linux-amd64.tar.gz', binaryTarball('node', ...names));
    for (const component of names) {
      const bytes = Buffer.from(contentOf(component));
      await releases.publishRelease({ ...KUBECTL, component, version: 'v1.30.2', bytes, sigstore });
    }
    const artifacts = names.map((component) => ({ ...KUBECTL, component, version: 'v1.30.2' }));
    const ask = { artifacts, fromTarball: 'node' } as const;
    await run.install(ask);
    const before = requests();
    const { artifacts: again } = await run.install(ask);
    expect(again).toMatchObject(
      names.map((component) => ({
        outcome: 'kept',
        component,
        sha256: sha256(contentOf(component)),
        evidence: { kind: 'release-manifest' },
        name: { by: ['release-manifest'] },
      })),
    );
    expect(requests()).toBe(before);
    writeFileSync(installed('kubeadm'), 'changed');
    const { artifacts: healed } = await run.install(ask);
    expect(healed.map(({ outcome }) => outcome)).toEqual(['kept', 'replaced']);
    expect(releases.http.requestsFor(/\.tar\.gz$/)).toHaveLength(2);
  });

  it('makes none to put a new file in the place of one that another user could change', async () => {
    await publish(BYTES);
    await install();
    chmodSync(installed(), 0o777);
    const before = requests();
    expect(await install()).toMatchObject({ outcome: 'replaced', notes: [{ code: 'file-renewed' }] });
    expect(requests()).toBe(before);
    expect(statSync(installed()).mode & 0o777).toBe(0o755);
  });

  it('writes the bundle next to it where that is asked for', async () => {
    await publish(BYTES);
    await install();
    cutOff();
    await install({ saveBundle: true });
    expect(readFileSync(`${installed()}.sigstore.json`)).toEqual(readFileSync(kept(BYTES)));
  });

  it('goes by what root kept for the machine', async () => {
    await publish(BYTES);
    await install();
    const places = { own: (await testDir()).path, system: data.path, isShared: false };
    const other = await prepareInstall({ sigstore, releases }, undefined, undefined, places);
    const before = requests();
    const destination = { kind: 'file', path: installed() } as const;
    const { artifacts } = await other.install({ ...ASKED, destination });
    expect(artifacts[0]).toMatchObject({ outcome: 'kept', evidence: { location: kept(BYTES) } });
    expect(requests()).toBe(before);
  });
});

describe('an install asks the network', () => {
  it('where an older release lies there, which is no failure', async () => {
    const old = goProgram({ strings: ['v1.35.0'] });
    await publish(old, 'v1.35.0');
    await install({ artifacts: [{ ...KUBECTL, version: 'v1.35.0' }] });
    await publish(BYTES);
    expect(await install()).toMatchObject({ outcome: 'replaced', previous: 'v1.35.0', notes: [] });
    expect(readFileSync(installed())).toEqual(BYTES);
  });

  it('where nothing binds the file to its name', async () => {
    releases.withoutManifest();
    await publish(SCRIPT);
    await install();
    const before = requests();
    expect(await install()).toMatchObject({ outcome: 'kept', name: { bound: false } });
    expect(requests()).toBeGreaterThan(before);
  });

  it('where another digest is demanded', async () => {
    await publish(BYTES);
    await install();
    const artifacts = [{ ...KUBECTL, sha256: sha256(SCRIPT) }];
    expect(await rejection(run.install({ artifacts }))).toMatchObject({ code: 'digest-mismatch' });
  });

  it("where the release's own records are to be compared", async () => {
    await publish(BYTES);
    await releases.publishSums('v1.36.0');
    await install();
    expect(await install({ checkSums: true })).toMatchObject({
      outcome: 'kept',
      crossChecks: expect.arrayContaining([expect.objectContaining({ outcome: 'agrees' })]) as unknown,
    });
  });

  it('where the file was changed', async () => {
    await publish(BYTES);
    await install();
    writeFileSync(installed(), 'changed');
    expect(await install()).toMatchObject({ outcome: 'replaced' });
    expect(readFileSync(installed())).toEqual(BYTES);
  });

  it.each<readonly [string, () => Buffer]>([
    ['cut', () => readFileSync(kept(BYTES)).subarray(0, 100)],
    ['empty', () => Buffer.alloc(0)],
    ['of another file', () => Buffer.from(sigstore.signBlob({ bytes: SCRIPT }).bundle('0.3'))],
    [
      'of another Sigstore',
      () => Buffer.from(createLocalSigstore().signBlob({ bytes: BYTES }).bundle('0.3')),
    ],
    [
      'by another signer',
      () => Buffer.from(sigstore.signBlob({ bytes: BYTES, identity: 'you@example.com' }).bundle('0.3')),
    ],
  ])('where the evidence is %s: a note, and it is healed', async (_, damaged) => {
    await publish(BYTES);
    await install();
    writeFileSync(kept(BYTES), damaged());
    const { outcome, notes } = await install();
    expect(outcome).toBe('kept');
    expect(notes).toEqual([
      {
        code: 'evidence-not-used',
        text: expect.stringContaining(`${kept(BYTES)} was not used: `) as unknown,
      },
    ]);
    const before = requests();
    expect(await install()).toMatchObject({ outcome: 'kept', notes: [] });
    expect(requests()).toBe(before);
  });

  it.runIf(process.platform !== 'win32').each<readonly [string, (path: string) => void]>([
    ['a pipe that nobody writes to', (path) => execFileSync('mkfifo', [path])],
    ['a link to the evidence itself', (path) => linkElsewhere(path)],
    ['a directory', (path) => mkdirSync(path)],
    ['a terabyte', (path) => (writeFileSync(path, ''), truncateSync(path, 2 ** 40))],
  ])('where %s stands for the evidence, and goes on without it (needs a POSIX system)', async (_, make) => {
    await publish(BYTES);
    await install();
    const entry = kept(BYTES);
    const bundle = readFileSync(entry);
    rmSync(entry);
    writeFileSync(run.dir.join('bundle'), bundle);
    make(entry);
    const before = requests();
    expect(await install()).toMatchObject({ outcome: 'kept', evidence: { kind: 'release-manifest' } });
    expect(requests()).toBe(before);
    expect(run.events).toContainEqual(expect.objectContaining({ kind: 'note', code: 'kept-not-used' }));
    // Without the manifest too, it asks the network.
    rmSync(data.join('manifests'), { recursive: true });
    expect(await install()).toMatchObject({ outcome: 'kept' });
    expect(requests()).toBeGreaterThan(before);
  });

  it.skipIf(!CAN_MOUNT)('where the disk of what is kept is full, and installs (needs a mount)', async () => {
    await publish(BYTES);
    const disk = testDisk('size=4k');
    const other = await prepareInstall({ sigstore, releases }, undefined, undefined, join(disk.path, 'kept'));
    writeFileSync(join(disk.path, 'full'), Buffer.alloc(4096));
    for (const outcome of ['installed', 'kept']) {
      const { artifacts } = await other.install(ASKED);
      expect(artifacts[0]).toMatchObject({ outcome });
      expect(artifacts[0]).not.toHaveProperty('keptEvidence');
    }
    expect(other.events).toContainEqual(expect.objectContaining({ kind: 'note', code: 'not-kept' }));
  });

  it('and fails as before if it needs it', async () => {
    await publish(BYTES);
    await install();
    rmSync(data.join('evidence'), { recursive: true });
    cutOff();
    expect(await run.refused(ASKED)).toMatchObject({ name: 'UnavailableError' });
  });
});

describe('a release manifest that was kept', () => {
  it('binds where the sources have none', async () => {
    await publish(SCRIPT);
    await install();
    releases.withoutManifest();
    rmSync(installed());
    expect(await install()).toMatchObject({ outcome: 'installed', name: { by: ['release-manifest'] } });
  });

  it('refuses what it contradicts, though the sources are silent about theirs', async () => {
    await publish(SCRIPT);
    await install();
    rmSync(installed());
    // An older file that says nothing of itself, under its name; and a manifest that never ends.
    await publish(Buffer.from('#!/bin/sh\n# older\n'));
    releases.http.fault('kubernetes-release.spdx', fault.stall());
    expect(await rejection(install())).toMatchObject({ code: 'name-mismatch' });
  }, 60_000);

  it('is compared with the one that a source has: they may not disagree on a file', async () => {
    await publish(SCRIPT);
    await install();
    rmSync(installed());
    const listed = { path: 'bin/linux/amd64/kubectl', sha256: sha256(SCRIPT) };
    const other = { path: 'bin/linux/amd64/kubeadm', sha256: 'b'.repeat(64) };
    // Another document that says the same, and more.
    await releases.publishManifest('v1.36.0', { sigstore, files: [listed, other] });
    expect(await install()).toMatchObject({ outcome: 'installed', name: { by: ['release-manifest'] } });
    rmSync(installed());
    await releases.publishManifest('v1.36.0', {
      sigstore,
      files: [listed, { ...other, sha256: 'c'.repeat(64) }],
    });
    expect(await run.refused(ASKED)).toMatchObject({
      code: 'release-inconsistent',
      wanted: expect.stringContaining(data.join('manifests', 'v1.36.0')) as unknown,
      found: `sha256:${'c'.repeat(64)}`,
    });
    rmSync(data.join('manifests', 'v1.36.0'));
    expect(await install()).toMatchObject({ outcome: 'installed' });
  });

  it('binds nothing without its evidence', async () => {
    await publish(SCRIPT);
    await install();
    releases.withoutManifest();
    rmSync(data.join('evidence', sha256(readFileSync(data.join('manifests', 'v1.36.0')))));
    rmSync(installed());
    expect(await install()).toMatchObject({ outcome: 'installed', name: { bound: false } });
  });

  it('says nothing of another release, under whose name it was put', async () => {
    await publish(SCRIPT);
    await install();
    releases.withoutManifest();
    const manifest = readFileSync(data.join('manifests', 'v1.36.0'));
    await publish(SCRIPT, 'v1.36.1');
    writeFileSync(data.join('manifests', 'v1.36.1'), manifest);
    const artifacts = [{ ...KUBECTL, version: 'v1.36.1' }];
    expect(await install({ artifacts })).toMatchObject({ version: 'v1.36.1', name: { bound: false } });
  });
});

interface Verified {
  readonly path: string;
  readonly verify: (change?: Partial<VerifyRequest>) => Promise<ArtifactResult | undefined>;
}

/** A local file without any evidence next to it. */
async function localFile(bytes: Buffer): Promise<Verified> {
  const directory = await testDir();
  const path = directory.join('file');
  writeFileSync(path, bytes);
  return {
    path,
    verify: async (change = {}) => {
      await using client = createClient({ retries: 0, dataDirectory: data.path });
      const request: VerifyRequest = {
        subject: { kind: 'file', path },
        evidence: { kind: 'beside' },
        trustedRoot: Buffer.from(sigstore.trustedRoot()),
        sources: [releases.url],
        rekorUrl: sigstore.rekorUrl,
      };
      const { artifacts } = await verifyFile({ ...request, ...change }, client);
      return artifacts[0];
    },
  };
}

describe('verify', () => {
  beforeEach(async () => {
    await publish(BYTES);
    await install();
    cutOff();
  });

  it('takes what was kept for the file where nothing is next to it, without a request', async () => {
    const { verify } = await localFile(BYTES);
    const before = requests();
    expect(await verify()).toMatchObject({
      sha256: sha256(BYTES),
      evidence: { kind: 'bundle', location: kept(BYTES) },
      name: { by: ['binary'] },
      notes: [],
    });
    expect(requests()).toBe(before);
  });

  it('takes it for a digest and for bytes, which have no place for evidence next to them', async () => {
    const { verify } = await localFile(BYTES);
    const before = requests();
    for (const subject of [
      { kind: 'digest', sha256: sha256(BYTES) },
      { kind: 'bytes', bytes: BYTES },
    ] as const) {
      expect(await verify({ subject })).toMatchObject({
        sha256: sha256(BYTES),
        evidence: { kind: 'bundle', location: kept(BYTES) },
        checks: { digest: { outcome: 'passed' } },
        notes: [],
      });
    }
    expect(requests()).toBe(before);
    const subject = { kind: 'digest', sha256: sha256(SCRIPT) } as const;
    expect(await rejection(verify({ subject }))).toMatchObject({
      code: 'log-unreachable',
      subject: { sha256: sha256(SCRIPT) },
    });
    writeFileSync(kept(SCRIPT), readFileSync(kept(BYTES)));
    expect(await rejection(verify({ subject }))).toMatchObject({ code: 'log-unreachable' });
  });

  it('takes it where what is next to the file does not fit, and says so', async () => {
    const { path, verify } = await localFile(BYTES);
    writeFileSync(`${path}.sigstore.json`, sigstore.signBlob({ bytes: SCRIPT }).bundle('0.3'));
    expect(await verify()).toMatchObject({
      evidence: { location: kept(BYTES) },
      notes: [{ code: 'evidence-not-used', text: expect.stringContaining('is of another file') as unknown }],
    });
    writeFileSync(`${path}.sigstore.json`, '{');
    expect(await verify()).toMatchObject({ evidence: { location: kept(BYTES) } });
  });

  it('takes it where the log that a pair needs is down', async () => {
    const { path, verify } = await localFile(BYTES);
    const { signature, certificate } = { signature: '.sig', certificate: '.cert' };
    const signed = sigstore.signBlob({ bytes: BYTES });
    writeFileSync(`${path}${signature}`, signed.signatureFile);
    writeFileSync(`${path}${certificate}`, signed.certificateFile);
    expect(await verify()).toMatchObject({
      evidence: { location: kept(BYTES) },
      notes: [{ code: 'evidence-not-used' }],
    });
  });

  it('goes by what is next to the file first', async () => {
    const { path, verify } = await localFile(BYTES);
    writeFileSync(`${path}.sigstore.json`, sigstore.signBlob({ bytes: BYTES }).bundle('0.3'));
    expect(await verify()).toMatchObject({ evidence: { location: `${path}.sigstore.json` }, notes: [] });
  });

  it('gives the answer of the first where none proves it', async () => {
    const { path, verify } = await localFile(SCRIPT);
    expect(await rejection(verify())).toMatchObject({ code: 'log-unreachable' });
    writeFileSync(`${path}.sigstore.json`, sigstore.signBlob({ bytes: BYTES }).bundle('0.3'));
    expect(await rejection(verify())).toMatchObject({ code: 'digest-mismatch' });
    mkdirSync(data.join('evidence'), { recursive: true });
    writeFileSync(kept(SCRIPT), createLocalSigstore().signBlob({ bytes: SCRIPT }).bundle('0.3'));
    expect(await rejection(verify())).toMatchObject({ code: 'digest-mismatch' });
  });

  it('goes by nothing else where the evidence is named', async () => {
    const { path, verify } = await localFile(BYTES);
    const bundle = `${path}.other`;
    writeFileSync(bundle, sigstore.signBlob({ bytes: SCRIPT }).bundle('0.3'));
    expect(await rejection(verify({ evidence: { kind: 'bundle', path: bundle } }))).toMatchObject({
      code: 'digest-mismatch',
    });
  });

  it('goes by no kept signature where a statement is asked for', async () => {
    const { verify } = await localFile(BYTES);
    const predicateTypes = ['https://slsa.dev/provenance/v1'];
    expect(await rejection(verify({ predicateTypes }))).toMatchObject({ code: 'evidence-not-found' });
  });

  it('asks for the signer that the request names', async () => {
    const { verify } = await localFile(BYTES);
    const identity = { subjectAlternativeName: 'you@example.com', issuer: 'https://example.com' };
    expect(await rejection(verify({ identity }))).toMatchObject({ name: 'UnavailableError' });
  });
});

describe('what is kept', () => {
  it('is the bundle that proved the artifact, by any client', async () => {
    await publish(BYTES);
    await install();
    const { path, verify } = await localFile(BYTES);
    const evidence = { kind: 'bundle', path: kept(BYTES) } as const;
    rmSync(data.join('names'), { recursive: true });
    expect(await verify({ evidence })).toMatchObject({ outcome: 'verified', path });
  });

  it('is no statement about it', async () => {
    const { path, verify } = await localFile(BYTES);
    const predicateType = 'https://slsa.dev/provenance/v1';
    const subject = [{ name: 'kubectl', digest: { sha256: sha256(BYTES) } }];
    const payload = { _type: 'https://in-toto.io/Statement/v1', predicateType, predicate: {}, subject };
    writeFileSync(`${path}.sigstore.json`, sigstore.signDsse({ payload }).bundle('0.3'));
    expect(await verify({ predicateTypes: [predicateType] })).toMatchObject({ claim: 'attested' });
    expect(readdirSync(data.path)).not.toContain('evidence');
  });

  it('is refused where another digest is demanded, though a statement proves it', async () => {
    const { path, verify } = await localFile(BYTES);
    const predicateType = 'https://slsa.dev/provenance/v1';
    const subject = [{ name: 'kubectl', digest: { sha256: sha256(BYTES) } }];
    const payload = { _type: 'https://in-toto.io/Statement/v1', predicateType, predicate: {}, subject };
    writeFileSync(`${path}.sigstore.json`, sigstore.signDsse({ payload }).bundle('0.3'));
    const demanded = { sha256: sha256(SCRIPT), by: 'sha256' } as const;
    expect(await rejection(verify({ predicateTypes: [predicateType], demanded }))).toMatchObject({
      code: 'digest-mismatch',
    });
  });

  it('is nothing of a run that refuses', async () => {
    await publish(BYTES);
    releases.http.fault(/kubectl$/, fault.body('changed'));
    await run.refused(ASKED);
    expect(existsSync(join(data.path, 'evidence', sha256(BYTES)))).toBe(false);
  });
});
