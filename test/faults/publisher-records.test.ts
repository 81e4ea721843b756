/** `--check-sums` with a mirror: what dl.k8s.io itself has is compared as well, behind a proxy that knows every host. */
import { describe, expect, it } from 'vitest';
import { createClient } from '../../src/client.ts';
import { installRelease } from '../../src/install.ts';
import type { InstallRequest } from '../../src/plan/request.ts';
import type { RunResult } from '../../src/result.ts';
import { startProxy } from '#support/proxy';
import { type ReleaseServer, startReleaseServer } from '#support/release-server';
import { snapshot } from '#support/temp-dir';
import { rejection } from '#support/thrown-by';
import { binaryOf, type FaultWorld, PAIR, PLATFORM, startFaultWorld } from './fault-world.ts';

const MIRROR = 'https://mirror.example';
const PUBLISHER = 'https://dl.k8s.io';
const KUBECTL = { version: PAIR, platform: PLATFORM, component: 'kubectl' };
const OTHER = `${'b'.repeat(64)}  bin/${PLATFORM}/kubectl\n`;

interface Scene extends AsyncDisposable {
  readonly world: FaultWorld;
  /** Stands for dl.k8s.io; `world.releases` is the mirror. */
  readonly publisher: ReleaseServer;
  /** The targets that the proxy was asked for. */
  targets(): ReadonlySet<string>;
  install(change?: Partial<InstallRequest>): Promise<RunResult>;
}

async function startScene({ reachable = true } = {}): Promise<Scene> {
  const world = await startFaultWorld({ tls: ['mirror.example', 'rekor.sigstore.dev'] });
  const names = [{ kind: 'dns', value: 'dl.k8s.io' }] as const;
  const tls = world.authority?.issue({ names });
  const publisher = await startReleaseServer(tls === undefined ? {} : { tls });
  for (const server of [world.releases, publisher]) {
    await server.publishRelease({ ...KUBECTL, bytes: binaryOf(PAIR), sigstore: world.sigstore });
    await server.publishSums(PAIR);
  }
  const ports: Readonly<Record<string, number>> = {
    'mirror.example': world.releases.http.port,
    'rekor.sigstore.dev': world.rekor.http.port,
    ...(reachable ? { 'dl.k8s.io': publisher.http.port } : {}),
  };
  const proxy = await startProxy({ routeTo: (host) => ({ host: '127.0.0.1', port: ports[host] ?? 1 }) });
  const { caFile, trustedRootFile, bin } = world;
  return {
    world,
    publisher,
    targets: () => new Set(proxy.requests.map(({ target }) => target)),
    install: async (change = {}) => {
      await using client = createClient({ retries: 0, caFile, env: { HTTPS_PROXY: proxy.url } });
      const request: InstallRequest = {
        artifacts: [KUBECTL],
        destination: { kind: 'directory', path: bin },
        sources: [MIRROR],
        trustedRootFile,
        checkSums: true,
        ...change,
      };
      return await installRelease(request, client);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([world[Symbol.asyncDispose](), publisher.close(), proxy.close()]);
    },
  };
}

describe('the records of dl.k8s.io, next to those of a mirror', () => {
  it.concurrent('are compared, and the result says which server said what', async () => {
    await using scene = await startScene();
    const { artifacts } = await scene.install();
    const said = artifacts[0]?.crossChecks?.map(
      ({ source, from, outcome }) => `${source} ${from} ${outcome}`,
    );
    expect(said).toEqual(
      [MIRROR, PUBLISHER].flatMap((from) => [
        `SHA256SUMS ${from} agrees`,
        `SHA512SUMS ${from} agrees`,
        `provenance.json ${from} not-published`,
      ]),
    );
  });

  it.concurrent('refuse what a mirror and its own lists agree on', async () => {
    await using scene = await startScene();
    scene.publisher.publishFile(`/release/${PAIR}/SHA256SUMS`, OTHER);
    const before = await snapshot(scene.world.dir.path);
    expect(await rejection(scene.install())).toMatchObject({
      code: 'digest-mismatch',
      found: expect.stringContaining('b'.repeat(64)) as unknown,
      from: PUBLISHER,
    });
    expect(await snapshot(scene.world.dir.path)).toEqual(before);
  });

  it.concurrent('name the mirror where that differs', async () => {
    await using scene = await startScene();
    scene.world.releases.publishFile(`/release/${PAIR}/SHA256SUMS`, OTHER);
    expect(await rejection(scene.install())).toMatchObject({ code: 'digest-mismatch', from: MIRROR });
  });

  it.concurrent('are a note where dl.k8s.io cannot be reached', async () => {
    await using scene = await startScene({ reachable: false });
    const { artifacts } = await scene.install();
    expect(artifacts[0]?.crossChecks).toHaveLength(3);
    expect(artifacts[0]?.notes).toEqual([
      {
        code: 'publisher-not-asked',
        text: expect.stringMatching(
          /^https:\/\/dl\.k8s\.io was not asked for the records of v1\.30\.1: /,
        ) as unknown,
      },
    ]);
  });

  it.concurrent('are asked once where dl.k8s.io is the source', async () => {
    await using scene = await startScene();
    const { artifacts } = await scene.install({ sources: [PUBLISHER] });
    expect(artifacts[0]?.crossChecks).toHaveLength(3);
    expect(scene.publisher.http.requestsFor('SHA256SUMS')).toHaveLength(1);
  });

  it.concurrent.for<readonly [string, Partial<InstallRequest>]>([
    ['the log of another Sigstore', { rekorUrl: 'https://rekor.sigstore.dev' }],
    [
      'another signer',
      {
        identity: {
          subjectAlternativeName: 'krel-staging@k8s-releng-prod.iam.gserviceaccount.com',
          issuer: 'https://accounts.google.com',
        },
      },
    ],
  ])('say nothing of what is by %s', async ([, change]) => {
    await using scene = await startScene();
    const { artifacts } = await scene.install(change);
    expect(artifacts[0]?.crossChecks).toHaveLength(3);
    expect(scene.targets()).not.toContain('dl.k8s.io:443');
  });
});
