import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HeldDirectory } from '../../../src/disk/held-directory.ts';
import { replaceFile, setAside } from '../../../src/disk/replace-file.ts';
import { namesIn, scratch } from './support/disk.ts';

async function hold(path: string): Promise<HeldDirectory> {
  const held = await HeldDirectory.open(path);
  onTestFinished(() => held.close());
  return held;
}

describe('setting a busy file aside', () => {
  it('renames it away and the new one in', async () => {
    const path = scratch();
    const destination = join(path, 'kubectl.exe');
    writeFileSync(destination, 'old');
    writeFileSync(join(path, 'staged'), 'new');
    const directory = await hold(path);
    const aside = await setAside({ directory, name: 'staged' }, { directory, name: 'kubectl.exe' });
    expect(readFileSync(destination, 'utf8')).toBe('new');
    expect(readFileSync(join(path, aside), 'utf8')).toBe('old');
  });

  it('puts it back when the new one cannot be renamed', async () => {
    const path = scratch();
    const destination = join(path, 'kubectl.exe');
    writeFileSync(destination, 'old');
    const directory = await hold(path);
    await expect(
      setAside({ directory, name: 'missing' }, { directory, name: 'kubectl.exe' }),
    ).rejects.toThrow('ENOENT');
    expect(readFileSync(destination, 'utf8')).toBe('old');
    expect(namesIn(path)).toEqual(['kubectl.exe']);
  });
});

describe('a replacement', () => {
  it.each([undefined, 'old'])('is undone to what was there: %s', async (old) => {
    const path = scratch();
    writeFileSync(join(path, 'staged'), 'new');
    if (old !== undefined) writeFileSync(join(path, 'kubectl'), old);
    const directory = await hold(path);
    const replacement = await replaceFile(
      { directory, name: 'staged' },
      { directory, name: 'kubectl' },
      async () => true,
    );
    expect(readFileSync(join(path, 'kubectl'), 'utf8')).toBe('new');
    await replacement.undo();
    expect(namesIn(path).map((name) => readFileSync(join(path, name), 'utf8'))).toEqual(
      old === undefined ? [] : [old],
    );
  });

  it('that another one replaced meanwhile is theirs, and stays', async () => {
    const path = scratch();
    writeFileSync(join(path, 'staged'), 'new');
    writeFileSync(join(path, 'kubectl'), 'old');
    const directory = await hold(path);
    const [source, destination] = [
      { directory, name: 'staged' },
      { directory, name: 'kubectl' },
    ];
    const replacement = await replaceFile(source, destination, async () => false);
    writeFileSync(join(path, 'other'), 'other');
    await directory.rename('other', 'kubectl');
    await replacement.undo();
    expect(namesIn(path)).toEqual(['kubectl']);
    expect(readFileSync(join(path, 'kubectl'), 'utf8')).toBe('other');
  });

  it('that another one removed meanwhile gives way to what was there', async () => {
    const path = scratch();
    writeFileSync(join(path, 'staged'), 'new');
    writeFileSync(join(path, 'kubectl'), 'old');
    const directory = await hold(path);
    const [source, destination] = [
      { directory, name: 'staged' },
      { directory, name: 'kubectl' },
    ];
    const replacement = await replaceFile(source, destination, async () => false);
    await directory.unlink('kubectl');
    await replacement.undo();
    expect(readFileSync(join(path, 'kubectl'), 'utf8')).toBe('old');
  });
});
