/** What another user of the machine can make of an archive that root unpacks: nothing outside, and no false word. */
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { placeExtractions, stageExtraction } from '../../../src/archive/extract.ts';
import { InstallError } from '../../../src/errors.ts';
import { attack, NO_OTHER_USER, OTHER_UID, ROUNDS } from '#support/other-user';
import { rejection } from '#support/thrown-by';
import { namesIn, scratch } from '../disk/support/disk.ts';
import { verifiedArchive } from './support/archive.ts';
import { directory, file, tarGz } from './support/tar-writer.ts';
import { unpack } from './support/unpack.ts';

/** Many files, so that the race lasts; in directories, so that the attacker has a choice. */
const MANY: readonly Uint8Array[] = Array.from({ length: 4 }, (_, index) => [
  directory(`d${index}/`),
  ...Array.from({ length: 8 }, (__, inner) => file(`d${index}/f${inner}`, 'x'.repeat(3000), 0o755)),
]).flat();

/** A directory of root's that no other user may look into, and how it and what was in it are now. */
function privateDirectory(): {
  readonly path: string;
  readonly itself: () => unknown;
  readonly inside: () => unknown;
} {
  const path = scratch();
  mkdirSync(join(path, 'd0'), { mode: 0o700 });
  writeFileSync(join(path, 'd0', 'f0'), 'secret', { mode: 0o600 });
  chmodSync(path, 0o700);
  const stateOf = (name: string): unknown => {
    const { mode, mtimeMs, ctimeMs } = statSync(join(path, name));
    return [name, mode, mtimeMs, ctimeMs];
  };
  return {
    path,
    itself: () => [stateOf('.'), ...namesIn(path)],
    inside: () => [stateOf('d0'), stateOf('d0/f0'), ...namesIn(join(path, 'd0'))],
  };
}

/** A directory that belongs to the other user, as a home or a workspace does. */
function othersDirectory(): string {
  const path = join(scratch(), 'theirs');
  mkdirSync(path, { mode: 0o755 });
  chownSync(path, OTHER_UID, OTHER_UID);
  // The other user has to get there.
  chmodSync(join(path, '..'), 0o755);
  return path;
}

/** Renames root's staging directory away as soon as it is there, and leaves a link in its place, or their own directory. */
const SWAP = `
  import { lstatSync, mkdirSync, readdirSync, renameSync, symlinkSync } from 'node:fs';
  const [parent, victim] = process.argv.slice(-2);
  process.stdout.write('ready');
  for (let count = 0; ; ) {
    for (const name of readdirSync(parent)) {
      if (!name.startsWith('.k8s-verify-')) continue;
      try {
        const found = lstatSync(parent + '/' + name);
        if (found.uid !== 0 || !found.isDirectory()) continue;
        renameSync(parent + '/' + name, parent + '/moved-' + count++);
        if (count % 4 === 0) mkdirSync(parent + '/' + name);
        else symlinkSync(victim, parent + '/' + name);
      } catch {}
    }
  }
`;

/** Does the same one step above: with the directory that the target is in. */
const SWAP_PARENT = `
  import { readdirSync, renameSync, symlinkSync, unlinkSync } from 'node:fs';
  const [above, victim] = process.argv.slice(-2);
  const parent = above + '/parent';
  process.stdout.write('ready');
  for (;;) {
    try {
      if (!readdirSync(parent).some((name) => name.startsWith('.k8s-verify-'))) continue;
      renameSync(parent, above + '/away');
      symlinkSync(victim, parent);
      for (let turn = 0; turn < 200; turn++) readdirSync(above);
      unlinkSync(parent);
      renameSync(above + '/away', parent);
    } catch {}
  }
`;

/** Unpacks once for each round, and after each looks at what must not change. Gives how often that was refused. */
async function underAttack(parent: string, look: () => unknown): Promise<number> {
  const archive = await verifiedArchive(tarGz(...MANY));
  const before = look();
  let refused = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const into = join(parent, `out-${round}`);
    const outcome = await unpack(archive, { into }).then(
      ({ directory: reported }) => reported,
      (error: unknown) => (error instanceof InstallError ? error.code : error),
    );
    if (outcome !== into) refused += 1;
    // Mostly the first. What a step meets in between (no directory, a link, a file) has the second.
    expect([into, 'place-failed', 'destination-unsuitable']).toContain(outcome);
    expect(look()).toEqual(before);
  }
  return refused;
}

describe.skipIf(NO_OTHER_USER !== undefined)(`another user (${NO_OTHER_USER ?? 'there is one'})`, () => {
  it('who swaps the staging directory for a link gets nothing opened or written', async () => {
    const parent = othersDirectory();
    const victim = privateDirectory();
    const stop = await attack(SWAP, parent, victim.path);
    const refused = await underAttack(parent, () => [victim.itself(), victim.inside()]);
    await stop();
    // Else nothing was tried at all.
    expect(refused).toBeGreaterThan(0);
    expect(namesIn(parent).filter((name) => name.startsWith('moved-')).length).toBeGreaterThanOrEqual(
      refused,
    );
  });

  it('who swaps the directory above it for a link gets nothing in there opened or written', async () => {
    const above = othersDirectory();
    const parent = join(above, 'parent');
    mkdirSync(parent);
    chownSync(parent, OTHER_UID, OTHER_UID);
    const victim = privateDirectory();
    const stop = await attack(SWAP_PARENT, above, victim.path);
    // Where the link is there from the beginning, it is followed, as one to the destination should be.
    const refused = await underAttack(parent, victim.inside);
    await stop();
    expect(refused).toBeGreaterThan(0);
  });
});

describe('a staging directory that is not at its place any more', () => {
  it.each<[string, (paths: { readonly staged: string; readonly elsewhere: string }) => void]>([
    ['a link is there', ({ staged, elsewhere }) => symlinkSync(elsewhere, staged)],
    ['another directory is there', ({ staged }) => mkdirSync(staged)],
    ['nothing is there', () => undefined],
  ])('is not placed: %s', async (_, plant) => {
    const parent = scratch();
    const elsewhere = scratch();
    const archive = await verifiedArchive(tarGz(...MANY));
    const extraction = await stageExtraction(archive, { into: join(parent, 'out') });
    const [name = ''] = namesIn(parent);
    renameSync(join(parent, name), join(parent, 'moved'));
    plant({ staged: join(parent, name), elsewhere });
    const planted = namesIn(parent);
    const error = await rejection(placeExtractions([extraction]));
    expect(error).toMatchObject({ name: 'InstallError', code: 'place-failed' });
    await extraction.staging.discard();
    expect(namesIn(parent)).toEqual(planted);
    // Its content is gone, wherever it is now; the directory itself is the mover's.
    expect(namesIn(join(parent, 'moved'))).toEqual([]);
    expect(namesIn(elsewhere)).toEqual([]);
  });

  it('is not placed where the directory above is another one by now', async () => {
    const above = scratch();
    const parent = join(above, 'parent');
    mkdirSync(parent);
    const archive = await verifiedArchive(tarGz(...MANY));
    const extraction = await stageExtraction(archive, { into: join(parent, 'out') });
    renameSync(parent, join(above, 'moved'));
    mkdirSync(parent);
    const error = await rejection(placeExtractions([extraction]));
    expect(error).toMatchObject({ name: 'InstallError', code: 'place-failed' });
    await extraction.staging.discard();
    expect(namesIn(parent)).toEqual([]);
    expect(namesIn(join(above, 'moved'))).toEqual([]);
  });

  it('is taken back where the directory above changes with the rename, and so are the others', async () => {
    const above = scratch();
    const [first, second] = [join(above, 'a', 'out'), join(above, 'b', 'out')];
    mkdirSync(join(above, 'a'));
    mkdirSync(join(above, 'b'));
    mkdirSync(first, { mode: 0o750 });
    const archive = await verifiedArchive(tarGz(file('LICENSES')));
    const extractions = [
      await stageExtraction(archive, { into: first }),
      await stageExtraction(archive, { into: second }),
    ];
    renameSync(join(above, 'b'), join(above, 'moved'));
    symlinkSync(scratch(), join(above, 'b'));
    expect((await rejection(placeExtractions(extractions))).code).toBe('place-failed');
    for (const { staging } of extractions) await staging.discard();
    expect(namesIn(join(above, 'a'))).toEqual(['out']);
    expect(namesIn(first)).toEqual([]);
    expect(lstatSync(first).mode & 0o7777).toBe(0o750);
    expect(namesIn(join(above, 'moved'))).toEqual([]);
  });

  it('follows links that lead to the directory above', async () => {
    const parent = scratch();
    const link = join(scratch(), 'link');
    symlinkSync(parent, link);
    const { directory: reported } = await unpack(await verifiedArchive(tarGz(file('LICENSES'))), {
      into: join(link, 'out'),
    });
    expect(reported).toBe(join(link, 'out'));
    expect(readFileSync(join(parent, 'out', 'LICENSES'), 'utf8')).toBe('content of LICENSES');
    expect(existsSync(join(link, 'out'))).toBe(true);
  });
});
