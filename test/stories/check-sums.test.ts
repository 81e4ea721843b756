import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { CrossCheck } from '../../src/records/cross-check.ts';
import { fault } from '#support/http/faults';
import { startLocalSigstore } from '#support/local-sigstore';
import type { PublishedFile } from '#support/release-server';
import { testServers } from '#support/test-servers';
import { type InstallRun, prepareInstall } from './support/install-run.ts';

const BYTES = Buffer.from('#!/bin/sh\necho kubectl v1.30.2\n');
const RELEASE = { version: 'v1.30.2', platform: 'linux/amd64', component: 'kubectl' };
const ROOT = '/release/v1.30.2';
const SHA512 = createHash('sha512').update(BYTES).digest('hex');
const OTHER_256 = createHash('sha256').update('another build').digest('hex');
const OTHER_512 = createHash('sha512').update('another build').digest('hex');

const { sigstore, releases } = await testServers();
let kubectl: PublishedFile;
let run: InstallRun;

beforeEach(async () => {
  kubectl = await releases.publishRelease({ ...RELEASE, bytes: BYTES, sigstore });
  run = await prepareInstall({ sigstore, releases });
});

interface Digests {
  readonly sha256?: string;
  readonly sha512?: string;
}

/** An in-toto statement as krel writes it, about kubectl. */
function statement(digest: Digests = { sha256: kubectl.sha256, sha512: SHA512 }, subjects = 1): object {
  const { sha256, sha512 } = digest;
  const name = `gs://kubernetes-release${ROOT}/bin/linux/amd64/kubectl`;
  return {
    _type: 'https://in-toto.io/Statement/v0.1',
    predicateType: 'https://slsa.dev/provenance/v0.2',
    subject: Array.from({ length: subjects }, () => ({ name, digest: { sha256, sha512 } })),
    predicate: { builder: { id: 'https://git.k8s.io/release/docs/krel' } },
  };
}

function publishProvenance(document: object | string): void {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  releases.publishFile(`${ROOT}/provenance.json`, text);
}

function signedStatement(content: object, identity?: string): string {
  const payload = Buffer.from(JSON.stringify(content));
  return sigstore.signDsse({ payload, ...(identity === undefined ? {} : { identity }) }).bundle('0.3');
}

async function crossChecks(): Promise<readonly CrossCheck[]> {
  const { artifacts } = await run.install({ checkSums: true });
  expect(artifacts[0]?.outcome).toBe('installed');
  return artifacts[0]?.crossChecks ?? [];
}

const NO_PROOF = 'it is not signed, so this is no proof';

describe('--check-sums', () => {
  it.each(['', '/workspace/src/k8s.io/kubernetes/_output/gcs-stage/v1.30.2/'])(
    'compares with the lists of the release, their paths behind %j',
    async (prefix) => {
      await releases.publishSums('v1.30.2', prefix);
      publishProvenance(statement());
      expect(await crossChecks()).toEqual([
        {
          source: 'SHA256SUMS',
          from: releases.url,
          outcome: 'agrees',
          proved: false,
          compared: ['sha256'],
          detail: `agrees by sha256; ${NO_PROOF}`,
        },
        {
          source: 'SHA512SUMS',
          from: releases.url,
          outcome: 'agrees',
          proved: false,
          compared: ['sha512'],
          detail: `agrees by sha512; ${NO_PROOF}`,
        },
        {
          source: 'provenance.json',
          from: releases.url,
          outcome: 'agrees',
          proved: false,
          compared: ['sha256', 'sha512'],
          detail: `agrees by sha256 and sha512; ${NO_PROOF}`,
        },
      ]);
    },
  );

  it('says what is not published, and what does not list the artifact', async () => {
    releases.publishFile(`${ROOT}/SHA256SUMS`, `${OTHER_256}  bin/linux/arm64/kubectl\n`);
    const found = await crossChecks();
    expect(found.map(({ source, outcome, proved }) => ({ source, outcome, proved }))).toEqual([
      { source: 'SHA256SUMS', outcome: 'not-listed', proved: false },
      { source: 'SHA512SUMS', outcome: 'not-published', proved: false },
      { source: 'provenance.json', outcome: 'not-published', proved: false },
    ]);
  });

  it.each<[string, () => object | string, boolean, RegExp]>([
    ['a statement without signature', () => statement(), false, /not signed/],
    ['a statement that names it twice', () => statement(undefined, 2), false, /not signed/],
    [
      'a statement with quoted hashes',
      () => statement({ sha256: `"${kubectl.sha256}"`, sha512: `"${SHA512}"` }),
      false,
      /not signed/,
    ],
    ['a bundle by the release signer', () => signedStatement(statement()), true, /is proved itself/],
    [
      'a bundle with quoted hashes, which no strict proof takes',
      () => signedStatement(statement({ sha256: `"${kubectl.sha256}"` })),
      false,
      /cannot be checked/,
    ],
    [
      'a bundle with the SHA-512 alone',
      () => signedStatement(statement({ sha512: SHA512 })),
      true,
      /agrees by sha512, and is proved itself/,
    ],
    [
      'an envelope without certificate and log entry',
      () => ({
        payloadType: 'application/vnd.in-toto+json',
        payload: Buffer.from(JSON.stringify(statement())).toString('base64'),
        signatures: [{ sig: 'AAAA' }],
      }),
      false,
      /cannot be checked/,
    ],
  ])('takes provenance.json for what it is: %s', async (_, document, proved, detail) => {
    publishProvenance(document());
    const found = (await crossChecks()).find(({ source }) => source === 'provenance.json');
    expect(found).toMatchObject({ outcome: 'agrees', proved });
    expect(found?.detail).toMatch(detail);
  });

  it('fetches the records of a release once for all of its artifacts', async () => {
    await releases.publishRelease({ ...RELEASE, component: 'kubeadm', bytes: BYTES, sigstore });
    await releases.publishSums('v1.30.2');
    const artifacts = [RELEASE, { ...RELEASE, component: 'kubeadm' }];
    const result = await run.install({ artifacts, checkSums: true });
    expect(result.artifacts.map((one) => one.crossChecks?.map(({ outcome }) => outcome))).toEqual([
      ['agrees', 'agrees', 'not-published'],
      ['agrees', 'agrees', 'not-published'],
    ]);
    expect(releases.http.requestsFor('SHA256SUMS')).toHaveLength(1);
  });

  it('compares a file that is installed already, too', async () => {
    await releases.publishSums('v1.30.2');
    await run.install();
    const { artifacts } = await run.install({ checkSums: true });
    expect(artifacts[0]).toMatchObject({
      outcome: 'kept',
      crossChecks: [{ compared: ['sha256'] }, { compared: ['sha512'] }, { outcome: 'not-published' }],
    });
  });

  it('is not done unless it is asked for', async () => {
    await releases.publishSums('v1.30.2');
    const { artifacts } = await run.install();
    expect(artifacts[0]).not.toHaveProperty('crossChecks');
    expect(releases.http.requestsFor(/SUMS|provenance/)).toEqual([]);
  });
});

describe('--check-sums refuses, and leaves the disk as it was:', () => {
  it.each<[string, () => void, string, string]>([
    [
      'SHA256SUMS',
      () => releases.publishFile(`${ROOT}/SHA256SUMS`, `${OTHER_256}  bin/linux/amd64/kubectl\n`),
      OTHER_256,
      'not signed',
    ],
    [
      'SHA512SUMS',
      () => releases.publishFile(`${ROOT}/SHA512SUMS`, `${OTHER_512}  bin/linux/amd64/kubectl\n`),
      OTHER_512,
      'not signed',
    ],
    ['provenance.json', () => publishProvenance(statement({ sha256: OTHER_256 })), OTHER_256, 'not signed'],
    [
      'provenance.json',
      () => publishProvenance(statement({ sha256: kubectl.sha256, sha512: OTHER_512 })),
      OTHER_512,
      'not signed',
    ],
    [
      'provenance.json',
      () => publishProvenance(signedStatement(statement({ sha256: OTHER_256 }))),
      OTHER_256,
      'proved too',
    ],
  ])('a digest in %s that differs, naming both', async (source, publish, theirs, standing) => {
    publish();
    const error = await run.refused({ checkSums: true });
    expect(error).toMatchObject({ code: 'digest-mismatch', check: 'digest' });
    expect(error.message).toContain(`${source} has another`);
    expect(error.found).toContain(theirs);
    expect(error.found).toContain(standing);
    const ours = theirs.length === 64 ? kubectl.sha256 : SHA512;
    expect(error.wanted).toContain(ours);
  });

  it('a difference in a file that is installed already, which stays as it is, mode and all', async () => {
    releases.publishFile(`${ROOT}/SHA512SUMS`, `${OTHER_512}  bin/linux/amd64/kubectl\n`);
    mkdirSync(run.dir.join('bin'));
    writeFileSync(run.dir.join('bin', 'kubectl'), BYTES, { mode: 0o600 });
    expect(await run.refused({ checkSums: true })).toMatchObject({ code: 'digest-mismatch' });
  });

  it('a statement that contradicts itself', async () => {
    const { subject, ...rest } = { subject: [], ...statement() };
    publishProvenance({
      ...rest,
      subject: [...subject, { name: 'bin/linux/amd64/kubectl', digest: { sha256: OTHER_256 } }],
    });
    expect(await run.refused({ checkSums: true })).toMatchObject({ code: 'material-malformed' });
  });

  it('a bundle that another identity signed', async () => {
    publishProvenance(signedStatement(statement(), 'somebody@example.com'));
    const error = await run.refused({ checkSums: true });
    expect(error).toMatchObject({ code: 'identity-mismatch', check: 'identity' });
    expect(error.message).toContain('provenance.json of v1.30.2 is signed');
    expect(error.found).toContain('somebody@example.com');
  });

  it('a bundle of another log', async () => {
    await using other = await startLocalSigstore();
    const payload = Buffer.from(JSON.stringify(statement()));
    publishProvenance(other.signDsse({ payload }).bundle('0.3'));
    // It is not known how old a trusted root in a file is: the log may be newer.
    expect((await run.refused({ checkSums: true })).code).toBe('authority-unknown');
  });

  it.each<[string, string]>([
    ['an error page', '<html><body>503</body></html>'],
    ['an empty list', ''],
    ['a list that is cut short', `${OTHER_256}  bin/linux/amd64/kubeadm\n${OTHER_256.slice(0, 20)}`],
  ])('%s for SHA256SUMS', async (_, body) => {
    releases.publishFile(`${ROOT}/SHA256SUMS`, body);
    expect(await run.refused({ checkSums: true })).toMatchObject({ code: 'material-malformed' });
  });

  it('records that cannot be had, without waiting for the download', async () => {
    releases.http.fault('SHA256SUMS', fault.status(503));
    releases.http.fault(kubectl.path, fault.stall(10));
    expect(await run.refused({ checkSums: true })).toMatchObject({ code: 'http-status' });
  });
});
