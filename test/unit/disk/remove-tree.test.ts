import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HeldDirectory } from '../../../src/disk/held-directory.ts';
import { removeTree } from '../../../src/disk/remove-tree.ts';
import { attack, NO_OTHER_USER, OTHER_UID, ROUNDS } from '#support/other-user';
import type { TempDir } from '#support/temp-dir';
import { testDir } from '#support/test-dir';

async function hold(path: string): Promise<HeldDirectory> {
  const held = await HeldDirectory.open(path);
  onTestFinished(() => held.close());
  return held;
}

function fill(dir: TempDir, ...names: readonly string[]): void {
  for (const name of names) {
    mkdirSync(dir.join(name, '..'), { recursive: true });
    writeFileSync(dir.join(name), name);
  }
}

describe('removing what is our own', () => {
  it('takes files, links and directories, and follows no link', async () => {
    const dir = await testDir();
    fill(dir, 'out/a', 'out/b/c/d', 'out/b/e', 'kept/secret');
    symlinkSync('../kept', dir.join('out', 'link'));
    const held = await hold(dir.path);
    await removeTree(held, 'out');
    await removeTree(held, 'out');
    expect(readdirSync(dir.path)).toEqual(['kept']);
    expect(readdirSync(dir.join('kept'))).toEqual(['secret']);
  });

  it('takes a link itself', async () => {
    const dir = await testDir();
    fill(dir, 'kept/secret');
    symlinkSync('kept', dir.join('out'));
    await removeTree(await hold(dir.path), 'out');
    expect(readdirSync(dir.path)).toEqual(['kept']);
    expect(readdirSync(dir.join('kept'))).toEqual(['secret']);
  });

  it('goes no deeper than anything that a run makes', async () => {
    const dir = await testDir();
    const deep = Array.from({ length: 60 }, () => 'd').join('/');
    fill(dir, `out/${deep}/file`, 'out/other');
    await expect(removeTree(await hold(dir.path), 'out')).rejects.toThrow('too deep');
    expect(existsSync(dir.join('out', deep, 'file'))).toBe(true);
    expect(existsSync(dir.join('out', 'other'))).toBe(false);
  });
});

const OTHER = NO_OTHER_USER ?? 'as root';

/** Swaps each directory in the first one for a link to the second, and back, as fast as it goes. */
const SWAPPING = `
import { readdirSync, renameSync, symlinkSync, unlinkSync } from 'node:fs';
const [, shared, victim] = process.argv;
process.stdout.write('ready');
const attempt = (step) => { try { step(); } catch {} };
for (;;) {
  for (const name of readdirSync(shared).filter((one) => !one.endsWith('.away'))) {
    const path = shared + '/' + name;
    attempt(() => renameSync(path, path + '.away'));
    attempt(() => symlinkSync(victim, path));
    attempt(() => unlinkSync(path));
    attempt(() => renameSync(path + '.away', path));
  }
}
`;

describe.skipIf(NO_OTHER_USER !== undefined)(`with another user (${OTHER})`, () => {
  it('leaves what belongs to the other one, and what that is in', async () => {
    const dir = await testDir();
    fill(dir, 'out/ours', 'out/shared/ours', 'out/shared/theirs');
    chownSync(dir.join('out', 'shared', 'theirs'), OTHER_UID, OTHER_UID);
    await expect(removeTree(await hold(dir.path), 'out')).rejects.toThrow('owned by another user');
    expect(readdirSync(dir.join('out'))).toEqual(['shared']);
    expect(readdirSync(dir.join('out', 'shared'))).toEqual(['theirs']);
  });

  it('deletes nothing elsewhere while the other one swaps directories for links', async () => {
    const dir = await testDir();
    const names = Array.from({ length: 100 }, (_, index) => `f${index}`);
    fill(dir, ...names.map((name) => `victim/${name}`));
    mkdirSync(dir.join('shared'));
    chownSync(dir.join('shared'), OTHER_UID, OTHER_UID);
    chmodSync(dir.path, 0o755);
    const held = await hold(dir.join('shared'));
    const stop = await attack(SWAPPING, dir.join('shared'), dir.join('victim'));
    let removed = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const out = `out${round}`;
      fill(dir, ...names.map((name) => `ours/${name}`));
      renameSync(dir.join('ours'), dir.join('shared', out));
      await removeTree(held, out).then(
        () => (removed += 1),
        () => undefined,
      );
    }
    await stop();
    expect(readdirSync(dir.join('victim'))).toHaveLength(names.length);
    // The attack was there, and did not keep everything from being removed.
    expect(removed).toBeGreaterThan(0);
  });
});
