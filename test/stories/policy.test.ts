/** A policy file: what it forbids, when, and with which code; what an exception lifts, and what none does. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { InstallRequest } from '../../src/plan/request.ts';
import { GivenPolicy } from '../../src/policy/given-policy.ts';
import type { ArtifactResult } from '../../src/result.ts';
import { testServers } from '#support/test-servers';
import { type InstallRun, prepareInstall } from './support/install-run.ts';

const V = { component: 'kubectl', version: 'v1.30.2', platform: 'linux/amd64' };
const DAY_MS = 86_400_000;

const { sigstore, releases } = await testServers();
let run: InstallRun;
let sha256: string;

beforeEach(async () => {
  run = await prepareInstall({ sigstore, releases });
  ({ sha256 } = await releases.publishRelease({ ...V, bytes: Buffer.from('kubectl'), sigstore }));
});

/** A request under a policy file that says this. */
function under(policy: object): Partial<InstallRequest> {
  const path = run.dir.join('platform.json');
  writeFileSync(path, JSON.stringify({ schemaVersion: 1, ...policy }));
  return { policy: new GivenPolicy({ kind: 'file', path, namedBy: 'option' }) };
}

async function installed(policy: object, change: Partial<InstallRequest> = {}): Promise<ArtifactResult> {
  const { artifacts } = await run.install({ ...under(policy), ...change });
  const [artifact] = artifacts;
  if (artifact === undefined) throw new TypeError('nothing was installed');
  return artifact;
}

const exception = (lifts: readonly string[], change: object = {}): object => ({
  exceptions: [{ sha256, lifts, reason: 'INC-4711', until: day(1), ...change }],
});

/** A day that many from now. */
function day(days: number): string {
  return new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
}

function time(days: number): string {
  return `${new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 19)}Z`;
}

const KREL = {
  subjectAlternativeName: 'krel-staging@k8s-releng-prod.iam.gserviceaccount.com',
  issuer: 'https://accounts.google.com',
};
const WHY = 'the signer was stolen';

/** It must end before any request. */
const asked = async (policy: object, change: Partial<InstallRequest> = {}): Promise<unknown> => {
  const before = releases.http.requests.length;
  const request = { ...under(policy), ...change };
  const error = await run.refused(request);
  expect(releases.http.requests.slice(before)).toEqual([]);
  return error;
};

describe('a request that the policy forbids', () => {
  it.each<readonly [string, () => object]>([
    ['another component', () => ({ allowed: [{ components: ['kubelet'] }] })],
    ['another version', () => ({ allowed: [{ versions: ['1.31', '>=v1.30.3 <v1.31.0'] }] })],
    [
      'that component in other versions',
      () => ({ allowed: [{ components: ['kubelet'] }, { components: ['kubectl'], versions: ['v1.30.1'] }] }),
    ],
    ['another source', () => ({ sources: ['https://mirror.example.com/k8s'] })],
    [
      'no signer for such a file',
      () => ({
        identities: [
          { subjectAlternativeName: 'a@b.example', issuer: 'https://i.example', kinds: ['image'] },
        ],
      }),
    ],
    [
      'an exception for a digest that is not the demanded one',
      () => ({ allowed: [{ components: ['kubelet'] }], ...exception(['allowed']) }),
    ],
    [
      'an exception that has ended',
      () => ({ allowed: [{ components: ['kubelet'] }], ...exception(['allowed'], { until: day(-2) }) }),
    ],
  ])('ends with 2 before any request: %s', async (what, policy) => {
    const change = what.includes('demanded') ? { artifacts: [{ ...V, sha256: 'a'.repeat(64) }] } : {};
    expect(await asked(policy(), change)).toMatchObject({
      code: 'policy-forbids',
      from: run.dir.join('platform.json'),
    });
  });

  it('is one for another signer than those of the policy', async () => {
    const identities = [{ subjectAlternativeName: 'a@b.example', issuer: 'https://i.example' }];
    const identity = { subjectAlternativeName: 'c@d.example', issuer: 'https://i.example' };
    expect(await asked({ identities }, { identity })).toMatchObject({
      code: 'policy-forbids',
      found: 'c@d.example',
    });
  });
});

describe('a proved artifact that the policy forbids', () => {
  it.each<readonly [string, () => object, object]>([
    ['a denied digest', () => ({ denied: { digests: [{ sha256, reason: WHY }] } }), { why: WHY }],
    [
      'a signing in a denied time',
      () => ({ denied: { signingTimes: [{ from: time(-3650), to: time(1), reason: WHY }] } }),
      { why: WHY },
    ],
    [
      'a denied log index',
      () => ({ denied: { logIndexes: [{ from: '0', to: '9223372036854775807', reason: WHY }] } }),
      { why: WHY },
    ],
    ['a signing that is too young', () => ({ minimumAge: '3650d' }), {}],
    [
      'a signer outside its time',
      () => ({
        identities: [
          {
            subjectAlternativeName: 'krel-staging@k8s-releng-prod.iam.gserviceaccount.com',
            issuer: 'https://accounts.google.com',
            signedUntil: '2020-01-01T00:00:00Z',
          },
        ],
      }),
      {},
    ],
    [
      'an exception that has ended',
      () => ({ minimumAge: '3650d', ...exception(['minimumAge'], { until: day(-2) }) }),
      { why: `its exception (INC-4711) ended ${day(-2)}` },
    ],
    ['an exception for another demand', () => ({ minimumAge: '3650d', ...exception(['boundName']) }), {}],
  ])('ends with 23 and nothing changed: %s', async (_, policy, details) => {
    const request = under(policy());
    expect(await run.refused(request)).toMatchObject({
      name: 'NotAllowedError',
      code: 'not-allowed',
      message: 'kubectl v1.30.2 linux/amd64 is genuine, but not allowed by the policy',
      from: run.dir.join('platform.json'),
      ...details,
    });
  });

  it.each<readonly [string, object]>([
    ['by component and version', { allowed: [{ components: ['kubectl'], versions: ['v1.30.2'] }] }],
    ['by version, in who must have signed', { identities: [{ ...KREL, versions: ['v1.30.2'] }] }],
    ['by kind, in who must have signed', { identities: [{ ...KREL, kinds: ['binary'] }] }],
  ])('is one that nothing binds to the name that was asked for: %s', async (_, policy) => {
    // An old file of another component, under the name that was asked for, and the manifest is withheld.
    releases.withoutManifest();
    const old = { ...V, component: 'kubelet', version: 'v1.30.0', bytes: Buffer.from('old'), sigstore };
    await releases.publishRelease(old);
    for (const suffix of ['', '.sig', '.cert', '.sha256', '.sha512']) {
      const reply = await fetch(`${releases.url}/release/v1.30.0/bin/linux/amd64/kubelet${suffix}`);
      const bytes = new Uint8Array(await reply.arrayBuffer());
      if (reply.ok) releases.publishFile(`/release/v1.30.2/bin/linux/amd64/kubectl${suffix}`, bytes);
    }
    expect(await run.refused(under(policy))).toMatchObject({
      code: 'not-allowed',
      found: expect.stringContaining('a file of which nothing says what it is'),
      next: expect.stringContaining('kubernetes-release.spdx'),
    });
    // A digest that is demanded says which file is meant.
    const demanded = createHash('sha256').update('old').digest('hex');
    await installed(policy, { artifacts: [{ ...V, sha256: demanded }] });
  });

  it('needs a bound name where the policy says so', async () => {
    expect(await installed({ required: { boundName: true } })).toMatchObject({ name: { bound: true } });
    releases.withoutManifest();
    await releases.publishRelease({ ...V, bytes: Buffer.from('silent'), sigstore });
    const request = {
      ...under({ required: { boundName: true } }),
      destination: { kind: 'directory', path: run.dir.join('other') },
    } as const;
    const silent = { code: 'not-allowed', found: 'nothing signed says which file it is' };
    expect(await run.refused(request)).toMatchObject(silent);
    // A digest that is demanded is not signed.
    const demanded = createHash('sha256').update('silent').digest('hex');
    expect(await run.refused({ ...request, artifacts: [{ ...V, sha256: demanded }] })).toMatchObject(silent);
  });
});

describe('an exception', () => {
  it.each<readonly [string, object, readonly string[]]>([
    ['a component and version', { allowed: [{ components: ['kubelet'] }] }, ['allowed']],
    ['a minimum age', { minimumAge: '3650d' }, ['minimumAge']],
    [
      'a denied time',
      {
        denied: { signingTimes: [{ from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z', reason: WHY }] },
      },
      ['deniedSigningTimes'],
    ],
    [
      'denied log indexes',
      { denied: { logIndexes: [{ from: '0', to: '9223372036854775807', reason: WHY }] } },
      ['deniedLogIndexes'],
    ],
  ])('lifts %s for its digest, and is in the result', async (_, policy, lifts) => {
    const { policy: use } = await installed({ ...policy, ...exception(lifts) });
    expect(use).toMatchObject({
      path: run.dir.join('platform.json'),
      exceptions: [{ sha256, lifts, reason: 'INC-4711', until: day(1) }],
    });
  });

  it('is not in the result where nothing needed it', async () => {
    const { policy } = await installed({ ...exception(['minimumAge']) });
    expect(policy?.exceptions).toEqual([]);
  });

  it('opens the door to its own digest alone', async () => {
    const other = { sha256: 'f'.repeat(64) };
    const request = under({ allowed: [{ components: ['kubelet'] }], ...exception(['allowed'], other) });
    expect(await run.refused(request)).toMatchObject({ code: 'not-allowed' });
  });
});

describe('a policy file that is replaced', () => {
  it('counts as it was when the run read it', async () => {
    const path = (): string => run.dir.join('platform.json');
    const strict = JSON.stringify({ schemaVersion: 1, minimumAge: '3650d' });
    // From the first event on, the file is another one.
    run = await prepareInstall({ sigstore, releases }, () => writeFileSync(path(), strict));
    const { policy } = await installed({});
    expect(policy?.sha256).toBe(createHash('sha256').update('{"schemaVersion":1}').digest('hex'));
    expect(readFileSync(path(), 'utf8')).toBe(strict);
  });
});
