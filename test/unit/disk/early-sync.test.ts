import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { namesIn, scratch } from './support/disk.ts';

const PROGRAM = fileURLToPath(new URL('support/stage-and-seal.ts', import.meta.url));
/** With it, one call of a program can be made to fail. */
const STRACE = ['-f', '-o', '/dev/null', '-e', 'trace=fdatasync'];
const canTrace = spawnSync('strace', [...STRACE, 'true']).status === 0;

describe.skipIf(!canTrace)('a disk that loses what was written (needs strace)', () => {
  it.each([
    ['no call', 'sealed'],
    [
      'the first sync, which nothing waits for',
      expect.stringMatching(/^place-failed: could not write kubectl/),
    ],
  ])('fails %s', (what, outcome) => {
    const inject = what === 'no call' ? [] : ['-e', 'inject=fdatasync:error=EIO:when=1'];
    const directory = scratch();
    const run = spawnSync('strace', [...STRACE, ...inject, process.execPath, PROGRAM, directory], {
      encoding: 'utf8',
    });
    expect(run.stdout).toEqual(outcome);
    expect(namesIn(directory)).toEqual([]);
  });
});
