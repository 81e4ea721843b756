import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CLI_PATH, runCli } from '#support/run-cli';
import { snapshot } from '#support/temp-dir';
import { fault } from '#support/http/faults';
import { testDir } from '#support/test-dir';
import { localWorld } from './local-world.ts';
import { schemaFaults } from './result-schema.ts';

const KUBECTL = ['kubectl', 'v1.26.4', '--platform', 'linux/amd64', '--install-dir', 'bin'];

describe('interruption', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s half-way: nothing is left, the old file stays',
    async (signal) => {
      const world = await localWorld(4_000_000);
      await mkdir(world.dir.join('bin'));
      await writeFile(world.dir.join('bin', 'kubectl'), 'the old one');
      world.releases.unpublish(`${world.kubectl.path}.sha256`);
      world.releases.http.fault('/kubectl', fault.stall(2_000_000));
      const before = await snapshot(world.dir.path);
      const result = await world.run([...KUBECTL, ...world.options], {
        interrupt: { when: world.releases.http.waitFor('/kubectl', 1_000_000), signal },
      });
      expect(result).toMatchObject({ exitCode: 130, signal: null, stdout: '' });
      expect(result.stderr).toMatch(/^k8s-verify: .*interrupted/m);
      expect(await snapshot(world.dir.path)).toEqual(before);
    },
  );

  it('is an object for a program, too', async () => {
    const world = await localWorld(4_000_000);
    world.releases.http.fault('/kubectl', fault.stall(2_000_000));
    const { stdout } = await world.run([...KUBECTL, ...world.options, '--json'], {
      interrupt: { when: world.releases.http.waitFor('/kubectl', 1_000_000) },
    });
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, exitCode: 130, error: { code: 'interrupted' } });
    expect(schemaFaults(JSON.parse(stdout))).toEqual([]);
  });
});

/** Runs a program that listens; each line that it prints is answered with Ctrl-C, save `done`. */
async function interruptAtEachLine(lines: string, cwd: string): Promise<unknown> {
  const interruption = new URL('../../src/cli/interruption.ts', import.meta.url).href;
  const program = `
    import { open } from 'node:fs';
    import { listenForInterruption } from ${JSON.stringify(interruption)};
    const { signal, release } = listenForInterruption();
    ${lines}
    console.log('ready');`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 20_000,
    killSignal: 'SIGKILL',
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    if (!text.includes('done')) child.kill('SIGINT');
  });
  return new Promise((done) => {
    child.on('close', (exitCode, endedBy) => done({ exitCode, endedBy, printed }));
  });
}

describe.skipIf(process.platform === 'win32')('an interruption (needs POSIX signals)', () => {
  const byTheSignal = { exitCode: null, endedBy: 'SIGINT' };
  const HELD_BY_A_PIPE = `open('pipe', 'r', () => undefined);`;

  it.each([
    ['what does not stop by itself', 'setInterval(() => undefined, 1000);'],
    ['what waits for a pipe without a writer', HELD_BY_A_PIPE],
  ])('ends %s at once, if it is the second one', async (_, lines) => {
    const dir = await testDir();
    execFileSync('mkfifo', [dir.join('pipe')]);
    const ended = await interruptAtEachLine(
      `${lines} signal.addEventListener('abort', () => console.log('asked to stop'));`,
      dir.path,
    );
    expect(ended).toEqual({ ...byTheSignal, printed: 'ready\nasked to stop\n' });
  });

  it.each<readonly [string, number, string, object]>([
    ['ends what has stopped, and waits for nothing but a thread', 130, HELD_BY_A_PIPE, byTheSignal],
    ['has its exit code where nothing holds the process', 130, '', { exitCode: 130, endedBy: null }],
    [
      'changes nothing where it came too late',
      0,
      'setTimeout(() => undefined, 1500);',
      { exitCode: 0, endedBy: null },
    ],
  ])('%s', async (_, exitCode, lines, expected) => {
    const dir = await testDir();
    execFileSync('mkfifo', [dir.join('pipe')]);
    const ended = await interruptAtEachLine(
      `${lines}
      const waiting = setInterval(() => undefined, 1000);
      signal.addEventListener('abort', () => {
        process.exitCode = ${exitCode};
        clearInterval(waiting);
        release();
        console.log('done');
      });`,
      dir.path,
    );
    expect(ended).toEqual({ ...expected, printed: 'ready\ndone\n' });
  });
});

describe('a reader that goes away', () => {
  it.each([
    ['help', ['--help'], 0],
    ['a run', [...KUBECTL, '--json'], 0],
  ])('does not change the exit code of %s', async (_, args, expected) => {
    const world = await localWorld();
    const child = spawn(
      process.execPath,
      [CLI_PATH, ...args, ...(expected === 0 && args.length > 1 ? world.options : [])],
      {
        cwd: world.dir.path,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    child.stdout.destroy();
    child.stderr.destroy();
    const exitCode = await new Promise((done) => {
      child.on('close', done);
    });
    expect(exitCode).toBe(expected);
  });
});

/** The files and packages that are loaded before any code of a file runs. */
function staticClosure(file: string, seen: Set<string> = new Set()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  if (!file.startsWith('/')) return seen;
  const imports = readFileSync(file, 'utf8').matchAll(/^(?:import|export) (?!type )[^;]*? from '([^']+)';/gm);
  for (const [, specifier = ''] of imports) {
    staticClosure(specifier.startsWith('.') ? resolve(dirname(file), specifier) : specifier, seen);
  }
  return seen;
}

describe('start-up', () => {
  it('loads neither a package nor a story before it knows what is asked', () => {
    const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
    const loaded = [...staticClosure(main)].map((name) => name.replace(dirname(dirname(main)), ''));
    expect(loaded).toContain('/cli/version-text.ts');
    expect(loaded.filter((name) => !name.startsWith('/'))).toEqual([]);
    expect(loaded.length).toBeLessThan(10);
  });

  it('reads a command line without the part of Node that starts programs, which takes longer than the reading', () => {
    const directory = fileURLToPath(new URL('../../dist/cli/', import.meta.url));
    const chunks = readdirSync(directory).map((name) => readFileSync(`${directory}${name}`, 'utf8'));
    const commander = chunks.filter((text) => text.includes('optionMissingArgument'));
    expect(commander).toHaveLength(1);
    expect(commander[0]).not.toContain('child_process');
  });

  it('says its version without anything but its own files', async () => {
    const { stdout, exitCode } = await runCli(['--version']);
    expect({ stdout, exitCode }).toEqual({ stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), exitCode: 0 });
  });
});
