import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CLI_PATH } from '#support/run-cli';
import { runProgram } from '#support/run-program';
import { localWorld, type LocalWorld } from './local-world.ts';

const hasScript =
  spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') ?? false;
const KUBECTL = ['kubectl', 'v1.26.4', '--platform', 'linux/amd64', '--install-dir', 'bin'];
const ESC = '\u001b';

interface TerminalRun {
  readonly exitCode: number | null;
  /** What the terminal was sent, control characters and all. */
  readonly screen: string;
}

/** Runs the command on a pseudo-terminal of util-linux's script(1). */
async function onTerminal(
  world: LocalWorld,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<TerminalRun> {
  const command = [process.execPath, CLI_PATH, ...args].map((word) => `'${word}'`).join(' ');
  const { CI: _ci, NO_COLOR: _color, FORCE_COLOR: _force, ...own } = process.env;
  const { exitCode, stdout } = await runProgram(
    ['script', '--quiet', '--return', '--command', command, '/dev/null'],
    {
      cwd: world.dir.path,
      env: { ...own, K8S_VERIFY_DATA_DIR: world.dir.join('data'), TERM: 'xterm', ...env },
    },
  );
  return { exitCode, screen: stdout };
}

describe.skipIf(!hasScript)('on a terminal (needs script of util-linux)', () => {
  it('draws a row with a bar, rate and time left, and leaves the cursor as it was', async () => {
    const world = await localWorld(3_000_000);
    world.releases.http.limitRate(30_000_000);
    const { exitCode, screen } = await onTerminal(world, [...KUBECTL, ...world.options], { LC_ALL: 'C' });
    expect(exitCode).toBe(0);
    expect(screen).toMatch(
      /kubectl v1\.26\.4(?: linux\/amd64)? {2}\[#*-*\] +\d+ % +[\d.]+(?: kB)? of 3\.0 MB +[\d.]+ MB\/s +\d+ s/,
    );
    expect(screen).toMatch(/(?:✓|ok)\S* installed kubectl v1\.26\.4 /);
    expect(screen.lastIndexOf(`${ESC}[?25h`)).toBeGreaterThan(screen.lastIndexOf(`${ESC}[?25l`));
    expect(screen).toContain(' as ');
    expect(screen).toContain('/bin/kubectl\r\n');
  });

  it('shows an error below what was drawn, and gives the cursor back', async () => {
    const world = await localWorld(3_000_000);
    world.releases.http.limitRate(30_000_000);
    world.releases.publishFile(world.kubectl.path, Buffer.alloc(3_000_000));
    const { exitCode, screen } = await onTerminal(world, [...KUBECTL, ...world.options]);
    expect(exitCode).toBe(12);
    expect(screen).toContain(`${ESC}[31mk8s-verify: refused:${ESC}[39m kubectl v1.26.4`);
    expect(screen.lastIndexOf(`${ESC}[?25h`)).toBeGreaterThan(screen.lastIndexOf(`${ESC}[?25l`));
  });

  it.each([
    ['TERM=dumb', { TERM: 'dumb' }, [], true],
    ['CI', { CI: 'true', NO_COLOR: '1' }, [], true],
    ['--quiet', {}, ['--quiet'], false],
  ])('sends nothing but text with %s', async (_, env, options, words) => {
    const world = await localWorld();
    const { exitCode, screen } = await onTerminal(world, [...KUBECTL, ...world.options, ...options], env);
    expect(exitCode).toBe(0);
    expect(screen).not.toContain(ESC);
    expect(screen.includes('installed kubectl')).toBe(words);
  });

  it('shows what of a trusted root does not count, under those that do', async () => {
    const world = await localWorld();
    const root = world.sigstore.trustedRoot(({ tlogs }) => {
      Object.assign(tlogs[1] ?? {}, { witnessConfiguration: { quorum: 2, groups: [] } });
    });
    writeFileSync(world.dir.join('demanding.json'), root);
    const show = ['trusted-root', 'show', '--trusted-root', 'demanding.json'];
    const { exitCode, screen } = await onTerminal(world, show, { NO_COLOR: '1', COLUMNS: '200' });
    expect(exitCode).toBe(0);
    expect(screen.replaceAll(/\s+/g, ' ')).toContain(
      'does not count, since it is not known here: tlogs[1], which has a field "witnessConfiguration"',
    );
  });

  it('shows no letter of a path that has no shape, though a pipe gets the path as it is', async () => {
    const world = await localWorld();
    const command = ['kubectl', 'v1.26.4', '--platform', 'linux/amd64', '--install-dir', 'zero\u200bwidth'];
    const { exitCode, screen } = await onTerminal(world, [...command, ...world.options, '--quiet']);
    expect(exitCode).toBe(0);
    expect(screen).toContain('/zero\\u200bwidth/kubectl\r\n');
    expect(screen).not.toContain('\u200b');
  });

  it('breaks a line by the columns that wide letters take', async () => {
    const world = await localWorld();
    const directory = '\u4f60'.repeat(18);
    const install = ['kubectl', 'v1.26.4', '--platform', 'linux/amd64', '--output', `${directory}/kubectl`];
    const env = { LC_ALL: 'C.UTF-8', NO_COLOR: '1' };
    const { screen } = await onTerminal(world, [...install, ...world.options], env);
    // 72 columns in 54 letters.
    expect(screen).toContain(`installed kubectl v1.26.4 as\r\n  ${world.dir.path}/${directory}/kubectl\r\n`);
  });

  it.each([
    ['stderr', '2>&-'],
    ['stdout and stderr', '>&- 2>&-'],
  ])('installs all the same with closed %s', async (_, closed) => {
    const world = await localWorld();
    const command = [process.execPath, CLI_PATH, ...KUBECTL, ...world.options].map((word) => `'${word}'`);
    const run = await runProgram(['sh', '-c', `${command.join(' ')} ${closed}`], {
      cwd: world.dir.path,
      env: { ...process.env, K8S_VERIFY_DATA_DIR: world.dir.join('data') },
    });
    expect(run.exitCode).toBe(0);
    expect(readdirSync(world.dir.join('bin'))).toEqual(['kubectl']);
  });

  it.each([
    ['CLICOLOR_FORCE', { CLICOLOR_FORCE: '1', TERM: 'dumb' }, true],
    ['FORCE_COLOR', { FORCE_COLOR: '1', TERM: 'dumb' }, true],
    ['NO_COLOR before FORCE_COLOR', { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
    ['CLICOLOR_FORCE=0 on a dumb terminal', { CLICOLOR_FORCE: '0', TERM: 'dumb' }, false],
  ])('is coloured by %s', async (_, env, colored) => {
    const world = await localWorld();
    const { screen } = await onTerminal(world, [...KUBECTL, ...world.options], env);
    expect(screen.includes(`${ESC}[32m`)).toBe(colored);
  });

  it('draws without colour with NO_COLOR', async () => {
    const world = await localWorld();
    const { screen } = await onTerminal(world, [...KUBECTL, ...world.options], { NO_COLOR: '1' });
    expect(screen).not.toMatch(new RegExp(`${ESC}\\[3\\dm`));
    expect(screen).toMatch(/(?:✓|ok) installed kubectl/);
  });
});
