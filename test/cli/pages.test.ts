/**
 * Pages of help as they are printed, in a pipe and on a terminal of 80 columns, held to the files in `pages/`. The two
 * are the same. `npx vitest run test/cli/pages.test.ts -u` writes the files anew; read what changed.
 */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { CLI_PATH, runCli } from '#support/run-cli';
import { runProgram } from '#support/run-program';
import { testDir } from '#support/test-dir';

const hasScript =
  spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') ?? false;

/** The name of each file, and the words behind `k8s-verify`. */
const SAME: Readonly<Record<string, readonly string[]>> = {
  help: ['--help'],
  'no-words': [],
  'help-install': ['install', '--help'],
  'help-verify': ['verify', '--help'],
  'help-scan': ['scan', '--help'],
  'help-digest': ['digest', '--help'],
  'help-mirror': ['mirror', '--help'],
  'help-lock': ['lock', '--help'],
  'help-list': ['list', '--help'],
  'help-doctor': ['doctor', '--help'],
  'help-trusted-root': ['trusted-root', '--help'],
  'help-policy': ['policy', '--help'],
  'help-completion': ['completion', '--help'],
  'help-all-install': ['install', '--help-all'],
  'help-12': ['help', '12'],
  'help-environment': ['help', 'environment'],
  'help-exit-codes': ['help', 'exit-codes'],
  'help-evidence': ['help', 'evidence'],
  'help-trust': ['help', 'trust'],
  'help-offline': ['help', 'offline'],
  'help-release': ['help', 'release'],
  'help-versions': ['help', 'versions'],
};

function withExitCode(output: string, exitCode: number | null): string {
  return exitCode === 0 ? output : `${output}[exit ${exitCode}]\n`;
}

async function inPipe(words: readonly string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await runCli(words);
  return withExitCode(`${stdout}${stderr}`, exitCode);
}

async function onTerminal(words: readonly string[], columns = 80): Promise<string> {
  const home = await testDir();
  const command = [process.execPath, CLI_PATH, ...words].map((word) => `'${word}'`).join(' ');
  const { stdout, exitCode } = await runProgram(
    ['script', '--quiet', '--return', '--command', `stty cols ${columns}; ${command}`, '/dev/null'],
    { cwd: home.path, env: { PATH: process.env['PATH'], HOME: home.path, TERM: 'xterm', NO_COLOR: '1' } },
  );
  return withExitCode(stdout.replaceAll('\r\n', '\n'), exitCode);
}

function wordsOf(text: string): readonly string[] {
  return text.split(/\s+/).sort();
}

describe.each(Object.entries(SAME))('%s', (name, words) => {
  it('in a pipe', async () => {
    await expect(await inPipe(words)).toMatchFileSnapshot(`pages/${name}.txt`);
  });

  it.skipIf(!hasScript)('on a terminal of 80 columns (needs script of util-linux)', async () => {
    await expect(await onTerminal(words)).toMatchFileSnapshot(`pages/${name}.txt`);
  });
});

describe.skipIf(!hasScript)('a terminal (needs script of util-linux)', () => {
  it('is told how a completion script is loaded', async () => {
    const [lines, script] = [await onTerminal(['completion', 'fish']), await inPipe(['completion', 'fish'])];
    expect(lines).toBe(
      `${script}now:    k8s-verify completion fish | source\n` +
        'always: k8s-verify completion fish >~/.config/fish/completions/k8s-verify.fish\n',
    );
  });

  it.each([['--version'], ['version']])('is told what %s is the version of', async (word) => {
    expect(await onTerminal([word])).toMatch(
      /^k8s-verify \d+\.\d+\.\d+(?:, \d{4}-\d\d-\d\d)?, trusted root of \d{4}-\d\d-\d\d\n$/,
    );
    expect(await inPipe([word])).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([0, 1, 39, 60, 1000])('of %i columns has the same words', async (columns) => {
    const wanted = await inPipe(['install', '--help']);
    expect(wordsOf(await onTerminal(['install', '--help'], columns))).toEqual(wordsOf(wanted));
  });
});
