/** What docs/fleet.md says of requests is what runs make: it is counted at the servers of a local world. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createClient } from '../../src/client.ts';
import { installRelease } from '../../src/install.ts';
import { mirror } from '../../src/mirror.ts';
import type { InstallRequest } from '../../src/plan/request.ts';
import { LoopbackServer } from '#support/http/loopback-server';
import { goProgram } from '#support/go-program';
import { createTempDir, type TempDir } from '#support/temp-dir';
import { testDir } from '#support/test-dir';
import { startWorld, type World } from '#support/world';
import { readPage } from './blocks.ts';

const NODE = ['kubeadm', 'kubelet', 'kubectl'];
const DAY_MS = 86_400_000;

let world: World;
let directory: TempDir;
beforeAll(async () => {
  directory = await createTempDir();
  world = await startWorld({ directory: directory.path });
  for (const version of ['v1.30.2', 'v1.30.3']) {
    for (const component of NODE) {
      const bytes = goProgram({
        main: `k8s.io/kubernetes/cmd/${component}`,
        strings: [version],
        settings: { GOOS: 'linux', GOARCH: 'amd64' },
      });
      const { sigstore } = world;
      await world.releases.publishRelease({ component, version, platform: 'linux/amd64', bytes, sigstore });
    }
  }
  world.releases.publishMarker('stable', 'v1.30.2');
});
afterAll(async () => {
  await world.close();
  await directory.remove();
});

function counts(): readonly number[] {
  const servers = [world.releases.http, world.sigstore.rekorServer.http, world.tuf.server];
  return servers.map(({ requests }) => requests.length);
}

interface Node {
  /** Installs, and says how many requests that took: of the release server, of the log, of the TUF repository. */
  readonly install: (change?: Run) => Promise<string>;
}

interface Run {
  /** In place of the release server. */
  readonly mirror?: string;
  readonly components?: readonly string[];
  readonly version?: string;
  readonly daysLater?: number;
}

async function node(): Promise<Node> {
  const dir = await testDir();
  return {
    async install({
      components = NODE,
      version = 'v1.30.2',
      daysLater = 0,
      mirror: from = world.mirror,
    } = {}) {
      const before = counts();
      await using client = createClient({ retries: 0, dataDirectory: dir.join('data') });
      const clock = { now: () => new Date(Date.now() + daysLater * DAY_MS) };
      const request: InstallRequest = {
        artifacts: components.map((component) => ({ component, version, platform: 'linux/amd64' })),
        destination: { kind: 'directory', path: dir.join('bin') },
        sources: [from],
        rekorUrl: world.rekorUrl,
        tuf: { url: world.tuf.url, rootFile: world.tuf.root },
      };
      await installRelease(request, { ...client, clock });
      return counts()
        .map((count, index) => count - (before[index] ?? 0))
        .join(' ');
    },
  };
}

/** The numbers of a row of the page: of the release server, of the log, of the TUF repository. */
function said(run: string): string {
  const row = readPage('docs/fleet.md')
    .split('\n')
    .find((line) => line.startsWith(`| ${run} |`));
  return (row ?? '')
    .split('|')
    .slice(2, 5)
    .map((cell) => cell.trim())
    .join(' ');
}

it('counts the requests of a node as docs/fleet.md has them', async () => {
  const one = await node();
  expect(await one.install({ components: ['kubectl'] })).toBe(said('first install of kubectl'));
  const three = await node();
  expect(await three.install()).toBe(said('first install of kubeadm, kubelet and kubectl'));
  expect(await three.install()).toBe(said('the same command again'));
  expect(await three.install({ version: 'stable' })).toBe(
    said('the same with `stable`, which is still that version'),
  );
  // The log grows meanwhile.
  world.sigstore.signBlob({ bytes: Buffer.from('something else') });
  expect(await three.install({ version: 'v1.30.3', daysLater: 2 })).toBe(
    said('the three of the next version, a day later or more'),
  );
  expect(await three.install({ version: 'v1.30.2', daysLater: 2 })).toBe(
    said('back to the version before, on the same day'),
  );
});

it('counts what a mirror leaves of them', async () => {
  const dir = await testDir();
  await using client = createClient({ retries: 0 });
  await mirror(
    {
      artifacts: NODE.map((component) => `${component}@v1.30.2`),
      platforms: ['linux/amd64'],
      to: dir.join('mirror'),
      sources: [world.mirror],
      rekorUrl: world.rekorUrl,
      trustedRootPath: world.trustedRoot,
    },
    client,
  );
  await using server = await serveDirectory(dir.join('mirror'));
  const before = server.http.requests.length;
  const one = await node();
  const [releases, log, root] = (await one.install({ mirror: server.http.url })).split(' ');
  expect(releases).toBe('0');
  const asked = server.http.requests.length - before;
  expect(`${asked} ${log} ${root}`).toBe(said('first install of the three from a web server with a mirror'));
});

async function serveDirectory(root: string): Promise<AsyncDisposable & { readonly http: LoopbackServer }> {
  const http = await LoopbackServer.start(({ path }) => {
    const file = join(root, path);
    return existsSync(file) && statSync(file).isFile()
      ? { status: 200, body: readFileSync(file) }
      : { status: 404, body: 'none' };
  });
  return { http, [Symbol.asyncDispose]: () => http.close() };
}
