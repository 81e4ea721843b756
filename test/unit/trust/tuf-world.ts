/** A TUF repository on loopback, and refreshes of it. */
import { onTestFinished } from 'vitest';
import { createHttpClient } from '../../../src/http/client.ts';
import type { KeptRoot } from '../../../src/trust/kept-root.ts';
import { refreshTrustedRoot, type TufTrustedRoot } from '../../../src/trust/refresh-root.ts';
import type { TufVersions } from '../../../src/trust/tuf-metadata.ts';
import { LoopbackServer } from '#support/http/loopback-server';
import { createTufRepository, type TufRepository, type TufRepositoryOptions } from '#support/tuf-repository';
import { publicGood } from '../../trust-roots/public-good.ts';

export const NOW: Date = new Date('2026-11-20T10:00:00Z');
export const DAY_MS = 86_400_000;

export interface TufWorld {
  readonly repository: TufRepository;
  readonly server: LoopbackServer;
  /** Anchored in the first root of the repository, and with its trusted root not in hand, unless other things are given. */
  readonly refresh: (options?: RefreshOptions) => Promise<TufTrustedRoot>;
  /** Paths that were asked for since the last call. */
  readonly asked: () => readonly string[];
}

export interface RefreshOptions {
  readonly kept?: KeptRoot | undefined;
  readonly published?: TufVersions;
  readonly known?: readonly Uint8Array[];
  readonly anchor?: Uint8Array;
  readonly now?: Date;
  readonly url?: string;
  readonly signal?: AbortSignal;
}

export async function startTuf(options: Partial<TufRepositoryOptions> = {}): Promise<TufWorld> {
  const repository = createTufRepository({ targets: { 'trusted_root.json': publicGood() }, ...options });
  const server = await LoopbackServer.start((request) => repository.handler(request));
  const http = createHttpClient({ retryDelayMs: 1, retries: 2 });
  onTestFinished(async () => {
    await http.close();
    await server.close();
  });
  let seen = 0;
  return {
    repository,
    server,
    refresh: async ({
      kept,
      published,
      known = [],
      anchor = repository.firstRoot,
      now = NOW,
      url,
      signal,
    } = {}) =>
      refreshTrustedRoot({
        server: { url: url ?? server.url, http, signal },
        anchor,
        kept,
        published,
        known,
        now,
      }),
    asked: () => {
      const paths = server.requests.slice(seen).map(({ path }) => path);
      seen = server.requests.length;
      return paths;
    },
  };
}
