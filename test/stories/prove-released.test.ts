import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { createClient } from '../../src/client.ts';
import { openTrust } from '../../src/flow/open-trust.ts';
import { proveReleased, type ProvenFile } from '../../src/flow/prove-released.ts';
import { openLogMemory } from '../../src/flow/run-log-memory.ts';
import { sourcesOf } from '../../src/plan/request.ts';
import { policyOf } from '../../src/plan/policy-of.ts';
import { releaseArtifact } from '../../src/release/artifact.ts';
import { parsePlatform } from '../../src/release/platform.ts';
import { parseReleaseVersion } from '../../src/release/version.ts';
import { fault } from '#support/http/faults';
import { type PublishedFile, releasePath } from '#support/release-server';
import { testDir } from '#support/test-dir';
import { testServers } from '#support/test-servers';
import { rejection } from '#support/thrown-by';

const VERSION = 'v1.30.2';
const PLATFORMS = ['linux/amd64', 'linux/arm64', 'linux/ppc64le', 'linux/s390x'];
const COMPONENTS = ['kubectl', 'kubeadm', 'kubelet'];
const RETRIEVE = '/api/v1/log/entries/retrieve';
const SPDX = 'kubernetes-release.spdx';

const { sigstore, releases } = await testServers();
let published: PublishedFile[];
let directory: string;
let logBefore: number;

beforeEach(async () => {
  directory = (await testDir()).path;
  published = [];
  for (const component of COMPONENTS) {
    for (const platform of PLATFORMS) {
      const bytes = Buffer.from(`${component} ${platform} ${randomUUID()}`);
      published.push(
        await releases.publishRelease({ component, version: VERSION, platform, bytes, sigstore }),
      );
    }
  }
  logBefore = sigstore.rekorServer.http.requests.length;
});

function path(component: string, platform: string): string {
  return releasePath({ component, version: VERSION, platform });
}

interface Asked {
  readonly components?: readonly string[];
  readonly platforms?: readonly string[];
  readonly nameRequired?: boolean;
}

async function prove({
  components = COMPONENTS,
  platforms = PLATFORMS,
  nameRequired = true,
}: Asked = {}): Promise<readonly ProvenFile[]> {
  await using client = createClient({ retries: 0, retryDelayMs: 1, dataDirectory: directory });
  const network = {
    sources: [releases.url],
    rekorUrl: sigstore.rekorUrl,
    trustedRoot: Buffer.from(sigstore.trustedRoot()),
  };
  const asked = components.flatMap((component) =>
    platforms.map(async (platform) => {
      const version = parseReleaseVersion(VERSION);
      const artifact = releaseArtifact({ component, version, platform: parsePlatform(platform) });
      const policy = await policyOf({}, { kind: 'released', artifact }, client);
      return { artifact, label: `${component} ${platform}`, policy };
    }),
  );
  const files = await Promise.all(asked);
  // Awaited here, since the client is closed at the end.
  return await proveReleased(files, {
    network,
    client,
    sources: sourcesOf(network, client.http),
    trust: await openTrust(network, client, undefined),
    logMemory: openLogMemory(network, client),
    signal: new AbortController().signal,
    nameRequired,
  });
}

function logRequests(): number {
  return sigstore.rekorServer.http.requests.slice(logBefore).filter((one) => one.path === RETRIEVE).length;
}

describe('proveReleased', () => {
  it('proves and binds each digest, with two requests to the log for twelve files', async () => {
    const proven = await prove();
    expect(proven.map(({ sha256 }) => sha256)).toEqual(published.map(({ sha256 }) => sha256));
    expect(proven.map(({ name }) => name.by)).toEqual(proven.map(() => ['release-manifest']));
    expect(proven.map(({ proof }) => proof.origin.kind)).toEqual(proven.map(() => 'detached'));
    expect(logRequests()).toBe(3);
  });

  it('fetches no artifact and no checksum file', async () => {
    await prove();
    const paths = releases.http.requests.map((request) => request.path);
    expect(paths.filter((one) => published.some((file) => file.path === one))).toEqual([]);
    expect(paths.filter((one) => one.endsWith('.sha256') && !one.includes(SPDX))).toEqual([]);
  });

  it('needs no request once everything is kept', async () => {
    const { keepAllEvidence } = await import('../../src/flow/kept-evidence.ts');
    const first = await prove();
    await using client = createClient({ dataDirectory: directory });
    await keepAllEvidence(
      first.map(({ artifact, proof, sha256 }) => ({
        artifact,
        proof,
        source: undefined,
        bundlePath: undefined,
        outputs: [{ kind: 'verified', path: undefined, members: undefined, sha256, had: '' }],
      })),
      client.data,
    );
    const [atReleases, atLog] = [releases.http.requests.length, sigstore.rekorServer.http.requests.length];
    const again = await prove();
    expect(again.map(({ sha256 }) => sha256)).toEqual(first.map(({ sha256 }) => sha256));
    expect(again.map(({ proof }) => proof.origin.kind)).toEqual(again.map(() => 'bundle'));
    expect(releases.http.requests.length).toBe(atReleases);
    expect(sigstore.rekorServer.http.requests.length).toBe(atLog);
  });

  it('takes a published bundle, without the log', async () => {
    const bytes = Buffer.from('kubectl with a bundle');
    const one = { component: 'kubectl', version: VERSION, platform: 'linux/amd64' };
    await releases.publishRelease({ ...one, bytes, sigstore, bundle: '0.3' });
    const asked = { components: ['kubectl'], platforms: ['linux/amd64'] };
    const [file] = await prove(asked);
    expect(file?.proof.origin.kind).toBe('bundle');
    // The release manifest has a pair.
    expect(logRequests()).toBe(1);
  });

  it('names the manifest itself by its own namespace', async () => {
    const [file] = await prove({ components: [SPDX], platforms: ['linux/amd64'] });
    expect(file).toMatchObject({ name: { by: ['release-manifest'] } });
    expect(file?.sha256).toBe(file?.manifest.kind === 'proved' ? file.manifest.sha256 : undefined);
  });

  it('proves by the manifest what upstream gave the signature of another file', async () => {
    const [kubectl, other] = published;
    if (kubectl === undefined || other === undefined) throw new TypeError('nothing is published');
    releases.publishFile(`${kubectl.path}.sig`, other.signed?.signatureFile ?? '');
    releases.publishFile(`${kubectl.path}.cert`, other.signed?.certificateFile ?? '');
    sigstore.rekorServer.answerWith('/api/v1/index/retrieve', fault.status(200, { body: '[]' }));
    const [file] = await prove({ components: ['kubectl'], platforms: ['linux/amd64'] });
    expect(file).toMatchObject({ sha256: kubectl.sha256, proof: { origin: { kind: 'release-manifest' } } });
  });
});

describe('what proveReleased refuses', () => {
  it('a genuine file of another name', async () => {
    const bytes = Buffer.from('an older kubectl');
    // The manifest lists the file that was published first.
    await releases.publishManifest(VERSION, { sigstore });
    await releases.publishRelease({
      component: 'kubectl',
      version: VERSION,
      platform: 'linux/amd64',
      bytes,
      sigstore,
      bundle: '0.3',
    });
    const error = await rejection(prove({ components: ['kubectl'] }));
    expect(error).toMatchObject({
      code: 'name-mismatch',
      message: expect.stringContaining('kubectl') as unknown,
    });
  });

  it('a name that no manifest binds, unless the caller can bind it', async () => {
    releases.withoutManifest(VERSION);
    const asked = { components: ['kubelet'], platforms: ['linux/amd64'] };
    expect(await rejection(prove(asked))).toMatchObject({ code: 'name-unbound' });
    const [file] = await prove({ ...asked, nameRequired: false });
    expect(file).toMatchObject({ name: { by: [] }, manifest: { kind: 'none' } });
  });

  it('a file that is not there', async () => {
    releases.withoutManifest(VERSION);
    const asked = { components: ['mounter'], platforms: ['linux/amd64'], nameRequired: false };
    expect(await rejection(prove(asked))).toMatchObject({ code: 'artifact-not-found' });
  });

  it('a file of a release that is not there, with the newest that is, asked for once', async () => {
    releases.withoutManifest(VERSION);
    const [, minor] = /^v(\d+\.\d+)/.exec(VERSION) ?? [];
    releases.publishMarker(`stable-${minor}`, `v${minor}.14`);
    const asked = { components: ['mounter', 'apiextensions-apiserver'], nameRequired: false };
    const before = releases.http.requests.length;
    expect(await rejection(prove(asked))).toMatchObject({
      code: 'artifact-not-found',
      found: `v${minor}.14 is the newest of v${minor}`,
    });
    const paths = releases.http.requests.slice(before).map((request) => request.path);
    expect(paths.filter((one) => one.endsWith('.txt'))).toEqual([`/release/stable-${minor}.txt`]);
  });

  it('a file without a signature, as a gap of the mirror', async () => {
    releases.unpublish(`${path('kubectl', 'linux/amd64')}.sig`);
    expect(await rejection(prove({ components: ['kubectl'] }))).toMatchObject({ code: 'mirror-incomplete' });
  });

  it('an entry that the log does not have', async () => {
    const one = { component: 'kubectl', version: VERSION, platform: 'linux/amd64' };
    const sign = { log: 'none' } as const;
    await releases.publishRelease({ ...one, bytes: Buffer.from('not logged'), sigstore, sign });
    await releases.publishManifest(VERSION, { sigstore });
    expect(await rejection(prove({ components: ['kubectl'] }))).toMatchObject({
      code: 'log-entry-not-found',
      message: expect.stringContaining('kubectl linux/amd64') as unknown,
    });
  });

  it('a log that cannot be asked, which says nothing about the files', async () => {
    await prove({ components: [SPDX], platforms: ['linux/amd64'] });
    sigstore.rekorServer.answerWith(RETRIEVE, fault.status(503, { body: 'busy' }));
    expect(await rejection(prove())).toMatchObject({ code: 'log-unreachable' });
  });
});
