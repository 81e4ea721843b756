/** The input `policy`: what it forbids, and that it counts as `--policy` where it names signers. */
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ActionWorld, expectNothing, SIGNER, startActionWorld, VERSION } from './action-world.ts';

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
