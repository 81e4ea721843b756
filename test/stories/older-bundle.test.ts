import { lstatSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { K8sVerifyError } from '../../src/errors.ts';
import type { VerifyRequest } from '../../src/plan/request.ts';
import { verifyFile } from '../../src/verify.ts';
import { createClient } from '../../src/client.ts';
import { type RunningSigstore, startLocalSigstore } from '#support/local-sigstore';
import { type ReleaseServer, startReleaseServer } from '#support/release-server';
import { snapshot } from '#support/temp-dir';
import { rejection } from '#support/thrown-by';
import { type InstallRun, prepareInstall } from './support/install-run.ts';
import { binaryTarball, contentOf, publishTarball, sha256 } from './support/tarballs.ts';

const OLD = Buffer.from(contentOf('the older one'));
const NEW = Buffer.from(contentOf('kubectl'));
const KUBECTL = { component: 'kubectl', platform: 'linux/amd64' };

let sigstore: RunningSigstore;
let releases: ReleaseServer;
let run: InstallRun;

beforeAll(async () => {
  sigstore = await startLocalSigstore();
});

beforeEach(async () => {
  sigstore.rekorServer.reset();
  releases = await startReleaseServer();
  await releases.publishRelease({ ...KUBECTL, version: 'v1.30.1', bytes: OLD, sigstore });
  await releases.publishRelease({ ...KUBECTL, version: 'v1.30.2', bytes: NEW, sigstore });
  run = await prepareInstall({ sigstore, releases });
  return () => releases.close();
});

afterAll(() => sigstore.close());

const older = (): Parameters<InstallRun['install']>[0] => ({
  artifacts: [{ ...KUBECTL, version: 'v1.30.1' }],
  saveBundle: true,
});

const said = (): readonly string[] =>
  run.events.flatMap((event) => (event.kind === 'note' ? [event.text] : []));

const bundleOf = (): string => run.dir.join('bin', 'kubectl.sigstore.json');

/** The older file with a bundle that was never its own. */
async function installOlderBesideForeignBundle(): Promise<void> {
  await run.install({ artifacts: [{ ...KUBECTL, version: 'v1.30.1' }] });
  const third = sigstore.signBlob({ bytes: Buffer.from(contentOf('a third one')) });
  writeFileSync(bundleOf(), third.bundle('0.3'));
}

/** As `k8s-verify verify FILE` does it, without a network. */
async function verifyInstalled(): Promise<unknown> {
  const client = createClient({ retries: 0 });
  try {
    return await verifyFile(
      {
        subject: { kind: 'file', path: run.dir.join('bin', 'kubectl') },
        evidence: { kind: 'beside' },
        trustedRootFile: run.dir.join('trusted_root.json'),
        rekorUrl: 'http://127.0.0.1:9',
      },
      client,
    );
  } finally {
    await client.http.close();
  }
}

describe('the own bundle of a file that is replaced', () => {
  it('is renewed, so that verifying the new file next to it passes', async () => {
    await run.install(older());
    const { artifacts } = await run.install();
    expect(artifacts[0]).toMatchObject({ outcome: 'replaced', bundlePath: bundleOf(), notes: [] });
    await expect(verifyInstalled()).resolves.toMatchObject({ artifacts: [{ sha256: sha256(NEW) }] });
    expect(said()).toEqual([]);
  });

  it('stays with the file where the placing fails: all or nothing', async () => {
    run = await prepareInstall({ sigstore, releases }, (event) => {
      // In the way of the second file, and only once everything is proved.
      if (event.kind === 'check' && event.artifact.startsWith('kubeadm')) {
        mkdirSync(run.dir.join('bin', 'kubeadm'), { recursive: true });
      }
    });
    await run.install(older());
    const before = await snapshot(run.dir.join('bin'));
    const kubeadm = { ...KUBECTL, component: 'kubeadm', version: 'v1.30.2' };
    await releases.publishRelease({ ...kubeadm, bytes: OLD, sigstore });
    const error = await rejection(run.install({ artifacts: [{ ...KUBECTL, version: 'v1.30.2' }, kubeadm] }));
    expect(error).toMatchObject({ code: 'destination-unsuitable' });
    expect(await snapshot(run.dir.join('bin'))).toMatchObject(before);
    await expect(verifyInstalled()).resolves.toMatchObject({ artifacts: [{ sha256: sha256(OLD) }] });
  });

  it('is left alone where it is a link, which the user arranged', async () => {
    await run.install(older());
    const elsewhere = run.dir.join('kept.sigstore.json');
    renameSync(bundleOf(), elsewhere);
    symlinkSync(elsewhere, bundleOf());
    const { artifacts } = await run.install();
    expect(lstatSync(bundleOf()).isSymbolicLink()).toBe(true);
    expect(artifacts[0]).toMatchObject({ outcome: 'replaced' });
    expect(artifacts[0]).not.toHaveProperty('bundlePath');
  });
});

describe('a bundle of another file next to the installed one', () => {
  it('is left alone, and told of', async () => {
    await installOlderBesideForeignBundle();
    const bundle = (await snapshot(run.dir.join('bin')))['kubectl.sigstore.json'];
    const { artifacts } = await run.install();
    expect((await snapshot(run.dir.join('bin')))['kubectl.sigstore.json']).toBe(bundle);
    const text =
      `${run.dir.join('bin', 'kubectl.sigstore.json')} was left alone and is of another file; ` +
      'to renew it, install with --save-bundle';
    expect(artifacts[0]?.notes).toEqual([{ code: 'older-bundle-left', text }]);
    expect(said()).toContain(text);
  });

  it('is told of again where nothing has to be installed', async () => {
    await installOlderBesideForeignBundle();
    await run.install();
    const { artifacts } = await run.install();
    expect(artifacts[0]).toMatchObject({
      outcome: 'kept',
      notes: [{ code: 'older-bundle-left', text: expect.any(String) }],
    });
  });

  it('is renewed with --save-bundle, and nothing is told', async () => {
    await run.install(older());
    const { artifacts } = await run.install({ saveBundle: true });
    expect(artifacts[0]?.notes).toEqual([]);
  });

  it('is no matter where it is of the very file', async () => {
    await run.install({ saveBundle: true });
    const { artifacts } = await run.install();
    expect(artifacts[0]).toMatchObject({ outcome: 'kept', notes: [] });
  });

  it('is told of next to a file out of a tarball, which has none', async () => {
    await publishTarball(
      { releases, sigstore },
      'kubernetes-client-linux-amd64.tar.gz',
      binaryTarball('client', 'kubectl'),
    );
    mkdirSync(run.dir.join('bin'));
    const other = sigstore.signBlob({ bytes: OLD });
    writeFileSync(run.dir.join('bin', 'kubectl.sigstore.json'), other.bundle('0.3'));
    const { artifacts } = await run.install({ fromTarball: 'client' });
    expect(artifacts[0]?.notes).toEqual([
      { code: 'older-bundle-left', text: expect.stringMatching(/is of another file; remove it/) },
    ]);
  });

  it.each([
    ['is no bundle', 'something else'],
    ['is empty', ''],
    ['is too large', 'x'.repeat(5_000_000)],
  ])('does not disturb an install where it %s', async (_, content) => {
    mkdirSync(run.dir.join('bin'));
    writeFileSync(run.dir.join('bin', 'kubectl.sigstore.json'), content);
    const { artifacts } = await run.install();
    expect(artifacts[0]).toMatchObject({ outcome: 'installed', notes: [] });
  });
});

/** What verifying says of a file that was replaced next to its bundle. */
async function refusal(evidence: 'beside' | 'named'): Promise<K8sVerifyError> {
  await run.install();
  const path = run.dir.join('bin', 'kubectl');
  writeFileSync(bundleOf(), sigstore.signBlob({ bytes: OLD }).bundle('0.3'));
  const world = createClient({ retries: 0 });
  const bundle = `${path}.sigstore.json`;
  const request: VerifyRequest = {
    subject: { kind: 'file', path },
    evidence: evidence === 'beside' ? { kind: 'beside' } : { kind: 'bundle', path: bundle },
    trustedRootFile: run.dir.join('trusted_root.json'),
  };
  const error = await rejection(verifyFile(request, world));
  await world.http.close();
  return error;
}

describe('verifying a file', () => {
  it('says that the bundle that was found next to it is of another one', async () => {
    const error = await refusal('beside');
    const bundle = run.dir.join('bin', 'kubectl.sigstore.json');
    expect(error).toMatchObject({
      name: 'UntrustedError',
      code: 'digest-mismatch',
      check: 'digest',
      message: `${bundle}, found next to the file, is of another file`,
      wanted: `sha256:${sha256(OLD)}`,
      found: `sha256:${sha256(NEW)}`,
      next: expect.stringContaining('--save-bundle'),
    });
  });

  it('says so of a signature and a certificate that were found there', async () => {
    await run.install();
    const path = run.dir.join('bin', 'kubectl');
    const other = sigstore.signBlob({ bytes: OLD });
    writeFileSync(`${path}.sig`, other.signatureFile);
    writeFileSync(`${path}.cert`, other.certificateFile);
    const world = createClient({ retries: 0 });
    const trustedRootFile = run.dir.join('trusted_root.json');
    const beside = { kind: 'beside' } as const;
    const error = await rejection(
      verifyFile({ subject: { kind: 'file', path }, evidence: beside, trustedRootFile }, world),
    );
    await world.http.close();
    expect(error).toMatchObject({
      code: 'signature-mismatch',
      check: 'signature',
      message: `${path}.sig, found next to the file, does not fit it`,
    });
  });

  it('does not speak of finding where the bundle was named', async () => {
    const error = await refusal('named');
    expect(error).toMatchObject({
      code: 'digest-mismatch',
      message: `${run.dir.join('bin', 'kubectl')} is not the one that was signed`,
    });
  });
});
