/** A file that is here, by name: what it says that it is, and what it must be. */
import { readdirSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { createClient } from '../../src/client.ts';
import { askedName } from '../../src/plan/asked-name.ts';
import type { VerifyRequest } from '../../src/plan/request.ts';
import { parseWrittenName } from '../../src/release/written-name.ts';
import type { ArtifactResult } from '../../src/result.ts';
import { verify as verifyByLibrary } from '../../src/verify.ts';
import { verifyFile } from '../../src/verify.ts';
import { goProgram, type GoProgram } from '#support/go-program';
import type { TempDir } from '#support/temp-dir';
import { testDir } from '#support/test-dir';
import { testServers } from '#support/test-servers';
import { rejection } from '#support/thrown-by';
import { file, tar, tarGz } from '../unit/archive/support/tar-writer.ts';
import { sha256 } from './support/tarballs.ts';

const KUBECTL = { component: 'kubectl', version: 'v1.30.2', platform: 'linux/amd64' };
const SILENT = Buffer.from('#!/bin/sh\necho kubectl\n');
const ARM64 = { settings: { GOOS: 'linux', GOARCH: 'arm64' } };
const ENTITY = 'registry.k8s.io/kube-apiserver-amd64:v1.30.2';

const { sigstore, releases } = await testServers();
let dir: TempDir;

beforeEach(async () => {
  dir = await testDir();
  writeFileSync(dir.join('root.json'), sigstore.trustedRoot());
});

const kubectl = (program: GoProgram = {}): Buffer => goProgram({ strings: ['v1.30.2'], ...program });

/** Verifies bytes in a file, with their bundle next to it. */
async function verify(
  bytes: Uint8Array,
  as?: string,
  change: Partial<VerifyRequest> = {},
  kept: { readonly dataDirectory?: string } = {},
): Promise<ArtifactResult> {
  const path = dir.join('kubectl');
  writeFileSync(path, bytes);
  writeFileSync(`${path}.sigstore.json`, sigstore.signBlob({ bytes }).bundle('0.3'));
  const request: VerifyRequest = {
    subject: { kind: 'file', path },
    evidence: { kind: 'beside' },
    trustedRootFile: dir.join('root.json'),
    sources: [releases.url],
    rekorUrl: sigstore.rekorUrl,
    ...(as === undefined ? {} : { as: askedName(parseWrittenName(as, '--as')) }),
    ...change,
  };
  const client = createClient({ retries: 0, ...kept });
  try {
    const [artifact] = (await verifyFile(request, client)).artifacts;
    if (artifact === undefined) throw new TypeError('nothing was said of the file');
    return artifact;
  } finally {
    await client.http.close();
  }
}

const asDigest = (bytes: Uint8Array): Partial<VerifyRequest> => ({
  subject: { kind: 'digest', sha256: sha256(bytes) },
  evidence: { kind: 'bundle', path: dir.join('kubectl.sigstore.json') },
});

const image = (tag: string): Buffer =>
  tar(
    file('manifest.json', JSON.stringify([{ Config: 'a', RepoTags: [tag], Layers: ['l'] }])),
    file('l', 'layer'),
  );

describe('what a file is', () => {
  it.each<readonly [string, Uint8Array, string | undefined]>([
    ['a binary', kubectl(ARM64), 'kubectl v1.30.2 linux/arm64'],
    ['an image', image(ENTITY), 'kube-apiserver.tar v1.30.2 linux/amd64'],
    ['a tar that is no image', tar(file('readme', 'text')), undefined],
    ['a tar that is refused when it is opened', tar(file('../readme', 'text')), undefined],
    ['a script', SILENT, undefined],
  ])('is told by itself: %s', async (_, bytes, expected) => {
    const { component, version, platform, name } = await verify(bytes);
    const told = component === undefined ? undefined : `${component} ${version} ${platform}`;
    expect(told).toBe(expected);
    expect(name).toEqual(expected === undefined ? { bound: false, by: [] } : { bound: true, by: ['binary'] });
  });

  it('is told of the payload of a container image’s signature', async () => {
    const reference = 'registry.k8s.io/kube-apiserver';
    const digest = `sha256:${'a'.repeat(64)}`;
    const payload = {
      critical: {
        identity: { 'docker-reference': reference },
        image: { 'docker-manifest-digest': digest },
        type: 'cosign container image signature',
      },
      optional: null,
    };
    const result = await verify(Buffer.from(JSON.stringify(payload)));
    expect(result).toMatchObject({ containerImage: { reference, digest }, name: { bound: false } });
    expect(result).not.toHaveProperty('component');
  });

  it('is asked of no server', async () => {
    await verify(SILENT);
    expect(releases.http.requests).toEqual([]);
  });
});

describe('what a file must be', () => {
  it.each(['kubectl@v1.30.2', 'kubectl@1.30.2', 'kubectl@v1.30.2:linux/amd64'])(
    'is proved by the file alone, without a network: %s',
    async (as) => {
      const result = await verify(kubectl(), as, { sources: ['http://127.0.0.1:9'] });
      expect(result).toMatchObject({ ...KUBECTL, name: { bound: true, by: ['binary'] } });
      expect(releases.http.requests).toEqual([]);
    },
  );

  it.each<readonly [string, Buffer, string]>([
    ['another version', kubectl(), 'kubectl@v1.30.3'],
    ['a candidate', kubectl({ strings: ['v1.30.2-rc.1'] }), 'kubectl@v1.30.2'],
    ['another component', kubectl({ main: 'k8s.io/kubernetes/cmd/kubeadm' }), 'kubectl@v1.30.2'],
    ['another platform', kubectl(ARM64), 'kubectl@v1.30.2:linux/amd64'],
  ])('is refused where the file says otherwise: %s', async (_, bytes, as) => {
    expect(await rejection(verify(bytes, as))).toMatchObject({
      name: 'UntrustedError',
      code: 'name-mismatch',
      message: expect.stringContaining(`${dir.join('kubectl')} is not kubectl`) as unknown,
      found: expect.stringContaining('genuine') as unknown,
    });
  });

  it('is not learnt where nothing signed says it', async () => {
    releases.withoutManifest();
    for (const change of [{}, asDigest(SILENT)]) {
      expect(await rejection(verify(SILENT, 'kubectl@v1.30.2', change))).toMatchObject({
        name: 'UnavailableError',
        code: 'name-unbound',
        message: expect.stringMatching(
          /^nothing that is signed says that this is kubectl v1\.30\.2/,
        ) as unknown,
        found: expect.stringContaining(`${releases.url} has no kubernetes-release.spdx`) as unknown,
      });
    }
  });

  it.each(['kubectl@v1.30.2', 'kubectl@v1.30.2:linux/amd64'])(
    'is proved by the release manifest, of a digest too: %s',
    async (as) => {
      await releases.publishRelease({ ...KUBECTL, bytes: SILENT, sigstore });
      await releases.publishRelease({ ...KUBECTL, platform: 'linux/arm64', bytes: kubectl(ARM64), sigstore });
      for (const change of [{}, asDigest(SILENT)]) {
        const result = await verify(SILENT, as, change);
        expect(result).toMatchObject({
          ...KUBECTL,
          name: { bound: true, by: ['release-manifest'], manifestSha256: expect.any(String) as unknown },
        });
      }
    },
  );

  it('is proved once more by the release manifest that was kept, without a network', async () => {
    await releases.publishRelease({ ...KUBECTL, bytes: SILENT, sigstore });
    const kept = { dataDirectory: dir.join('data') };
    await verify(SILENT, 'kubectl@v1.30.2', {}, kept);
    const offline = { sources: ['http://127.0.0.1:9'] };
    expect(await verify(SILENT, 'kubectl@v1.30.2', offline, kept)).toMatchObject({
      ...KUBECTL,
      name: { bound: true, by: ['release-manifest'] },
      notes: [],
    });
    const asked = releases.http.requests.length;
    await verify(SILENT, 'kubectl@v1.30.2', {}, kept);
    expect(releases.http.requests).toHaveLength(asked);
  });

  it('is remembered where only the release manifest says it, and a second file is refused', async () => {
    const kept = { dataDirectory: dir.join('data') };
    await releases.publishRelease({ ...KUBECTL, bytes: SILENT, sigstore });
    await verify(SILENT, 'kubectl@v1.30.2', {}, kept);
    expect(readdirSync(dir.join('data', 'names'))).toHaveLength(1);
    expect(await rejection(verify(kubectl(), undefined, {}, kept))).toMatchObject({
      code: 'name-digest-changed',
      wanted: expect.stringContaining(sha256(SILENT)) as unknown,
      found: expect.stringContaining(sha256(kubectl())) as unknown,
    });
  });

  it('is refused where the release manifest lists another digest', async () => {
    await releases.publishRelease({ ...KUBECTL, bytes: kubectl(), sigstore });
    for (const as of ['kubectl@v1.30.2', 'kubectl@v1.30.2:linux/amd64']) {
      for (const change of [{}, asDigest(SILENT)]) {
        expect(await rejection(verify(SILENT, as, change))).toMatchObject({
          code: 'name-mismatch',
          wanted: expect.stringContaining(`sha256:${sha256(kubectl())}`) as unknown,
          found: expect.stringContaining(`sha256:${sha256(SILENT)}`) as unknown,
        });
      }
    }
  });

  it('may have a release of one platform under the name of another refused by the manifest', async () => {
    await releases.publishRelease({ ...KUBECTL, bytes: kubectl(), sigstore });
    await releases.publishRelease({ ...KUBECTL, platform: 'linux/arm64', bytes: SILENT, sigstore });
    expect(await verify(SILENT, 'kubectl@v1.30.2')).toMatchObject({ platform: 'linux/arm64' });
    expect(await rejection(verify(SILENT, 'kubectl@v1.30.2:linux/amd64'))).toMatchObject({
      code: 'name-mismatch',
    });
  });

  it('is read out of a tarball and an image', async () => {
    releases.withoutManifest();
    const client = tarGz(file('kubernetes/client/bin/kubectl', kubectl(), 0o755));
    expect(await verify(client, 'kubernetes-client@v1.30.2:linux/amd64')).toMatchObject({
      component: 'kubernetes-client',
      name: { by: ['binary'] },
    });
    const wrong = [
      [client, 'kubernetes-client@v1.30.3'],
      [client, 'kubernetes-server@v1.30.2'],
      [client, 'kubernetes-client@v1.30.2:linux/arm64'],
      [image(ENTITY), 'kube-proxy.tar@v1.30.2'],
      [image(ENTITY), 'kube-apiserver.tar@v1.30.3'],
    ] as const;
    for (const [bytes, as] of wrong) {
      expect(await rejection(verify(bytes, as))).toMatchObject({ code: 'name-mismatch' });
    }
    expect(await verify(image(ENTITY), 'kube-apiserver.tar@v1.30.2')).toMatchObject({
      name: { by: ['binary'] },
    });
  });

  it('is the library’s as', async () => {
    const bytes = kubectl();
    const bundle = sigstore.signBlob({ bytes }).bundle('0.3');
    const options = { trustedRoot: sigstore.trustedRoot(), sources: [releases.url] };
    const { artifacts } = await verifyByLibrary({ bytes, bundle }, { ...options, as: KUBECTL });
    expect(artifacts[0]?.name).toMatchObject({ bound: true });
    const other = verifyByLibrary({ bytes, bundle }, { ...options, as: 'kubectl@v1.30.3' });
    expect(await rejection(other)).toMatchObject({ code: 'name-mismatch' });
    const statement = { ...options, as: KUBECTL, predicateTypes: ['https://slsa.dev/provenance/v1'] };
    expect(await rejection(verifyByLibrary({ bytes, bundle }, statement))).toMatchObject({ code: 'usage' });
  });
});
