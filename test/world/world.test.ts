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

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WORLD = path.join(ROOT, 'scripts/world.ts');

interface StartedWorld {
  /** The assignments of the environment file. */
  readonly values: Readonly<Record<string, string>>;
  readonly options: readonly string[];
  readonly stdout: () => string;
  /** Ends with the exit code. */
  readonly stop: (signal: NodeJS.Signals) => Promise<number | null>;
}

const onWindows = process.platform === 'win32';

/** The world as its users start it, with npm and a shell in between. Ends when the last of them has. */
async function startByNpm(dir: TempDir): Promise<{ readonly end: (by: NodeJS.Signals) => Promise<unknown> }> {
  const npm = spawn('npm', ['run', 'world', '--', '--env', dir.join('world.env')], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], TMPDIR: dir.path, HOME: dir.path, npm_config_update_notifier: 'false' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const closed = new Promise((resolve) => void npm.on('close', resolve));
  onTestFinished(async () => {
    try {
      process.kill(-(npm.pid ?? Number.NaN), 'SIGKILL');
    } catch {
      // All of them have ended, as they should.
    }
    await closed;
  });
  await introduced(npm);
  return {
    end: (by) => {
      npm.kill(by);
      return closed;
    },
  };
}

/** A `k8s-verify` and an `npx` on PATH: the command of this clone. */
function commandsIn(dir: TempDir): string {
  const cli = `'${process.execPath}' '${ROOT}/bin/k8s-verify.js'`;
  mkdirSync(dir.join('path'));
  const write = (name: string, ...lines: readonly string[]): void =>
    writeFileSync(dir.join('path', name), ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });
  write('npx', 'shift', `exec ${cli} "$@"`);
  // What the introduction says of the commands of README.md.
  write(
    'k8s-verify',
    `if [ "$1" = list ]; then exec ${cli} "$@"; fi`,
    `exec ${cli} "$@" --trusted-root "$TRUSTED_ROOT"`,
  );
  return [dir.join('path'), process.env['PATH'] ?? ''].join(path.delimiter);
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
      if (printed.stdout.includes('/changed --trusted-root')) resolve();
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

  it.skipIf(onWindows)('prints commands that work, an attack among them (needs a POSIX shell)', async () => {
    const dir = await testDir();
    const world = await start(dir);
    const told = (world.stdout().split('after npm run build:')[1] ?? '')
      .replaceAll('\\\n', '')
      .replaceAll('/tmp/world-bin', dir.join('bin'));
    const lines = told.split('\n').filter((line) => /^(?:\.|export|npx) /.test(line));
    const commands = lines.filter((line) => line.startsWith('npx'));
    expect(commands).toHaveLength(5);
    const script = lines.map((line) => (line.startsWith('npx') ? `(${line}); echo "ended with $?"` : line));
    const { stdout, stderr } = await runProgram(['bash', '-c', script.join('\n')], {
      cwd: dir.path,
      env: { PATH: commandsIn(dir), HOME: dir.path },
    });
    const codes = Array.from(stdout.matchAll(/^ended with (\d+)$/gm), ([, code]) => Number(code));
    expect({ codes, stderr }).toMatchObject({ codes: [0, 0, 0, 0, 12] });
    expect(stderr).toContain('is not the file that Kubernetes signed');
    expect(existsSync(dir.join('bin', 'changed'))).toBe(false);
  });

  it.skipIf(process.platform !== 'linux')(
    'has what README.md uses, for its commands as they are printed there (needs Linux)',
    async () => {
      const dir = await testDir();
      const world = await start(dir);
      const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8');
      const blocks = Array.from(readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm), ([, code = '']) => code);
      const commands = blocks
        .flatMap((code) => code.split('\n'))
        .filter((line) => line.startsWith('k8s-verify '))
        // Not the programs of this machine.
        .map((line) => line.replace(/^k8s-verify scan /, 'k8s-verify scan k8s '));
      expect(commands.length).toBeGreaterThan(14);
      const { MIRROR = '', REKOR_URL = '', TRUSTED_ROOT = '' } = world.values;
      const variables = { K8S_VERIFY_MIRROR: MIRROR, K8S_VERIFY_REKOR_URL: REKOR_URL, TRUSTED_ROOT };
      const { exitCode, stderr } = await runProgram(['bash', '-exc', commands.join('\n')], {
        cwd: dir.path,
        env: { PATH: commandsIn(dir), HOME: dir.path, ...variables },
      });
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    },
  );

  it.skipIf(onWindows).each(['SIGTERM', 'SIGHUP', 'SIGKILL'] as const)(
    'ends with the npm that started it, however that ends: %s (needs POSIX signals)',
    async (signal) => {
      const dir = await testDir();
      const world = await startByNpm(dir);
      await world.end(signal);
      expect(existsSync(dir.join('world.env'))).toBe(false);
    },
  );

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
