import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
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
  it('draws a bar with rate and time left, and leaves the cursor as it was', async () => {
    const world = await localWorld(3_000_000);
    world.releases.http.limitRate(30_000_000);
    const { exitCode, screen } = await onTerminal(world, [...KUBECTL, ...world.options]);
    expect(exitCode).toBe(0);
    expect(screen).toMatch(/kubectl v1\.26\.4 linux\/amd64 \[#*-*\] +\d+ % of 3\.0 MB {2}[\d.]+ MB\/s/);
    expect(screen).toMatch(/\d+ (?:ms|s) left/);
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

  it('draws without colour with NO_COLOR', async () => {
    const world = await localWorld();
    const { screen } = await onTerminal(world, [...KUBECTL, ...world.options], { NO_COLOR: '1' });
    expect(screen).not.toMatch(new RegExp(`${ESC}\\[3\\dm`));
    expect(screen).toMatch(/(?:✓|ok) installed kubectl/);
  });
});
