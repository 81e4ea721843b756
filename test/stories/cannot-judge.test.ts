/** Exit code 5: a trusted root that is too old, or a clock that is wrong, says nothing about the artifact. */
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { K8sVerifyError } from '../../src/errors.ts';
import { exitCodeFor } from '../../src/exit-codes.ts';
import { createClient } from '../../src/client.ts';
import type { VerifyRequest } from '../../src/plan/request.ts';
import type { ProgressEvent } from '../../src/progress.ts';
import { verifyFile } from '../../src/verify.ts';
import { createLocalSigstore } from '#support/local-sigstore';
import { testDir } from '#support/test-dir';
import { testServers } from '#support/test-servers';
import { rejection } from '#support/thrown-by';
import { prepareInstall } from './support/install-run.ts';

const KUBECTL = Buffer.from('#!/bin/sh\necho kubectl v1.30.2\n');
const RELEASE = { version: 'v1.30.2', platform: 'linux/amd64', component: 'kubectl' };
const { sigstore, releases } = await testServers();

interface Verification {
  readonly error: K8sVerifyError;
  readonly events: readonly ProgressEvent[];
}

interface VerificationOptions extends Pick<VerifyRequest, 'rekorUrl'> {
  /** Default: the embedded one. */
  readonly trustedRoot?: string;
  /** With `.sig` and `.cert` instead of a bundle; default: no. */
  readonly pair?: boolean;
}

/** Verifies a file with its evidence next to it, signed by the local Sigstore; it must be refused. */
async function refusedVerification(
  signedAt: Date,
  { trustedRoot, pair = false, ...request }: VerificationOptions,
  now: Date = new Date(),
): Promise<Verification> {
  const dir = await testDir();
  const path = dir.join('kubectl');
  writeFileSync(path, KUBECTL);
  const signed = sigstore.signBlob({ at: signedAt, bytes: KUBECTL });
  if (pair) {
    writeFileSync(`${path}.sig`, Buffer.from(signed.signature).toString('base64'));
    writeFileSync(`${path}.cert`, signed.leaf?.pem ?? '');
  } else {
    writeFileSync(`${path}.sigstore.json`, signed.bundle('0.3'));
  }
  const trustedRootFile = dir.join('trusted_root.json');
  if (trustedRoot !== undefined) writeFileSync(trustedRootFile, trustedRoot);
  const events: ProgressEvent[] = [];
  const world = createClient({ report: (event) => void events.push(event) });
  const error = await rejection(
    verifyFile(
      {
        subject: { kind: 'file', path },
        evidence: { kind: 'beside' },
        ...(trustedRoot === undefined ? {} : { trustedRootFile }),
        ...request,
      },
      { ...world, clock: { now: () => now } },
    ),
  );
  await world.http.close();
  return { error, events };
}

const logId = sigstore.rekor.logId;

describe('a log that the trusted root does not know', () => {
  it('is a verdict where the embedded root was current at the time that is claimed', async () => {
    const { error } = await refusedVerification(new Date('2026-10-06T12:00:00Z'), {});
    expect([exitCodeFor(error), error.code]).toEqual([16, 'log-entry-invalid']);
  });

  it('cannot be judged where the embedded root is older, and both dates and the ID are told', async () => {
    const { error } = await refusedVerification(new Date('2026-10-07T00:00:01Z'), {});
    expect(error).toMatchObject({
      name: 'UnavailableError',
      code: 'authority-unknown',
      message: 'the trusted root does not know the transparency log',
      wanted: `a trusted root that knows the transparency log ${logId}, which claims to have signed at 2026-10-07T00:00:01.000Z`,
      found:
        'the embedded one (sigstore-public-good) does not, and this trusted root was current on 2026-10-07',
      why: expect.stringContaining('nothing was learnt'),
      next:
        'without a network, carry over a way that you trust what k8s-verify trusted-root export wrote elsewhere: ' +
        '--trusted-root FILE',
    });
    expect(exitCodeFor(error)).toBe(5);
  });

  it('cannot be judged by a root in a file, whose age is not known', async () => {
    const { error } = await refusedVerification(new Date('2024-01-01T00:00:00Z'), {
      trustedRoot: createLocalSigstore().trustedRoot(),
    });
    expect(error).toMatchObject({
      code: 'authority-unknown',
      found: expect.stringContaining('the date of this trusted root is unknown'),
      next: 'download the current trusted root of the Sigstore that signed it',
    });
  });

  it('cannot be judged where --rekor-url names it, however old the signature is', async () => {
    const { error } = await refusedVerification(new Date('2025-01-01T00:00:00Z'), {
      rekorUrl: sigstore.rekorUrl,
      pair: true,
    });
    expect(error).toMatchObject({
      code: 'authority-unknown',
      wanted: expect.stringContaining(logId),
      next: 'name the trusted root of the Sigstore that signed it: --trusted-root FILE',
    });
    expect(exitCodeFor(error)).toBe(5);
  });
});

describe('a part of the trusted root that is newer than this program', () => {
  it('is told, and the rest counts', async () => {
    await releases.publishRelease({ ...RELEASE, bytes: KUBECTL, sigstore });
    const run = await prepareInstall({ sigstore, releases });
    writeFileSync(
      run.request.trustedRootFile ?? '',
      sigstore.trustedRoot(({ tlogs }) => {
        const [first] = tlogs;
        if (first) tlogs.push({ ...first, publicKey: { ...first.publicKey, keyDetails: 'PKIX_ML_DSA_65' } });
      }),
    );
    const ignored = [expect.stringMatching(/^tlogs\[\d\], which has keyDetails "PKIX_ML_DSA_65"$/)];
    const { artifacts } = await run.install();
    expect(artifacts[0]?.trustedRoot).toMatchObject({ ignored });
    expect(run.events).toContainEqual({
      kind: 'trusted-root',
      trustedRoot: expect.objectContaining({ ignored }),
    });
  });
});

describe("this machine's clock", () => {
  it('ends a run before any request where it is behind k8s-verify itself', async () => {
    await releases.publishRelease({ ...RELEASE, bytes: KUBECTL, sigstore });
    const run = await prepareInstall({ sigstore, releases }, undefined, new Date('2026-10-06T23:59:59Z'));
    const requests = (): number => releases.http.requests.length + sigstore.rekorServer.http.requests.length;
    const before = requests();
    const error = await run.refused();
    expect([exitCodeFor(error), error.code]).toEqual([5, 'clock-wrong']);
    expect(error.message).toContain("this machine's clock");
    expect(requests()).toBe(before);
  });

  it('is what is wrong where a trusted log signed later than it says', async () => {
    const signedAt = new Date('2026-11-01T12:02:00Z');
    const now = new Date('2026-11-01T12:00:00Z');
    const { error } = await refusedVerification(signedAt, { trustedRoot: sigstore.trustedRoot() }, now);
    expect(error).toMatchObject({
      code: 'clock-wrong',
      check: 'time',
      wanted: expect.stringContaining('2026-11-01T12:02:00.000Z'),
      found: '2026-11-01T12:00:00.000Z',
    });
    expect(exitCodeFor(error)).toBe(5);
  });
});
