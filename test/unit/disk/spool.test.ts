import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Spool } from '../../../src/disk/spool.ts';
import { rejection } from '#support/thrown-by';
import { namesIn, scratch } from './support/disk.ts';

async function linesOf(spool: Spool): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const line of spool.lines()) lines.push(line);
  return lines;
}

describe('lines that wait on disk', () => {
  it('come back whole and in their order, as often as they are asked for', async () => {
    const directory = scratch();
    const spool = new Spool(join(directory, 'page.html'));
    // Longer than what is read at once, on both sides of it, and of several bytes a character.
    const lines = [
      '',
      '\u00e9'.repeat(40_000),
      'b',
      'c'.repeat(65_536),
      '\ud83d\ude00'.repeat(20_000),
      'end',
    ];
    for (const line of lines) spool.add(line);
    expect(await linesOf(spool)).toEqual(lines);
    expect(await linesOf(spool)).toEqual(lines);
    const [name = ''] = namesIn(directory);
    // Windows has no modes.
    const mode = process.platform === 'win32' ? 0o666 : 0o600;
    expect(statSync(join(directory, name)).mode & 0o777).toBe(mode);
    await spool[Symbol.asyncDispose]();
    expect(namesIn(directory)).toEqual([]);
  });

  it('may be none, which makes no file', async () => {
    const directory = scratch();
    const spool = new Spool(join(directory, 'page.html'));
    expect(await linesOf(spool)).toEqual([]);
    expect(namesIn(directory)).toEqual([]);
    await spool[Symbol.asyncDispose]();
  });

  it('that cannot be written are told where they are asked for', async () => {
    const directory = join(scratch(), 'made');
    mkdirSync(directory);
    const spool = new Spool(join(directory, 'page.html'));
    rmSync(directory, { recursive: true });
    writeFileSync(directory, 'a file by now');
    spool.add('one');
    spool.add('two');
    expect(await rejection(linesOf(spool))).toMatchObject({ code: 'destination-unsuitable' });
    await spool[Symbol.asyncDispose]();
  });
});
