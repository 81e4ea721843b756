import { chmodSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isInstalled } from '../../../src/disk/installed.ts';
import { EXECUTABLE_MODE } from '../../../src/disk/place.ts';
import { rejection } from '../../support/thrown-by.ts';
import { provenFor, scratch } from './support/disk.ts';

const unix = process.platform !== 'win32';
const run = { mode: EXECUTABLE_MODE } as const;

describe('isInstalled', () => {
  it.each([
    ['nothing there', undefined, false],
    ['the proven bytes', 'genuine', true],
    ['other bytes', 'older', false],
    ['an empty file', '', false],
  ])('%s', async (_, content, expected) => {
    const destination = join(scratch(), 'kubectl');
    if (content !== undefined) writeFileSync(destination, content, { mode: 0o755 });
    expect(await isInstalled(destination, provenFor('genuine'), run)).toBe(expected);
  });

  it.runIf(unix)(
    'makes the proven bytes runnable, and leaves any mode that is (needs POSIX permissions)',
    async () => {
      const destination = join(scratch(), 'kubectl');
      writeFileSync(destination, 'genuine');
      chmodSync(destination, 0o640);
      expect(await isInstalled(destination, provenFor('genuine'), run)).toBe(true);
      expect(statSync(destination).mode & 0o7777).toBe(0o755);
      chmodSync(destination, 0o750);
      expect(await isInstalled(destination, provenFor('genuine'), run)).toBe(true);
      expect(statSync(destination).mode & 0o7777).toBe(0o750);
    },
  );

  it.runIf(unix)(
    'takes the proven bytes out of the hands of everybody (needs POSIX permissions)',
    async () => {
      const destination = join(scratch(), 'kubectl');
      writeFileSync(destination, 'genuine');
      chmodSync(destination, 0o777);
      expect(await isInstalled(destination, provenFor('genuine'), run)).toBe(true);
      expect(statSync(destination).mode & 0o7777).toBe(0o755);
    },
  );

  it('refuses a link, even to the proven bytes', async () => {
    const directory = scratch();
    writeFileSync(join(directory, 'real'), 'genuine');
    symlinkSync('real', join(directory, 'kubectl'));
    const error = await rejection(isInstalled(join(directory, 'kubectl'), provenFor('genuine'), run));
    expect(error.code).toBe('destination-unsuitable');
  });
});
