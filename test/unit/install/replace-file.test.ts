import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { setAside } from '../../../src/disk/replace-file.ts';
import { namesIn, scratch } from './support/disk.ts';

describe('setting a busy file aside', () => {
  it('renames it away and the new one in', async () => {
    const directory = scratch();
    const destination = join(directory, 'kubectl.exe');
    writeFileSync(destination, 'old');
    writeFileSync(join(directory, 'staged'), 'new');
    const aside = await setAside(join(directory, 'staged'), destination);
    expect(readFileSync(destination, 'utf8')).toBe('new');
    expect(readFileSync(aside, 'utf8')).toBe('old');
  });

  it('puts it back when the new one cannot be renamed', async () => {
    const directory = scratch();
    const destination = join(directory, 'kubectl.exe');
    writeFileSync(destination, 'old');
    await expect(setAside(join(directory, 'missing'), destination)).rejects.toThrow('ENOENT');
    expect(readFileSync(destination, 'utf8')).toBe('old');
    expect(namesIn(directory)).toEqual(['kubectl.exe']);
  });
});
