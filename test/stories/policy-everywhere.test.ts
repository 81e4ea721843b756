/** Each function of the library obeys the policy that it is given, as a value or as a file, and under one that allows it does its work. */
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { digest, install, lock, mirror, release, verify } from '../../src/index.ts';
import { K8sVerifyError } from '../../src/errors.ts';
import { showPolicy } from '../../src/policies.ts';
import { goProgram } from '#support/go-program';
import type { TempDir } from '#support/temp-dir';
import { testDir } from '#support/test-dir';
import { testServers } from '#support/test-servers';
import { publishWholeRelease } from '#support/whole-release';

const { sigstore, releases } = await testServers();
const trustedRoot = sigstore.trustedRoot();
const KUBECTL = 'kubectl@v1.30.2';
const PLATFORM = 'linux/amd64';

interface World {
  readonly dir: TempDir;
  readonly sha256: string;
  readonly bundle: string;
}

function bytesOf(): Uint8Array {
  return goProgram({ strings: ['v1.30.2'] });
}

async function publish(): Promise<World> {
  const path = 'bin/linux/amd64/kubectl';
  const files = await publishWholeRelease(releases, { version: 'v1.30.2', paths: [path], bytesOf, sigstore });
  const sha256 = files.get(path)?.sha256 ?? '';
  const dir = await testDir();
  const from = { sources: [releases.url], rekorUrl: sigstore.rekorUrl, trustedRoot };
  const into = dir.join('proved');
  await install({ artifacts: [KUBECTL], platform: PLATFORM, into, saveBundle: true, ...from });
  return { dir, sha256, bundle: dir.join('proved/kubectl.sigstore.json') };
}

type Given = { readonly policy: string } | { readonly policyPath: string };

/** A run under a policy: the codes of what it found wrong, none where all is well. */
type Run = (given: Given, world: World) => Promise<readonly string[]>;

const from = { sources: [releases.url], rekorUrl: sigstore.rekorUrl, trustedRoot };
const RUNS: Readonly<Record<string, Run>> = {
  install: (given, { dir }) =>
    codesOf(install({ artifacts: [KUBECTL], platform: PLATFORM, into: dir.join('bin'), ...from, ...given })),
  verify: (given, { dir, bundle }) =>
    codesOf(verify({ path: dir.join('proved/kubectl'), bundlePath: bundle }, { trustedRoot, ...given })),
  digest: (given) => codesOf(digest({ artifacts: [KUBECTL], platforms: [PLATFORM], ...from, ...given })),
  lock: (given, { dir }) => {
    const lockfile = dir.join('k8s-verify.lock.json');
    return codesOf(lock({ lockfile, artifacts: [KUBECTL], platforms: [PLATFORM], ...from, ...given }));
  },
  mirror: (given, { dir }) =>
    codesOf(
      mirror({ artifacts: [KUBECTL], platforms: [PLATFORM], to: dir.join('mirror'), ...from, ...given }),
    ),
  release: async (given) => {
    const asked = { version: 'v1.30.2', components: ['kubectl'], platforms: [PLATFORM] };
    try {
      const { results } = await release({ ...asked, ...from, ...given });
      return results.flatMap(({ error }) => (error === undefined ? [] : [error.code]));
    } catch (error) {
      return [codeOf(error)];
    }
  },
};

async function codesOf(run: Promise<object>): Promise<readonly string[]> {
  return run.then(
    () => [],
    (error: unknown) => [codeOf(error)],
  );
}

function codeOf(error: unknown): string {
  if (error instanceof K8sVerifyError) return error.code;
  throw error;
}

const stolen = [
  { from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z', reason: 'the signer was stolen' },
];
const everyIndex = [{ from: '0', to: '9223372036854775807', reason: 'the signer was stolen' }];

describe.each(Object.entries(RUNS))('%s', (_name, run) => {
  it.each<readonly [string, (world: World) => object]>([
    ['a denied time', () => ({ denied: { signingTimes: stolen } })],
    ['denied indexes of the log', () => ({ denied: { logIndexes: everyIndex } })],
    ['a denied digest', ({ sha256 }) => ({ denied: { digests: [{ sha256, reason: 'recalled' }] } })],
    ['a minimum age', () => ({ minimumAge: '3650d' })],
  ])('refuses %s with "genuine, but not allowed"', async (_, policy) => {
    const world = await publish();
    const text = JSON.stringify({ schemaVersion: 1, ...policy(world) });
    expect(await run({ policy: text }, world)).toEqual(['not-allowed']);
  });

  it('does its work under the built-in policy, and under one that allows it', async () => {
    const world = await publish();
    const path = world.dir.join('platform.json');
    writeFileSync(path, showPolicy());
    // A file that the caller names may say who must have signed.
    expect(await run({ policyPath: path }, world)).toEqual([]);
    const allowed = { allowed: [{ components: ['kubectl'], versions: ['1.30'] }], minimumAge: '1h' };
    const exceptions = [
      { sha256: world.sha256, lifts: ['minimumAge'], reason: 'INC-4711', until: '2124-01-01' },
    ];
    const policy = JSON.stringify({ schemaVersion: 1, ...allowed, exceptions });
    expect(await run({ policy }, world)).toEqual([]);
  });
});

it.each(Object.entries(RUNS).filter(([name]) => name !== 'verify'))(
  '%s asks no one for what is forbidden',
  async (_, run) => {
    const world = await publish();
    const before = releases.http.requests.length;
    const policy = JSON.stringify({ schemaVersion: 1, allowed: [{ components: ['kubelet'] }] });
    expect(await run({ policy }, world)).toEqual(['policy-forbids']);
    expect(releases.http.requests.slice(before)).toEqual([]);
  },
);

it('says of a release manifest that was signed in a denied time why it says no name', async () => {
  const { sha256 } = await publish();
  const exceptions = [{ sha256, lifts: ['deniedSigningTimes'], reason: 'INC-4711', until: '2124-01-01' }];
  const policy = JSON.stringify({ schemaVersion: 1, denied: { signingTimes: stolen }, exceptions });
  const asked = digest({ artifacts: [KUBECTL], platforms: [PLATFORM], ...from, policy });
  await expect(asked).rejects.toMatchObject({
    code: 'name-unbound',
    found: expect.stringMatching(
      /kubernetes-release\.spdx of v1\.30\.2 at \S+ is genuine, but not allowed by the policy: signed \S+Z \(the signer was stolen\)/,
    ),
  });
});
