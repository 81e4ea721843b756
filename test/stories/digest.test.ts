import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { createClient } from '../../src/client.ts';
import { digest, digestReleased, type DigestRun } from '../../src/digest.ts';
import { mirror } from '../../src/mirror.ts';
import type { DigestInput } from '../../src/plan/input.ts';
import { readDigest } from '../../src/plan/read-released.ts';
import { DirectorySource } from '../../src/source/directory-source.ts';
import { testDir } from '#support/test-dir';
import { testServers } from '#support/test-servers';
import { rejection } from '#support/thrown-by';

const { sigstore, releases } = await testServers();
let data: string;
let published: Map<string, string>;

beforeEach(async () => {
  data = (await testDir()).path;
  published = new Map();
  for (const [component, platform] of [
    ['kubectl', 'linux/amd64'],
    ['kubectl', 'linux/arm'],
    ['kubectl', 'windows/amd64'],
    ['kubelet', 'linux/amd64'],
  ] as const) {
    const bytes = Buffer.from(`${component} ${platform} ${randomUUID()}`);
    const release = { component, version: 'v1.30.2', platform, bytes, sigstore };
    published.set(`${component} ${platform}`, (await releases.publishRelease(release)).sha256);
  }
  releases.publishMarker('stable-1.30', 'v1.30.2');
});

async function run(input: DigestInput): Promise<DigestRun> {
  await using client = createClient({ retries: 0, retryDelayMs: 1, dataDirectory: data });
  const world = { sources: [releases.url], rekorUrl: sigstore.rekorUrl, trustedRoot: sigstore.trustedRoot() };
  return await digest({ ...world, ...input }, client);
}

function namesOf({ results }: DigestRun): readonly string[] {
  return results.map(({ pathInRelease }) => pathInRelease);
}

describe('digest', () => {
  it('gives the proven digest of each component for each platform, and where the file is', async () => {
    const { results, skipped, notes } = await run({
      artifacts: ['kubectl@1.30', { component: 'kubelet', version: 'v1.30.2' }],
      platforms: ['linux/amd64'],
    });
    expect(results).toMatchObject([
      {
        component: 'kubectl',
        version: 'v1.30.2',
        platform: 'linux/amd64',
        fileName: 'kubectl',
        sha256: published.get('kubectl linux/amd64'),
        url: `${releases.url}/release/v1.30.2/bin/linux/amd64/kubectl`,
        name: { bound: true, by: ['release-manifest'] },
        claim: 'genuine',
        signer: { kind: 'certificate-identity' },
        checks: {
          digest: { outcome: 'passed', detail: expect.stringContaining('nothing downloaded') as unknown },
        },
      },
      { component: 'kubelet', sha256: published.get('kubelet linux/amd64') },
    ]);
    expect({ skipped, notes }).toEqual({ skipped: [], notes: [] });
  });

  it('says where a file of a directory is in a URL, whatever the directory is called', async () => {
    const dir = await testDir();
    const to = dir.join('a ${b} "c');
    const artifacts = ['kubectl@v1.30.2'];
    const platforms = ['linux/amd64'];
    const world = {
      sources: [releases.url],
      rekorUrl: sigstore.rekorUrl,
      trustedRoot: sigstore.trustedRoot(),
    };
    await mirror({ ...world, artifacts, platforms, to });
    const request = { ...readDigest({ ...world, artifacts, platforms }), sources: [new DirectorySource(to)] };
    await using client = createClient({ dataDirectory: data });
    const { results } = await digestReleased(request, client);
    expect(results.map(({ url }) => url)).toEqual([
      expect.stringMatching(/^file:\/\/\/[^\s"{}]+\/release\/v1\.30\.2\/bin\/linux\/amd64\/kubectl$/),
    ]);
  });

  it('keeps the order of the components and the platforms', async () => {
    const platforms = ['windows/amd64', 'linux/amd64', 'windows/amd64'];
    const found = await run({ artifacts: ['kubectl@v1.30.2'], platforms });
    expect(namesOf(found)).toEqual(['bin/windows/amd64/kubectl.exe', 'bin/linux/amd64/kubectl']);
  });

  it('skips, with one note, what was never published', async () => {
    const { results, skipped, notes } = await run({
      artifacts: ['kubelet@v1.30.2', 'kubectl@v1.30.2'],
      platforms: ['linux/arm', 'linux/amd64'],
    });
    expect(results.map(({ component, platform }) => `${component} ${platform}`)).toEqual([
      'kubelet linux/amd64',
      'kubectl linux/arm',
      'kubectl linux/amd64',
    ]);
    expect(skipped).toEqual([{ component: 'kubelet', version: 'v1.30.2', platform: 'linux/arm' }]);
    expect(notes).toMatchObject([
      { code: 'platform-skipped', text: expect.stringContaining('kubelet v1.30.2') as unknown },
    ]);
  });

  it('may have nothing left to prove', async () => {
    const { results, skipped } = await run({ artifacts: ['kubelet@v1.30.2'], platforms: ['linux/arm'] });
    expect({ results, skipped: skipped.length }).toEqual({ results: [], skipped: 1 });
    expect(releases.http.requests).toEqual([]);
  });

  it('takes every platform that a component is published for', async () => {
    const error = await rejection(run({ artifacts: ['kubelet@v1.30.2'], platforms: 'all' }));
    // The local release has linux/amd64 alone.
    expect(error.message).toMatch(/kubelet v1\.30\.2 (?:linux|windows)/);
    expect(error.message).not.toContain('linux/amd64');
  });

  it('needs no request for what it has proved before', async () => {
    const asked = { artifacts: ['kubectl@v1.30.2', 'kubelet@v1.30.2'], platforms: ['linux/amd64'] };
    const first = await run(asked);
    const before = [releases.http.requests.length, sigstore.rekorServer.http.requests.length];
    const again = await run(asked);
    expect(again.results.map(({ sha256 }) => sha256)).toEqual(first.results.map(({ sha256 }) => sha256));
    expect([releases.http.requests.length, sigstore.rekorServer.http.requests.length]).toEqual(before);
  });

  it('gives one file of what is for all platforms', async () => {
    await releases.publishSigned('/release/v1.30.2/kubernetes-src.tar.gz', {
      bytes: Buffer.from('src'),
      sigstore,
    });
    const found = await run({
      artifacts: ['kubernetes-src@v1.30.2'],
      platforms: ['linux/amd64', 'windows/amd64'],
    });
    expect(namesOf(found)).toEqual(['kubernetes-src.tar.gz']);
  });
});

describe('what digest refuses', () => {
  it.each<readonly [string, DigestInput, string]>([
    ['nothing', { artifacts: [] }, 'usage'],
    ['an unknown component', { artifacts: ['kubetcl'] }, 'component-unknown'],
    ['an unknown platform', { artifacts: ['kubectl'], platforms: ['linux/riscv64'] }, 'platform-impossible'],
    ['no version', { artifacts: ['kubectl@newest'] }, 'version-malformed'],
    ['too many', { artifacts: Array.from({ length: 65 }, () => 'kubectl') }, 'usage'],
    ['a release that is not signed', { artifacts: ['kubectl@v1.20.0'] }, 'signature-not-published'],
  ])('%s, without a request', async (_, input, code) => {
    expect(await rejection(run(input))).toMatchObject({ code });
    expect(releases.http.requests).toEqual([]);
  });

  it('a name that has another digest than before on this machine', async () => {
    const asked = { artifacts: ['kubectl@v1.30.2'], platforms: ['linux/amd64'] };
    await run(asked);
    await releases.publishRelease({
      component: 'kubectl',
      version: 'v1.30.2',
      platform: 'linux/amd64',
      bytes: Buffer.from('released anew'),
      sigstore,
    });
    // The kept manifest and evidence still prove the first one; another mirror is asked as a first run does.
    for (const kind of ['manifests', 'evidence']) rmSync(`${data}/${kind}`, { recursive: true });
    expect(await rejection(run(asked))).toMatchObject({ code: 'name-digest-changed' });
  });
});
