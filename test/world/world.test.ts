import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runProgram } from '#support/run-program';
import { runCli } from '#support/run-cli';
import type { TempDir } from '#support/temp-dir';
import { testDir } from '#support/test-dir';

const WORLD = fileURLToPath(new URL('../../scripts/world.ts', import.meta.url));

interface StartedWorld {
  /** The assignments of the environment file. */
  readonly values: Readonly<Record<string, string>>;
  readonly options: readonly string[];
  readonly stdout: () => string;
  /** Ends with the exit code. */
  readonly stop: (signal: NodeJS.Signals) => Promise<number | null>;
}

/** A world that is there once it says so on its standard output. */
async function start(dir: TempDir, ...args: readonly string[]): Promise<StartedWorld> {
  const env = dir.join('world.env');
  const child = spawn(process.execPath, [WORLD, '--env', env, ...args], {
    env: { PATH: process.env['PATH'], TMPDIR: dir.path },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => void child.on('close', resolve));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const stdout = await introduced(child);
  // Every assignment is of one line; a shell would read the same.
  const values = Object.fromEntries(
    Array.from(readFileSync(env, 'utf8').matchAll(/^(\w+)='(.*)'$/gm), ([, name = '', value = '']) => [
      name,
      value,
    ]),
  );
  const stop = (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    return ended;
  };
  return { values, options: (values['OPTIONS'] ?? '').split(' '), stdout, stop };
}

async function introduced(child: ChildProcess): Promise<() => string> {
  const printed = { stdout: '', stderr: '' };
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (printed.stderr += text));
  await new Promise<void>((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed.stdout += text;
      if (printed.stdout.includes('stable --platform')) resolve();
    });
    child.on('close', (code) => reject(new Error(`the world ended with ${code}: ${printed.stderr}`)));
  });
  return () => printed.stdout;
}

describe('npm run world', () => {
  it('publishes, signs, writes its environment, and takes it away at the end', async () => {
    const dir = await testDir();
    const world = await start(dir);
    const { MIRROR, REKOR_URL, TRUSTED_ROOT } = world.values;
    expect(Object.keys(world.values)).toEqual([
      'MIRROR',
      'REKOR_URL',
      'TRUSTED_ROOT',
      'TUF_URL',
      'TUF_ROOT',
      'OPTIONS',
    ]);
    expect(world.options).toEqual([
      '--mirror',
      MIRROR,
      '--rekor-url',
      REKOR_URL,
      '--trusted-root',
      TRUSTED_ROOT,
    ]);
    expect(readdirSync(dir.path).filter((name) => name.includes('.part'))).toEqual([]);

    for (const [version, platform] of [
      ['v1.30.2', 'linux/amd64'],
      ['stable', 'linux/arm64'],
    ] as const) {
      const where = dir.join(version, 'bin');
      const install = ['install', 'kubectl', 'kubeadm', 'kubelet', version, '--platform', platform];
      const run = await runCli([...install, '--install-dir', where, ...world.options]);
      expect({ exitCode: run.exitCode, output: run.output }).toMatchObject({ exitCode: 0 });
      const resolved = version === 'stable' ? 'v1.31.0' : version;
      expect(readFileSync(path.join(where, 'kubelet'), 'utf8')).toContain(`kubelet ${resolved} ${platform}`);
    }
    const tarball = [
      '--from-tarball',
      'client',
      '--platform',
      'linux/amd64',
      '--install-dir',
      dir.join('tarball'),
    ];
    const run = await runCli(['install', 'kubectl', 'v1.31.0', ...tarball, ...world.options]);
    expect({ exitCode: run.exitCode, output: run.output }).toMatchObject({ exitCode: 0 });

    const { TUF_URL = '', TUF_ROOT = '' } = world.values;
    const byTuf = [...world.options.slice(0, 4), '--tuf-url', TUF_URL, '--tuf-root', TUF_ROOT];
    const there = [
      '--platform',
      'linux/amd64',
      '--install-dir',
      dir.join('tuf'),
      '--data-dir',
      dir.join('data'),
    ];
    const renewed = await runCli([
      'kubectl',
      'v1.30.2',
      ...there,
      ...byTuf,
      '--json',
      '--require-fresh-trusted-root',
    ]);
    expect({ exitCode: renewed.exitCode, output: renewed.output }).toMatchObject({ exitCode: 0 });
    expect(renewed.stdout).toContain('"trustedRoot":{"source":"tuf","tufVersion":1,"asOf":"');

    expect(await world.stop('SIGTERM')).toBe(0);
    expect(existsSync(dir.join('world.env'))).toBe(false);
    expect(existsSync(TRUSTED_ROOT ?? '')).toBe(false);
  });

  it('writes an environment that a shell reads, and nothing else', async () => {
    const dir = await testDir();
    const world = await start(dir);
    const script = `set -eu; before="$(set | wc -l)"; . '${dir.join('world.env')}'; echo "$MIRROR|$REKOR_URL|$TRUSTED_ROOT|$OPTIONS"`;
    const { stdout, stderr } = await runProgram(['sh', '-c', script], { env: { PATH: process.env['PATH'] } });
    const { MIRROR, REKOR_URL, TRUSTED_ROOT, OPTIONS } = world.values;
    expect({ stdout, stderr }).toEqual({
      stdout: `${MIRROR}|${REKOR_URL}|${TRUSTED_ROOT}|${OPTIONS}\n`,
      stderr: '',
    });
    expect(readFileSync(dir.join('world.env'), 'utf8').split('\n')).toHaveLength(7);
    expect(await world.stop('SIGINT')).toBe(0);
  });

  it('keeps keys and files in a directory: what was signed before still verifies, and a changed file is served', async () => {
    const dir = await testDir();
    const first = await start(dir, '--directory', dir.join('world'));
    const kubectl = ['install', 'kubectl', 'v1.30.2', '--platform', 'linux/amd64'];
    const saved = await runCli([
      ...kubectl,
      '--install-dir',
      dir.join('bin'),
      '--save-bundle',
      ...first.options,
    ]);
    expect(saved.exitCode).toBe(0);
    expect(await first.stop('SIGINT')).toBe(0);
    expect(readdirSync(dir.join('world')).toSorted()).toEqual([
      'files',
      'keys',
      'root.json',
      'trusted_root.json',
    ]);
    for (const key of readdirSync(dir.join('world', 'keys'))) {
      expect(statSync(dir.join('world', 'keys', key)).mode & 0o077).toBe(0);
    }

    const second = await start(dir, '--directory', dir.join('world'));
    const trust = ['--trusted-root', second.values['TRUSTED_ROOT'] ?? ''];
    expect((await runCli(['verify', dir.join('bin', 'kubectl'), ...trust])).exitCode).toBe(0);
    writeFileSync(dir.join('world/files/release/v1.30.2/bin/linux/amd64/kubectl'), '#!/bin/sh\necho evil\n');
    const refused = await runCli([...kubectl, '--install-dir', dir.join('other'), ...second.options]);
    expect(refused.exitCode).toBe(12);
  });
});

async function refusal(...args: readonly string[]): Promise<string> {
  const run = await runProgram([process.execPath, WORLD, ...args], { env: { PATH: process.env['PATH'] } });
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run.stderr).toMatch(/^npm run world: [^\n]*\n$/);
  return run.stderr;
}

describe('npm run world refuses', () => {
  it.each([
    [['--no-such-option'], /--no-such-option.*usage: npm run world/],
    [['here'], /here.*usage: npm run world/],
    [['--env'], /--env.*usage: npm run world/],
    [['--env='], /--env has no value/],
    [['--env', 'a', '--env', 'b'], /--env is given 2 times/],
    [['--directory', '/tmp/a world'], /white space/],
    [['--directory', '/no/such/parent'], /cannot use \/no\/such\/parent: ENOENT/],
    [['--env', '/no/such/directory/world.env'], /cannot write \/no\/such\/directory\/world\.env: ENOENT/],
  ])('%j', async (args, message) => {
    expect(await refusal(...args)).toMatch(message);
  });

  it('an environment file that is something else', async () => {
    const dir = await testDir();
    writeFileSync(dir.join('mine'), 'PATH=/bin\n');
    expect(await refusal('--env', dir.join('mine'))).toContain('no earlier world wrote it');
    expect(readFileSync(dir.join('mine'), 'utf8')).toBe('PATH=/bin\n');
    expect(await refusal('--env', dir.path)).toContain('no earlier world wrote it');
  });

  it.skipIf(process.getuid?.() === 0)(
    'one that cannot be written (needs another user than root)',
    async () => {
      const dir = await testDir();
      mkdirSync(dir.join('read-only'));
      chmodSync(dir.join('read-only'), 0o555);
      expect(await refusal('--env', dir.join('read-only', 'env'))).toContain('EACCES');
    },
  );

  it('a directory that is of something else, and one that is in use', async () => {
    const dir = await testDir();
    writeFileSync(dir.join('file'), '');
    expect(await refusal('--directory', dir.path)).toContain("it is not a world's: it has file in it");
    await start(dir, '--directory', dir.join('world'));
    expect(await refusal('--directory', dir.join('world'))).toMatch(/the world of process \d+ uses it/);
  });

  it('takes over what a world left that was killed', async () => {
    const dir = await testDir();
    const killed = await start(dir, '--directory', dir.join('world'));
    await killed.stop('SIGKILL');
    expect(existsSync(dir.join('world.env'))).toBe(true);
    const next = await start(dir, '--directory', dir.join('world'));
    expect(await next.stop('SIGTERM')).toBe(0);
  });
});
