/** A Node whose crypto does not work, by a module that is loaded before k8s-verify. */
import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { LocalWorld } from './local-world.ts';
import { localWorld } from './local-world.ts';
import { schemaFaults } from './result-schema.ts';

const BREAKAGES: readonly (readonly [string, string])[] = [
  [
    'crypto.verify throws without an algorithm, as in Deno',
    `const { verify } = crypto;
     crypto.verify = (algorithm, ...rest) => {
       if (algorithm == null) throw new TypeError('no algorithm given');
       return verify(algorithm, ...rest);
     };`,
  ],
  ['crypto.verify throws', "crypto.verify = () => { throw new Error('not supported here'); };"],
  ['crypto.verify always says no', 'crypto.verify = () => false;'],
  [
    'crypto.verify knows no Ed25519 and says no to P-384',
    `const { verify } = crypto;
     crypto.verify = (algorithm, data, key, ...rest) => {
       if (key.asymmetricKeyType === 'ed25519') throw new Error('unsupported');
       return key.asymmetricKeyDetails?.namedCurve !== 'secp384r1' && verify(algorithm, data, key, ...rest);
     };`,
  ],
  [
    'hashes come out wrong',
    `const { Hash } = crypto;
     const { digest } = Hash.prototype;
     Hash.prototype.digest = function (...encoding) {
       const out = digest.apply(this, encoding);
       if (Buffer.isBuffer(out)) out[0] ^= 1;
       return out;
     };`,
  ],
];

/** A bundle that proves the file, and one of another signer. */
async function signedFile(world: LocalWorld, identity?: string): Promise<readonly string[]> {
  const file = world.dir.join('artifact');
  const bytes = Buffer.from('an artifact');
  await writeFile(file, bytes);
  const signed = world.sigstore.signBlob({ bytes, ...(identity === undefined ? {} : { identity }) });
  await writeFile(`${file}.sigstore.json`, signed.bundle('0.3'));
  return ['verify', file, '--trusted-root', world.dir.join('root.json')];
}

describe('where the machine cannot judge', () => {
  it.each(BREAKAGES)('since %s, it says so, and nothing of the artifact', async (_, breakage) => {
    const world = await localWorld();
    await writeFile(world.dir.join('broken.cjs'), `const crypto = require('node:crypto');\n${breakage}`);
    const nodeArguments = ['--require', world.dir.join('broken.cjs')];
    for (const args of [await signedFile(world), [...(await signedFile(world)), '--json']]) {
      const { exitCode, stdout, stderr } = await world.run(args, { nodeArguments });
      expect({
        exitCode,
        words: /do not use|is of another/.exec(stderr + stdout),
      }).toEqual({ exitCode: 1, words: null });
      expect(args.includes('--json') ? schemaFaults(JSON.parse(stdout)) : []).toEqual([]);
      expect(stderr).toMatch(
        /^k8s-verify: error: this machine cannot (?:judge the artifact|verify a signature)$/m,
      );
      expect(stderr).toMatch(/next +run k8s-verify on another machine/);
    }
  });

  it('names the exception that it was given', async () => {
    const world = await localWorld();
    const [, breakage = ''] = BREAKAGES[0] ?? [];
    await writeFile(world.dir.join('broken.cjs'), `const crypto = require('node:crypto');\n${breakage}`);
    const nodeArguments = ['--require', world.dir.join('broken.cjs')];
    const { stdout } = await world.run([...(await signedFile(world)), '--json'], { nodeArguments });
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      exitCode: 1,
      error: { code: 'machine-cannot-judge', kind: 'UnavailableError', found: '"no algorithm given"' },
    });
  });

  it('an install places nothing', async () => {
    const world = await localWorld();
    await writeFile(world.dir.join('broken.cjs'), "require('node:crypto').verify = () => false;");
    const nodeArguments = ['--require', world.dir.join('broken.cjs')];
    const args = ['kubectl', 'v1.26.4', '--platform', 'linux/amd64', '--output', world.dir.join('kubectl')];
    const { exitCode, stdout, stderr } = await world.run([...args, ...world.options], { nodeArguments });
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain('k8s-verify: error: this machine cannot judge the artifact\n');
    expect(stderr).not.toContain('do not use');
  });

  it('what works is proved by it as ever, and another signer is refused', async () => {
    const world = await localWorld();
    expect(await world.run(await signedFile(world))).toMatchObject({ exitCode: 0 });
    const refused = await world.run(await signedFile(world, 'somebody@example.com'));
    expect(refused).toMatchObject({ exitCode: 15, stderr: expect.stringContaining('do not use') });
  });
});
