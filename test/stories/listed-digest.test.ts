/** A release like v1.35.0, whose signature of kubectl fits another file: the signed release manifest proves the digest. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/result.ts';
import { verifyFile } from '../../src/verify.ts';
import { createClient } from '../../src/client.ts';
import { fault } from '#support/http/faults';
import type { ManifestOptions } from '#support/release-server';
import { snapshot } from '#support/temp-dir';
import { testDir } from '#support/test-dir';
import { testServers } from '#support/test-servers';
import { rejection } from '#support/thrown-by';
import { type InstallRun, prepareInstall } from './support/install-run.ts';

const KUBECTL = { component: 'kubectl', version: 'v1.30.2', platform: 'linux/amd64' };
const PATH = 'bin/linux/amd64/kubectl';
const OTHER = 'b'.repeat(64);
const MIXED_UP = 'the published signature does not fit the published digest';

const { sigstore, releases } = await testServers();
let run: InstallRun;
let bytes: Buffer;
let sha256: string;

/** The pair that is published is over another build, and nothing else in the log is over this one. */
beforeEach(async () => {
  run = await prepareInstall({ sigstore, releases });
  bytes = Buffer.from(`kubectl ${Math.random()}\n`);
  sha256 = createHash('sha256').update(bytes).digest('hex');
  const other = sigstore.signBlob({ bytes: Buffer.from('another build') });
  await releases.publishRelease({
    ...KUBECTL,
    bytes,
    sideFiles: { '.sig': other.signatureFile, '.cert': other.certificateFile },
  });
});

async function publishManifest(options: Partial<ManifestOptions> = {}): Promise<string> {
  return (await releases.publishManifest('v1.30.2', { sigstore, ...options })).sha256;
}

describe('a broken pair upstream', () => {
  it('is made up for by the signed release manifest, and the result says so', async () => {
    const manifest = await publishManifest();
    const { artifacts } = await run.install();
    expect(artifacts[0]).toMatchObject({
      outcome: 'installed',
      sha256,
      evidence: {
        kind: 'release-manifest',
        location: `${releases.url}/release/v1.30.2/kubernetes-release.spdx`,
        sha256: manifest,
        reason: MIXED_UP,
      },
      name: { bound: true, by: ['release-manifest'], manifestSha256: manifest },
      notes: [{ code: 'release-manifest-proves' }],
      checks: {
        signature: { detail: expect.stringContaining('the release manifest that lists the file') as unknown },
      },
    });
    expect(artifacts[0]?.logEntries).toHaveLength(1);
    // The same where the file is there already.
    const again = await run.install();
    expect(again.artifacts[0]).toMatchObject({ outcome: 'kept', evidence: { kind: 'release-manifest' } });
  });

  it('leaves the manifest with its bundle as evidence, which verifies without the log', async () => {
    const manifest = await publishManifest();
    const { artifacts } = await run.install({ saveBundle: true });
    const manifestPath = run.dir.join('bin', 'kubectl.kubernetes-release.spdx');
    expect(artifacts[0]).toMatchObject({ manifestPath });
    expect(artifacts[0]).not.toHaveProperty('bundlePath');
    expect(Object.keys(await snapshot(run.dir.join('bin')))).toEqual([
      'kubectl',
      'kubectl.kubernetes-release.spdx',
      'kubectl.kubernetes-release.spdx.sigstore.json',
    ]);
    const { trustedRootFile = '' } = run.request;
    await using client = createClient({ retries: 0 });
    const verified = await verifyFile(
      { subject: { kind: 'file', path: manifestPath }, evidence: { kind: 'beside' }, trustedRootFile },
      client,
    );
    expect(verified.artifacts[0]).toMatchObject({ sha256: manifest, evidence: { kind: 'bundle' } });
  });

  it('leaves a manifest by which the file itself is verified, offline', async () => {
    await publishManifest();
    await run.install({ saveBundle: true });
    const path = run.dir.join('bin', 'kubectl');
    const { trustedRootFile = '' } = run.request;
    await using client = createClient({ offline: true });
    const request = {
      subject: { kind: 'file', path },
      evidence: { kind: 'beside' },
      trustedRootFile,
    } as const;
    const { artifacts } = await verifyFile(request, client);
    expect(artifacts[0]).toMatchObject({
      claim: 'genuine',
      sha256,
      evidence: { kind: 'release-manifest', location: `${path}.kubernetes-release.spdx` },
    });
    // Of another file, cut, by another signer: it proves nothing.
    const manifest = `${path}.kubernetes-release.spdx`;
    const [document, bundle] = [readFileSync(manifest), readFileSync(`${manifest}.sigstore.json`)];
    writeFileSync(path, 'another file');
    expect(await rejection(verifyFile(request, client))).toMatchObject({ code: 'offline' });
    writeFileSync(path, bytes);
    for (const [one, other] of [
      [document.subarray(0, -1), bundle],
      [document, bundle.subarray(0, -10)],
      [document, sigstore.signBlob({ bytes: document, identity: 'you@example.com' }).bundle('0.3')],
    ] as const) {
      writeFileSync(manifest, one);
      writeFileSync(`${manifest}.sigstore.json`, other);
      expect(await rejection(verifyFile(request, client))).toMatchObject({ code: 'offline' });
    }
  });

  it('is made up for in a later verification of a digest by the manifest that was kept', async () => {
    const data = await testDir();
    const keeping = await prepareInstall({ sigstore, releases }, undefined, undefined, data.path);
    await publishManifest();
    await keeping.install();
    const { trustedRootFile = '' } = run.request;
    await using client = createClient({ offline: true, dataDirectory: data.path });
    const proving = (hex: string): Promise<RunResult> =>
      verifyFile(
        { subject: { kind: 'digest', sha256: hex }, evidence: { kind: 'beside' }, trustedRootFile },
        client,
      );
    expect((await proving(sha256)).artifacts[0]).toMatchObject({
      sha256,
      evidence: { kind: 'release-manifest', location: data.join('manifests', 'v1.30.2') },
    });
    expect(await rejection(proving(OTHER))).toMatchObject({ code: 'offline' });
    // Another digest that someone writes into it is not what was signed.
    const text = readFileSync(data.join('manifests', 'v1.30.2'), 'utf8');
    writeFileSync(data.join('manifests', 'v1.30.2'), text.replaceAll(sha256, OTHER));
    expect(await rejection(proving(OTHER))).toMatchObject({ code: 'offline' });
  });

  it('is made up for where there is no checksum file either', async () => {
    releases.unpublish(`/release/v1.30.2/${PATH}.sha256`);
    await publishManifest();
    const { artifacts } = await run.install();
    expect(artifacts[0]).toMatchObject({ sha256, evidence: { kind: 'release-manifest' } });
  });

  it.each<readonly [string, Partial<ManifestOptions>, RegExp]>([
    ['is that of another release', { namespace: 'v1.30.3' }, /does not list one digest/],
    ['does not list the file', { files: [] }, /does not list one digest/],
    ['lists another digest', { files: [{ path: PATH, sha256: OTHER }] }, /sha256:b{64} in the signed/],
    [
      'is by another signer',
      { sign: { identity: 'somebody@example.com' } },
      /no release manifest: .*not proved/,
    ],
    ['is not signed', { sideFiles: { '.sig': null, '.cert': null } }, /no release manifest: .*not proved/],
  ])('stays a refusal where the manifest %s', async (_, options, found) => {
    await publishManifest(options);
    expect(await run.refused()).toMatchObject({
      code: 'signature-mismatch',
      found: expect.stringMatching(found) as unknown,
    });
  });

  it('stays a refusal where the manifest lists two digests', async () => {
    await publishManifest({ files: [sha256, OTHER].map((one) => ({ path: PATH, sha256: one })) });
    expect(await run.refused()).toMatchObject({ code: 'signature-mismatch' });
  });

  it('stays a refusal where the manifest is by a statement', async () => {
    await publishManifest();
    const path = '/release/v1.30.2/kubernetes-release.spdx';
    const payload = Buffer.from(
      JSON.stringify({
        _type: 'https://in-toto.io/Statement/v1',
        predicateType: 'https://slsa.dev/provenance/v1',
        subject: [{ name: 'x', digest: { sha256 } }],
        predicate: {},
      }),
    );
    releases.publishFile(`${path}.sigstore.json`, sigstore.signDsse({ payload }).bundle('0.3'));
    expect(await run.refused()).toMatchObject({ code: 'signature-mismatch' });
  });

  it('stays a refusal where the bytes are not those that the manifest lists', async () => {
    await publishManifest();
    releases.http.fault(new RegExp(`${PATH}$`), fault.body('something else'));
    expect(await run.refused()).toMatchObject({ name: 'UntrustedError' });
  });

  it('gives way to another signing of the same digest in the log', async () => {
    await publishManifest();
    sigstore.signBlob({ bytes });
    const { artifacts } = await run.install();
    expect(artifacts[0]).toMatchObject({ evidence: { kind: 'log-search' } });
  });
});
