/** `npm run trust-roots` over a folder of its own and a TUF repository on loopback. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { packageSeed } from '../../scripts/trust-roots/package-seed.ts';
import { renderReadme } from '../../scripts/trust-roots/readme.ts';
import { runTrustRoots } from '../../scripts/trust-roots/run.ts';
import { renderRootRecord } from '../../scripts/trust-roots/trust-root-folder.ts';
import { LoopbackServer, type LoopbackServerOptions } from '#support/http/loopback-server';
import { snapshot } from '#support/temp-dir';
import { testDir } from '#support/test-dir';
import { createTufRepository, type TufRepository, type TufRepositoryOptions } from '#support/tuf-repository';
import { PUBLIC_GOOD, publicGood } from './public-good.ts';

/** What the record of the folder says before it is refreshed. */
export const MADE: Date = new Date('2026-01-02');

/** When it is refreshed. */
export const FETCHED: Date = new Date('2026-11-20T10:00:00Z');

export interface Refresh {
  readonly server: LoopbackServer;
  readonly repository: TufRepository;
  readonly folder: string;
  /** A path next to the folder. */
  readonly beside: (name: string) => string;
  /** Runs with `--fetch --repository`, and what is given. */
  readonly fetch: (args?: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Outcome>;
  readonly run: (...args: readonly string[]) => Promise<Outcome>;
}

export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether every file of the folder is, byte for byte, what it was before this run. */
  readonly untouched: boolean;
}

export async function startRefresh(
  options: Partial<TufRepositoryOptions> = {},
  serverOptions: LoopbackServerOptions = {},
): Promise<Refresh> {
  const repository = createTufRepository({ targets: { 'trusted_root.json': publicGood() }, ...options });
  const server = await LoopbackServer.start(repository.handler, serverOptions);
  onTestFinished(() => server.close());
  const directory = await testDir();
  const folder = directory.join('sigstore-public-good');
  mkdirSync(folder);
  copyFileSync(`${PUBLIC_GOOD}/trusted_root.json`, `${folder}/trusted_root.json`);
  writeFileSync(`${folder}/root.json`, repository.firstRoot);
  writeFileSync(`${folder}/record.json`, renderRootRecord({ currentAsOf: MADE, published: {} }));
  const files = {
    root: repository.firstRoot,
    trusted: readFileSync(`${folder}/trusted_root.json`),
  };
  writeFileSync(
    `${folder}/README.md`,
    renderReadme(files, { kind: 'package', version: packageSeed().version }, MADE),
  );
  const { url } = server;
  const fetch: Refresh['fetch'] = async (args = [], env = {}) =>
    runIn(folder, ['--fetch', '--repository', url, ...args], env);
  return {
    server,
    repository,
    folder,
    beside: (name) => directory.join(name),
    fetch,
    run: async (...args) => runIn(folder, args),
  };
}

export async function runIn(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const before = await snapshot(folder);
  const stdout: string[] = [];
  const stderr: string[] = [];
  const exitCode = await runTrustRoots(args, {
    folder,
    env,
    print: (line) => void stdout.push(line),
    printError: (line) => void stderr.push(line),
    now: () => FETCHED,
    retryDelayMs: 1,
  });
  const untouched = JSON.stringify(await snapshot(folder)) === JSON.stringify(before);
  return { exitCode, stdout: stdout.join('\n'), stderr: stderr.join('\n'), untouched };
}
