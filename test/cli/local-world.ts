import { writeFile } from 'node:fs/promises';
import { onTestFinished } from 'vitest';
import { seededBody } from '#support/http/large-bodies';
import { type RunningSigstore, startLocalSigstore } from '#support/local-sigstore';
import { type PublishedFile, type ReleaseServer, startReleaseServer } from '#support/release-server';
import { runCli, type RunOptions } from '#support/run-cli';
import type { ProgramRun } from '#support/run-program';
import type { TempDir } from '#support/temp-dir';
import { testDir } from '#support/test-dir';

/** kubectl v1.26.4 for linux/amd64, published and signed, and the command that would fetch it from there. */
export interface LocalWorld {
  readonly dir: TempDir;
  readonly sigstore: RunningSigstore;
  readonly releases: ReleaseServer;
  readonly kubectl: PublishedFile;
  /** `--mirror`, `--rekor-url` and `--trusted-root` of this world. */
  readonly options: readonly string[];
  run(args: readonly string[], options?: RunOptions): Promise<ProgramRun>;
}

/** What a server has under a URL. */
export async function bodyOf(url: string): Promise<Uint8Array> {
  return new Uint8Array(await (await fetch(url)).arrayBuffer());
}

/** It goes away when the running test ends. */
export async function localWorld(size = 200_000): Promise<LocalWorld> {
  const dir = await testDir();
  const sigstore = await startLocalSigstore();
  onTestFinished(() => sigstore.close());
  const releases = await startReleaseServer();
  onTestFinished(() => releases.close());
  await writeFile(dir.join('root.json'), sigstore.trustedRoot());
  const kubectl = await releases.publishRelease({
    version: 'v1.26.4',
    platform: 'linux/amd64',
    component: 'kubectl',
    bytes: seededBody('kubectl', size),
    sigstore,
  });
  const log = ['--rekor-url', sigstore.rekorUrl, '--trusted-root', dir.join('root.json')];
  const options = ['--mirror', releases.url, ...log];
  const run: LocalWorld['run'] = (args, more = {}) => runCli(args, { cwd: dir.path, ...more });
  return { dir, sigstore, releases, kubectl, options, run };
}
