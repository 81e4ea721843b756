import { writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { K8sVerifyError } from '../../../src/errors.ts';
import { installRelease } from '../../../src/install.ts';
import type { DataPlaces } from '../../../src/data/data-places.ts';
import type { ProgressEvent } from '../../../src/progress.ts';
import type { InstallRequest } from '../../../src/plan/request.ts';
import type { RunResult } from '../../../src/result.ts';
import { createClient } from '../../../src/client.ts';
import { snapshot, type TempDir } from '#support/temp-dir';
import { testDir } from '#support/test-dir';
import type { TestServers } from '#support/test-servers';
import { rejection } from '#support/thrown-by';

/** One directory, and installs into its `bin` from the local world. */
export interface InstallRun {
  readonly dir: TempDir;
  /** `linux/amd64` kubectl v1.30.2 into `bin`, as long as nothing else is asked for. */
  readonly request: InstallRequest;
  readonly events: readonly ProgressEvent[];
  install(change?: Partial<InstallRequest>): Promise<RunResult>;
  /** An install that must be refused by an error of ours, with nothing changed on the disk. */
  refused(change?: Partial<InstallRequest>): Promise<K8sVerifyError>;
}

/**
 * @param onEvent is told each event before the run goes on.
 * @param now is what this machine's clock says; default: the time.
 * @param dataDirectory is where the runs keep things; default: nowhere.
 */
export async function prepareInstall(
  { sigstore, releases }: TestServers,
  onEvent: (event: ProgressEvent) => void = () => undefined,
  now?: Date,
  dataDirectory?: string | DataPlaces,
): Promise<InstallRun> {
  const dir = await testDir();
  const trustedRootFile = dir.join('trusted_root.json');
  writeFileSync(trustedRootFile, sigstore.trustedRoot());
  const events: ProgressEvent[] = [];
  const request: InstallRequest = {
    artifacts: [{ component: 'kubectl', version: 'v1.30.2', platform: 'linux/amd64' }],
    destination: { kind: 'directory', path: dir.join('bin') },
    sources: [releases.url],
    rekorUrl: sigstore.rekorUrl,
    trustedRootFile,
  };
  const report = (event: ProgressEvent): void => {
    events.push(event);
    onEvent(event);
  };
  const install = async (change: Partial<InstallRequest> = {}): Promise<RunResult> => {
    const world = createClient({ retries: 1, retryDelayMs: 1, dataDirectory, report });
    const clock = now === undefined ? world.clock : { now: () => now };
    try {
      return await installRelease({ ...request, ...change }, { ...world, clock });
    } finally {
      await world.http.close();
    }
  };
  const refused = async (change?: Partial<InstallRequest>): Promise<K8sVerifyError> => {
    const before = await snapshot(dir.path);
    const error = await rejection(install(change));
    expect(await snapshot(dir.path)).toEqual(before);
    return error;
  };
  return { dir, request, events, install, refused };
}
