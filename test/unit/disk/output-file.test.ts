import { lchownSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OutputFile } from '../../../src/disk/output-file.ts';
import { NO_OTHER_USER, OTHER_UID } from '#support/other-user';
import { rejection } from '#support/thrown-by';
import { namesIn, scratch } from './support/disk.ts';

const unix = process.platform !== 'win32';
const KIND = { option: '--attest', begins: '{"_type":' };

describe('a file that a run writes piece by piece', () => {
  it('has its name only when it is whole, and mode 0644', async () => {
    const path = join(scratch(), 'out', 'vsa.jsonl');
    const file = await OutputFile.open(path, KIND);
    await file.write('{"_type":1}\n');
    expect(namesIn(join(path, '..'))).not.toContain('vsa.jsonl');
    await file.write('{"_type":2}\n');
    expect(await file.place()).toEqual([]);
    await file.discard();
    expect(namesIn(join(path, '..'))).toEqual(['vsa.jsonl']);
    expect(readFileSync(path, 'utf8')).toBe('{"_type":1}\n{"_type":2}\n');
    expect(statSync(path).mode & 0o777).toBe(unix ? 0o644 : 0o666);
  });

  it('leaves nothing where it is not placed, not even the directory that it made', async () => {
    const directory = scratch();
    const file = await OutputFile.open(join(directory, 'out', 'vsa.jsonl'), KIND);
    await file.write('{"_type":1}\n');
    await file.discard();
    expect(namesIn(directory)).toEqual([]);
  });

  it.each([
    ['one of an earlier run', '{"_type":1}\n'],
    ['an empty one', ''],
  ])('replaces %s', async (_, before) => {
    const path = join(scratch(), 'vsa.jsonl');
    writeFileSync(path, before);
    const file = await OutputFile.open(path, KIND);
    expect(readFileSync(path, 'utf8')).toBe(before);
    await file.place();
    expect(readFileSync(path, 'utf8')).toBe('');
  });

  it('refuses at once a file of another kind, a directory and a link', async () => {
    const directory = scratch();
    writeFileSync(join(directory, 'kubectl'), '\x7fELF');
    mkdirSync(join(directory, 'bin'));
    const names = ['kubectl', 'bin'];
    if (unix) {
      symlinkSync('none', join(directory, 'link'));
      names.push('link');
    }
    for (const name of names) {
      const error = await rejection(OutputFile.open(join(directory, name), KIND));
      expect(error).toMatchObject({
        code: 'output-unwritable',
        next: 'name another place with --attest FILE',
      });
    }
    expect(readFileSync(join(directory, 'kubectl'), 'utf8')).toBe('\x7fELF');
  });

  it('leaves a file of another kind that came there meanwhile', async () => {
    const path = join(scratch(), 'kubectl');
    const file = await OutputFile.open(path, KIND);
    writeFileSync(path, '\x7fELF');
    expect(await rejection(file.place())).toMatchObject({ code: 'output-unwritable' });
    await file.discard();
    expect(readFileSync(path, 'utf8')).toBe('\x7fELF');
  });

  it.runIf(unix)('refuses at once a place below a file (needs POSIX)', async () => {
    const directory = scratch();
    writeFileSync(join(directory, 'file'), '');
    const error = await rejection(OutputFile.open(join(directory, 'file', 'vsa.jsonl'), KIND));
    expect(error).toMatchObject({ code: 'output-unwritable', next: 'name another place with --attest FILE' });
  });
});

/** `shared/way` leads to `private`. */
function way(owner: number): string {
  const directory = scratch();
  mkdirSync(join(directory, 'private'));
  mkdirSync(join(directory, 'shared'));
  symlinkSync('../private', join(directory, 'shared', 'way'));
  lchownSync(join(directory, 'shared', 'way'), owner, owner);
  return directory;
}

const isAlone = NO_OTHER_USER !== undefined;

describe.skipIf(isAlone)(`a link on the way to it (${NO_OTHER_USER ?? 'needs root'})`, () => {
  it('is followed if it is ours', async () => {
    const directory = way(0);
    const file = await OutputFile.open(join(directory, 'shared/way/vsa.jsonl'), KIND);
    await file.write('{"_type":1}\n');
    await file.place();
    expect(namesIn(join(directory, 'private'))).toEqual(['vsa.jsonl']);
  });

  it.each(['shared/way/vsa.jsonl', 'shared/way/new/vsa.jsonl'])(
    'is not followed if it is of another user: %s',
    async (path) => {
      const directory = way(OTHER_UID);
      const refused = await rejection(OutputFile.open(`${directory}/${path}`, KIND));
      expect(refused).toMatchObject({ code: 'output-unwritable', found: `a link of user ${OTHER_UID}` });
      expect(namesIn(join(directory, 'private'))).toEqual([]);
    },
  );
});
