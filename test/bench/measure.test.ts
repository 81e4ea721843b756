import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compare, measure } from '../../scripts/bench/measure.ts';
import { testDir } from '#support/test-dir';

function node(code: string): { readonly program: string; readonly args: readonly string[] } {
  return { program: process.execPath, args: ['-e', code] };
}

describe('measure', () => {
  it('finds the peak of the largest process', async () => {
    const directory = (await testDir()).path;
    const commands = [node('Buffer.alloc(200e6, 1)'), node('0')];
    const { peakBytes, seconds } = measure({ name: 'two', commands }, { directory, peak: true });
    expect(seconds).toBeGreaterThan(0);
    expect(peakBytes).toBeGreaterThan(200e6);
    expect(peakBytes).toBeLessThan(400e6);
  });

  it('does not let a failure pass for a fast run', async () => {
    const directory = (await testDir()).path;
    const commands = [node('console.error("no such file"); process.exitCode = 3')];
    expect(() => measure({ name: 'fails', commands }, { directory })).toThrow(/ended with 3:\nno such file/);
  });

  it('hands none of the environment down but the PATH', async () => {
    const directory = (await testDir()).path;
    const allowed = 'HOME K8S_VERIFY_DATA_DIR USERPROFILE LOCALAPPDATA PATH SystemRoot';
    const code = `const extra = Object.keys(process.env).filter((name) => !${JSON.stringify(allowed)}.split(' ').includes(name)); if (extra.length > 0) throw extra;`;
    expect(() => measure({ name: 'clean', commands: [node(code)] }, { directory })).not.toThrow();
  });
});

describe('compare', () => {
  it('takes turns, warms up first, and resets before every run', async () => {
    const dir = await testDir();
    const log = dir.join('log');
    const resets: string[] = [];
    const contestant = (name: string): Parameters<typeof compare>[0][number] => ({
      name,
      commands: [node(`fs.appendFileSync(${JSON.stringify(log)}, ${JSON.stringify(name)})`)],
      reset: () => resets.push(name),
    });
    const results = compare([contestant('a'), contestant('b')], 3, { directory: dir.path });
    expect(results.map((runs) => runs.length)).toEqual([3, 3]);
    expect(readFileSync(log, 'utf8')).toBe('baabbaab');
    expect(resets.join('')).toBe('baabbaab');
  });
});
