/** A release server and a Sigstore on loopback, and how to point the command at them: for tests, demo, bench and people. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createLocalSigstore,
  type LocalSigstore,
  type RunningSigstore,
  serveSigstore,
} from './local-sigstore.ts';
import { type ReleaseServer, type ReleaseServerOptions, startReleaseServer } from './release-server.ts';

export interface WorldOptions {
  /** For the trusted root. */
  readonly directory: string;
  /** Default: one with new keys. Several worlds may have the same one. */
  readonly sigstore?: LocalSigstore;
  readonly releases?: ReleaseServerOptions;
}

export interface World extends AsyncDisposable {
  readonly sigstore: RunningSigstore;
  readonly releases: ReleaseServer;
  /** For `--mirror`. */
  readonly mirror: string;
  /** For `--rekor-url`. */
  readonly rekorUrl: string;
  /** For `--trusted-root`. */
  readonly trustedRoot: string;
  /** The options that make the command use this world instead of dl.k8s.io and the public Sigstore. */
  readonly options: readonly string[];
  close(): Promise<void>;
}

export async function startWorld({ directory, sigstore, releases }: WorldOptions): Promise<World> {
  const trustedRoot = join(directory, 'trusted_root.json');
  const [running, server] = await Promise.all([
    serveSigstore(sigstore ?? createLocalSigstore()),
    startReleaseServer(releases),
  ]);
  await writeFile(trustedRoot, running.trustedRoot());
  const close = async (): Promise<void> => {
    await Promise.all([running.close(), server.close()]);
  };
  return {
    sigstore: running,
    releases: server,
    mirror: server.url,
    rekorUrl: running.rekorUrl,
    trustedRoot,
    options: ['--mirror', server.url, '--rekor-url', running.rekorUrl, '--trusted-root', trustedRoot],
    close,
    [Symbol.asyncDispose]: close,
  };
}
