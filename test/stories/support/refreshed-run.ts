import { rmSync, writeFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { createClient } from '../../../src/client.ts';
import type { K8sVerifyError } from '../../../src/errors.ts';
import { installRelease } from '../../../src/install.ts';
import type { Note } from '../../../src/notes.ts';
import type { InstallRequest } from '../../../src/plan/request.ts';
import type { ProgressEvent } from '../../../src/progress.ts';
import type { ArtifactResult } from '../../../src/result.ts';
import { LoopbackServer } from '#support/http/loopback-server';
import type { TempDir } from '#support/temp-dir';
import { testDir } from '#support/test-dir';
import type { TestServers } from '#support/test-servers';
import { rejection } from '#support/thrown-by';
import { createTufRepository, type TufRepository, type TufRepositoryOptions } from '#support/tuf-repository';

export interface RefreshedRun {
  readonly dir: TempDir;
  readonly repository: TufRepository;
  readonly tuf: LoopbackServer;
  readonly install: (change?: Change) => Promise<ArtifactResult>;
  readonly refused: (change?: Change) => Promise<K8sVerifyError>;
  /** What the TUF repository was asked for since the last call. */
  readonly asked: () => readonly string[];
  /** Of the last run. */
  readonly notes: () => readonly Note[];
}

export interface Change extends Partial<InstallRequest> {
  /** Days that have passed since the test began. */
  readonly daysLater?: number;
  /** `false`: nothing is kept. */
  readonly keeps?: boolean;
}

const TARGET = 'trusted_root.json';

/** Installs of kubectl from the local world, whose trusted root comes from a TUF repository on loopback. */
export async function prepareRefreshed(
  { sigstore, releases }: TestServers,
  options: Partial<TufRepositoryOptions> = {},
): Promise<RefreshedRun> {
  const dir = await testDir();
  const root = Buffer.from(sigstore.trustedRoot());
  const repository = createTufRepository({ targets: { [TARGET]: root }, ...options });
  const tuf = await LoopbackServer.start((request) => repository.handler(request));
  onTestFinished(() => tuf.close());
  const rootFile = dir.join('root.json');
  writeFileSync(rootFile, repository.firstRoot);
  let notes: Note[] = [];
  const report = (event: ProgressEvent): void => {
    if (event.kind === 'note') notes.push(event);
  };
  const request: InstallRequest = {
    artifacts: [{ component: 'kubectl', version: 'v1.30.2', platform: 'linux/amd64' }],
    destination: { kind: 'directory', path: dir.join('bin') },
    sources: [releases.url],
    rekorUrl: sigstore.rekorUrl,
    tuf: { url: tuf.url, rootFile },
  };
  const install = async ({
    daysLater = 0,
    keeps = true,
    ...change
  }: Change = {}): Promise<ArtifactResult> => {
    notes = [];
    const dataDirectory = keeps ? dir.join('data') : undefined;
    await using client = createClient({ retries: 1, retryDelayMs: 1, dataDirectory, report });
    const clock = { now: () => new Date(Date.now() + daysLater * 86_400_000) };
    // A file that is there already needs no network; only a test that names its destination wants that.
    if (change.destination === undefined) rmSync(dir.join('bin'), { recursive: true, force: true });
    const result = await installRelease({ ...request, ...change }, { ...client, clock });
    const [artifact] = result.artifacts;
    if (artifact === undefined) throw new Error('nothing was installed');
    return artifact;
  };
  let seen = 0;
  return {
    dir,
    repository,
    tuf,
    install,
    refused: async (change) => rejection(install(change)),
    asked: () => {
      const paths = tuf.requests.slice(seen).map(({ path }) => path);
      seen = tuf.requests.length;
      return paths;
    },
    notes: () => notes,
  };
}
