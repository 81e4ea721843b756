import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type ProgramRun, runProgram } from '#support/run-program';

const BENCH = fileURLToPath(new URL('../../scripts/bench.ts', import.meta.url));

async function bench(...args: readonly string[]): Promise<ProgramRun> {
  return runProgram([process.execPath, BENCH, ...args], { env: process.env });
}

describe('npm run bench', () => {
  it('says on what it runs, and prints the rows of the topics that are asked for', async () => {
    const { exitCode, stdout, stderr } = await bench('startup', '--runs', '5');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Machine: \d+ x .*\nSystem: .*, Node v\d+.*\nTools: curl .*; tar .*\nRuns: 5 /);
    expect(stdout).toMatch(
      /^\| --version +\| +[\d.]+ m?s +\| node -e 0: .*\| at most 1\.7 +\| (?:pass|FAIL)/m,
    );
    expect(stdout).toMatch(/^\| --help /m);
    expect(stderr).toMatch(/^startup, k8s-verify --version: (?:[\d.]+ m?s(?:, )?){15}$/m);
  });

  it.each([
    [['nonsense'], /^there is no topic nonsense; there are startup, verify, /],
    [['startup', '--runs', '4'], /^--runs takes a number from 5\n$/],
    [['startup', '--runs', 'many'], /^--runs takes a number from 5\n$/],
    [['--sloppy'], /--sloppy/],
  ])('%j: is not understood', async (args, message) => {
    const { exitCode, stdout, stderr } = await bench(...args);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});
