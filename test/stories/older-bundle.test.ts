import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { K8sVerifyError } from '../../src/errors.ts';
import type { VerifyRequest } from '../../src/plan/request.ts';
import { verifyFile } from '../../src/verify.ts';
import { createClient } from '../../src/client.ts';
import { type RunningSigstore, startLocalSigstore } from '../support/local-sigstore.ts';
import { type ReleaseServer, startReleaseServer } from '../support/release-server.ts';
import { snapshot } from '../support/temp-dir.ts';
import { rejection } from '../support/thrown-by.ts';
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
  run.events.flatMap((event) => (event.kind === 'note' ? [event.message] : []));

describe('a bundle of an earlier file beside the installed one', () => {
  it('is left alone, and told of', async () => {
    await run.install(older());
    const bundle = (await snapshot(run.dir.join('bin')))['kubectl.sigstore.json'];
    const { artifacts } = await run.install();
    expect((await snapshot(run.dir.join('bin')))['kubectl.sigstore.json']).toBe(bundle);
    const note =
      `${run.dir.join('bin', 'kubectl.sigstore.json')} was left alone and is of another file; ` +
      'to renew it, install with --save-bundle';
    expect(artifacts[0]?.notes).toEqual([note]);
    expect(said()).toEqual([note]);
  });

  it('is told of again where nothing has to be installed', async () => {
    await run.install(older());
    await run.install();
    const { artifacts } = await run.install();
    expect(artifacts[0]).toMatchObject({ outcome: 'already-installed', notes: [expect.any(String)] });
  });

  it('is renewed with --save-bundle, and nothing is told', async () => {
    await run.install(older());
    const { artifacts } = await run.install({ saveBundle: true });
    expect(artifacts[0]?.notes).toEqual([]);
  });

  it('is no matter where it is of the very file', async () => {
    await run.install({ saveBundle: true });
    const { artifacts } = await run.install();
    expect(artifacts[0]).toMatchObject({ outcome: 'already-installed', notes: [] });
  });

  it('is told of beside a file out of a tarball, which has none', async () => {
    await publishTarball(
      { releases, sigstore },
      'kubernetes-client-linux-amd64.tar.gz',
      binaryTarball('client', 'kubectl'),
    );
    mkdirSync(run.dir.join('bin'));
    const other = sigstore.signBlob({ bytes: OLD });
    writeFileSync(run.dir.join('bin', 'kubectl.sigstore.json'), other.bundle('0.3'));
    const { artifacts } = await run.install({ fromTarball: 'client' });
    expect(artifacts[0]?.notes).toEqual([expect.stringMatching(/is of another file; remove it/)]);
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

/** What verifying says of a file that was replaced beside its bundle. */
async function refusal(evidence: 'beside' | 'named'): Promise<K8sVerifyError> {
  await run.install(older());
  await run.install();
  const path = run.dir.join('bin', 'kubectl');
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
  it('says that the bundle that was found beside it is of another one', async () => {
    const error = await refusal('beside');
    const bundle = run.dir.join('bin', 'kubectl.sigstore.json');
    expect(error).toMatchObject({
      name: 'UntrustedError',
      code: 'digest-mismatch',
      check: 'digest',
      message: `${bundle}, found beside the file, is of another file`,
      expected: `sha256 ${sha256(OLD)}`,
      found: `sha256 ${sha256(NEW)}`,
      advice: expect.stringContaining('--save-bundle'),
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
      message: `${path}.sig, found beside the file, does not fit it`,
    });
  });

  it('does not speak of finding where the bundle was named', async () => {
    const error = await refusal('named');
    expect(error).toMatchObject({
      code: 'digest-mismatch',
      message: 'the signature is for another artifact',
    });
  });
});
