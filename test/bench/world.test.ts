import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { verify } from 'sigstore';
import { describe, expect, it } from 'vitest';
import { writeTufCache } from '../../scripts/bench/tuf-cache.ts';
import { startWorld } from '../../scripts/bench/world.ts';
import { KUBERNETES_RELEASE_SIGNERS } from '../../src/release/signer.ts';
import { testDir } from '#support/test-dir';

describe('the world of the bench', () => {
  it('publishes, signs, and gives sigstore-js a trusted root that it takes', async () => {
    const dir = await testDir();
    const path = dir.join('artifact');
    writeFileSync(path, 'a small artifact');
    await using world = await startWorld({
      directory: dir.path,
      links: [{ name: 'fast' }, { name: 'slow', bitsPerSecond: 1e6, evidenceDelayMs: 1 }],
      artifacts: [{ component: 'kubectl', version: 'v1.30.0', platform: 'linux/amd64', path }],
      bundled: [path],
    });
    const sha256 = createHash('sha256').update('a small artifact').digest('hex');
    for (const name of ['fast', 'slow']) {
      const { url, rekorUrl } = world.link(name);
      const answer = await fetch(`${url}/release/v1.30.0/bin/linux/amd64/kubectl.sha256`);
      expect(await answer.text()).toBe(sha256);
      expect((await fetch(`${rekorUrl}/api/v1/log`)).status).toBe(200);
    }
    const identity = KUBERNETES_RELEASE_SIGNERS[0]?.identity;
    const options = {
      ...writeTufCache(dir.join('tuf'), readFileSync(world.trustedRootPath, 'utf8')),
      certificateIssuer: identity?.issuer ?? '',
      certificateIdentityEmail: identity?.subjectAlternativeName ?? '',
    };
    const bundle = JSON.parse(readFileSync(`${path}.sigstore.json`, 'utf8'));
    const signer = await verify(bundle, readFileSync(path), options);
    expect(signer.identity?.subjectAlternativeName).toBe(identity?.subjectAlternativeName);
    await expect(verify(bundle, Buffer.from('another artifact'), options)).rejects.toThrow(/signature/);
  });

  it('tells of servers that cannot start', async () => {
    const dir = await testDir();
    const order = { directory: dir.path, links: [], artifacts: [], bundled: [dir.join('absent')] };
    await expect(startWorld(order)).rejects.toThrow(/^the servers ended with 1: [^]*ENOENT/);
  });
});
