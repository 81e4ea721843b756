/** A release server and a Sigstore on loopback, and how to point the command at them: for tests, demo, bench and people. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createLocalSigstore,
  type LocalSigstore,
  type RunningSigstore,
  serveSigstore,
} from './local-sigstore.ts';
import { LoopbackServer } from './http/loopback-server.ts';
import { type ReleaseServer, type ReleaseServerOptions, startReleaseServer } from './release-server.ts';
import { createTufRepository, type TufRepository } from './tuf-repository.ts';

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
  /** Serves the same trusted root, for `--tuf-url`; and the TUF root that it begins with, for `--tuf-root`. */
  readonly tuf: TufServer;
  /** The options that make the command use this world instead of dl.k8s.io and the public Sigstore. */
  readonly options: readonly string[];
  close(): Promise<void>;
}

export interface TufServer {
  readonly repository: TufRepository;
  readonly server: LoopbackServer;
  readonly url: string;
  readonly root: string;
}

export async function startWorld({ directory, sigstore, releases }: WorldOptions): Promise<World> {
  const trustedRoot = join(directory, 'trusted_root.json');
  const [running, server] = await Promise.all([
    serveSigstore(sigstore ?? createLocalSigstore()),
    startReleaseServer(releases),
  ]);
  await writeFile(trustedRoot, running.trustedRoot());
  const tuf = await startTuf(directory, running);
  const close = async (): Promise<void> => {
    await Promise.all([running.close(), server.close(), tuf.server.close()]);
  };
  return {
    sigstore: running,
    releases: server,
    mirror: server.url,
    rekorUrl: running.rekorUrl,
    trustedRoot,
    tuf,
    options: ['--mirror', server.url, '--rekor-url', running.rekorUrl, '--trusted-root', trustedRoot],
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function startTuf(directory: string, sigstore: LocalSigstore): Promise<TufServer> {
  const target = Buffer.from(sigstore.trustedRoot());
  const repository = createTufRepository({ targets: { 'trusted_root.json': target } });
  const server = await LoopbackServer.start((request) => repository.handler(request));
  const root = join(directory, 'root.json');
  await writeFile(root, repository.firstRoot);
  return { repository, server, url: server.url, root };
}
