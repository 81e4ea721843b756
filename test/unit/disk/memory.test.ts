import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { scratch } from './support/disk.ts';

const program = fileURLToPath(new URL('support/peak-memory.ts', import.meta.url));

async function peak(what: string, mebibytes: number): Promise<number> {
  const args = [program, what, scratch(), `${mebibytes}`];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return Number(stdout);
}

describe('memory does not grow with the artifact', () => {
  // A program that kept what it reads would need 300 MiB more for the second one.
  it.each(['stage', 'list', 'list-padded'])('to %s', async (what) => {
    const small = await peak(what, 20);
    const large = await peak(what, 320);
    expect(small).toBeGreaterThan(0);
    expect(large - small).toBeLessThan(40);
  });

  // Two buffers of 1 MiB each, as long as it is written: 64 would need 128 MiB more.
  it('nor with the number of artifacts that wait to be placed', async () => {
    expect((await peak('stage-many', 64)) - (await peak('stage-many', 1))).toBeLessThan(40);
  });
});
