import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TempDir } from '#support/temp-dir';
import { buildAction } from './action-world.ts';

let built: TempDir;
beforeAll(async () => {
  built = await buildAction();
});
afterAll(() => built.remove());

function start(program: string, args: readonly string[] = []): SpawnSyncReturns<string> {
  return spawnSync(program, [...args, built.join('action', 'index.js')], { encoding: 'utf8', env: {} });
}

/** The action's first script sees the version that this gives it: the range is held without many Nodes. */
function startAs(version: string): SpawnSyncReturns<string> {
  const program = `Object.defineProperty(process.versions, 'node', { value: '${version}' });`;
  return start(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(program)}`]);
}

/** One line, or the runner would not take it as an annotation. */
function updateNeededFrom(version: string): object {
  const text =
    `this runner starts actions with Node v${version}, which is too old for k8s-verify%0A` +
    'wanted Node 22.22.2, 24.15.0, 26 or newer%0A' +
    'next: update the runner. actions/runner 2.336.0 or newer brings a Node that will do; with Gitea, Forgejo ' +
    'or act, take a newer image for the job, since Node comes from there';
  return {
    status: 2,
    stderr: '',
    stdout: `::error title=k8s-verify%3A this runner is too old::${text}\n`,
  };
}

describe('a runner that is too old', () => {
  it.each([
    '12.22.12',
    '16.20.2',
    '20.19.6',
    '20.20.2',
    '22.22.1',
    '23.11.0',
    '24.11.0',
    '24.14.1',
    '25.9.0',
  ])('is told to update itself, where it brings Node %s', (version) => {
    expect(startAs(version)).toMatchObject(updateNeededFrom(version));
  });

  it.each(['22.22.2', '22.23.0', '24.15.0', '26.0.0'])('is none that brings Node %s', (version) => {
    expect(startAs(version).stdout).toContain('RUNNER_TEMP is not set');
  });

  const old = ['/usr/bin/node', '/usr/local/bin/node'].flatMap((file) => {
    if (!existsSync(file)) return [];
    const version = spawnSync(file, ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout.trim();
    return Number.parseInt(version, 10) < 22 ? [{ file, version }] : [];
  });

  it.skipIf(old.length === 0)('can parse what it starts (needs an old Node on the machine)', () => {
    for (const { file, version } of old) expect(start(file)).toMatchObject(updateNeededFrom(version));
  });

  it('finds no syntax there that is newer than Node 8', () => {
    const script = readFileSync(built.join('action', 'index.js'), 'utf8').replaceAll(/^\s*\/[/*].*$/gm, '');
    expect(script).not.toMatch(/\b(?:const|let|await|async|class|import)\b|=>|\?\.|\?\?|`/);
  });
});

it('an action without its second file says that it cannot start', () => {
  const directory = built.join('half');
  mkdirSync(directory);
  copyFileSync(built.join('action', 'index.js'), `${directory}/index.js`);
  const run = spawnSync(process.execPath, [`${directory}/index.js`], { encoding: 'utf8' });
  expect(run.stdout).toMatch(
    /^::error title=k8s-verify%3A the action cannot start; nothing was proved::[^\n]*main\.cjs[^\n]*\n$/,
  );
  expect(run.status).toBe(1);
});
