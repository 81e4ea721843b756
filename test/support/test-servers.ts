import { afterAll, beforeEach } from 'vitest';
import { type RunningSigstore, startLocalSigstore } from './local-sigstore.ts';
import { type ReleaseServer, startReleaseServer } from './release-server.ts';

export interface TestServers {
  readonly sigstore: RunningSigstore;
  readonly releases: ReleaseServer;
}

/**
 * The servers of one test file, to be awaited at its top. Each test finds an honest log and an empty release server; what
 * was signed stays logged. They stop after the file's last test.
 */
export async function testServers(): Promise<TestServers> {
  const [sigstore, releases] = await Promise.all([startLocalSigstore(), startReleaseServer()]);
  beforeEach(() => {
    sigstore.rekorServer.reset();
    releases.reset();
  });
  afterAll(async () => {
    await Promise.all([sigstore.close(), releases.close()]);
  });
  return { sigstore, releases };
}
