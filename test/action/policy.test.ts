/** The input `policy`: what it forbids, and that it counts as `--policy` where it names signers. */
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TempDir } from '#support/temp-dir';
import { type ActionWorld, expectNothing, SIGNER, startActionWorld, VERSION } from './action-world.ts';
import type { ActionRun } from './run-action.ts';

let world: ActionWorld;
beforeAll(async () => {
  world = await startActionWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const KREL = { subjectAlternativeName: SIGNER, issuer: 'https://accounts.google.com' };

describe('the input policy', () => {
  it.each<readonly [string, () => object, number, string]>([
    [
      'a request that it forbids',
      () => ({ allowed: [{ components: ['kubelet'] }] }),
      2,
      'the policy forbids this request',
    ],
    [
      'a file that it denies',
      () => ({ denied: { digests: [{ sha256: world.digest('kubectl'), reason: 'recalled' }] } }),
      23,
      'is genuine, but not allowed by the policy',
    ],
    ['a signing that is too young', () => ({ minimumAge: '3650d' }), 23, 'not allowed by the policy'],
    [
      'a signer outside its time',
      () => ({ identities: [{ ...KREL, signedUntil: '2020-01-01T00:00:00Z' }] }),
      23,
      'not allowed by the policy',
    ],
    ['a file that is no policy', () => ({ alowed: [] }), 2, 'cannot be used'],
  ])('refuses %s', async (_, policy, code, message) => {
    const runner = await world.useRunner();
    const path = runner.dir.join('policy.json');
    writeFileSync(path, JSON.stringify({ schemaVersion: 1, ...policy() }));
    const run = await runner.run({ version: VERSION, policy: path });
    expect(run.exitCode).toBe(code);
    expect(run.summary).toContain(message);
    await expectNothing(run, runner.dir);
  });

  it('takes its signers, as a person names them, and says that it allowed the file', async () => {
    const runner = await world.useRunner();
    const path = runner.dir.join('policy.json');
    writeFileSync(path, JSON.stringify({ schemaVersion: 1, identities: [KREL] }));
    const run = await runner.run({ version: VERSION, policy: path });
    expect(run.exitCode).toBe(0);
    expect(JSON.parse(run.outputs['result'] ?? '{}')).toMatchObject({
      artifacts: [{ policy: { path, exceptions: [] } }],
    });
  });
});

/** A run on a machine that has this policy for every run. */
async function runUnder(
  policy: object,
  inputs: Readonly<Record<string, string>> = {},
): Promise<{ readonly run: ActionRun; readonly dir: TempDir }> {
  const runner = await world.useRunner();
  const path = runner.dir.join('machine.json');
  writeFileSync(path, JSON.stringify({ schemaVersion: 1, ...policy }));
  const run = await runner.run({ version: VERSION, ...inputs }, { K8S_VERIFY_POLICY: path });
  return { run, dir: runner.dir };
}

describe('the variable K8S_VERIFY_POLICY', () => {
  it('names a policy for every run on the machine', async () => {
    const { run, dir } = await runUnder({ allowed: [{ components: ['kubelet'] }] });
    expect(run.exitCode).toBe(2);
    expect(run.summary).toContain('the policy forbids this request');
    await expectNothing(run, dir);
  });

  it('does not say who must have signed', async () => {
    const { run } = await runUnder({ identities: [KREL] });
    expect(run.exitCode).toBe(2);
    expect(run.summary).toContain('names signers, and a variable named it');
  });

  it('counts after the input', async () => {
    const runner = await world.useRunner();
    const path = runner.dir.join('policy.json');
    writeFileSync(path, JSON.stringify({ schemaVersion: 1, minimumAge: '1h' }));
    const variables = { K8S_VERIFY_POLICY: runner.dir.join('not-there.json') };
    const run = await runner.run({ version: VERSION, policy: path }, variables);
    expect(run.exitCode).toBe(23);
    const other = await runner.run({ version: VERSION }, variables);
    expect(other.exitCode).toBe(2);
    expect(other.summary).toContain('not-there.json cannot be read');
  });
});

describe('other variables of the command', () => {
  it('K8S_VERIFY_OFFLINE forbids the network here too', async () => {
    const runner = await world.useRunner();
    const before = world.releases.http.requests.length;
    const run = await runner.run({ version: VERSION }, { K8S_VERIFY_OFFLINE: '1' });
    expect(run.exitCode).toBe(4);
    expect(world.releases.http.requests.slice(before)).toEqual([]);
    const odd = await runner.run({ version: VERSION }, { K8S_VERIFY_OFFLINE: 'perhaps' });
    expect(odd.exitCode).toBe(2);
  });

  it('are told where they are not read', async () => {
    const runner = await world.useRunner();
    const run = await runner.run({ version: VERSION }, { K8S_VERIFY_MIRROR: 'https://mirror.example.com' });
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toMatch(
      /^for the command k8s-verify, and not read by this step: .*K8S_VERIFY_MIRROR/m,
    );
  });
});

describe('a runner that takes no answers', () => {
  it.each(['GITHUB_OUTPUT', 'GITHUB_PATH'])('%s: 20, before anything is done', async (name) => {
    const runner = await world.useRunner();
    const before = world.releases.http.requests.length;
    const run = await runner.run({ version: VERSION }, { [name]: runner.dir.join('not-there/file') });
    expect(run.exitCode).toBe(20);
    expect(run.summary).toContain('the runner takes no answers from this step');
    expect(run.stdout).not.toContain('this is a bug');
    expect(world.releases.http.requests.slice(before)).toEqual([]);
    await expectNothing(run, runner.dir);
  });
});
