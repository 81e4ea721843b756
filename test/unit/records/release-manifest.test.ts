import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReleaseManifest, type ReleaseManifest } from '../../../src/records/release-manifest.ts';
import { formatReleaseVersion } from '../../../src/release/version.ts';

const ONE = '1'.repeat(64);
const TWO = '2'.repeat(64);

const HEAD = [
  'SPDXVersion: SPDX-2.3',
  'SPDXID: SPDXRef-DOCUMENT',
  'DocumentName: Kubernetes Release v1.30.2',
  'DocumentNamespace: https://sbom.k8s.io/v1.30.2/release',
  'ExternalDocumentRef:DocumentRef-kubernetes https://sbom.k8s.io/v1.30.2/source SHA1: aaaa',
  'Created: 2024-06-11T10:02:13Z',
  '',
];

function file(name: string, sha256: string): readonly string[] {
  return [
    `FileName: ${name}`,
    'SPDXID: SPDXRef-File-x',
    'FileChecksum: SHA1: 36de4c730e186d41eb8850cd376a240d683493fa',
    `FileChecksum: SHA256: ${sha256}`,
    `FileChecksum: SHA512: ${'5'.repeat(128)}`,
    '',
  ];
}

const text = (lines: readonly string[]): Uint8Array => Buffer.from(`${lines.join('\n')}\n`);

function manifestOf(lines: readonly string[]): ReleaseManifest {
  const answer = readReleaseManifest(text(lines));
  if (answer.kind !== 'manifest') throw new Error(answer.why);
  return answer.manifest;
}

const KUBECTL = 'bin/linux/amd64/kubectl';

describe('the release manifest', () => {
  it('gives the digest of a file, whatever the order', () => {
    const manifest = manifestOf([
      ...HEAD,
      '##### Files',
      '',
      ...file('kubernetes-src.tar.gz', TWO),
      ...file(KUBECTL, ONE),
    ]);
    expect(formatReleaseVersion(manifest.version)).toBe('v1.30.2');
    expect(manifest.created).toEqual(new Date('2024-06-11T10:02:13Z'));
    expect(manifest.digestsOf(KUBECTL)).toEqual([ONE]);
    expect(manifest.digestsOf('kubernetes-src.tar.gz')).toEqual([TWO]);
    expect(manifest.digestsOf('bin/linux/arm64/kubectl')).toEqual([]);
  });

  it('gives one digest for a file that stands twice with the same, and both where they differ', () => {
    const twice = [
      ...HEAD,
      ...file('bin/windows/amd64/kubectl.exe', ONE),
      ...file('bin/windows/amd64/kubectl.exe', ONE),
    ];
    expect(manifestOf(twice).digestsOf('bin/windows/amd64/kubectl.exe')).toEqual([ONE]);
    const differing = [...HEAD, ...file(KUBECTL, ONE), ...file(KUBECTL, TWO)];
    expect(manifestOf(differing).digestsOf(KUBECTL)).toEqual([ONE, TWO]);
  });

  it('gives the digest of an image by its package and architecture', () => {
    const image = (arch: string, sha256: string): readonly string[] => [
      '##### Package: kube-apiserver.tar',
      '',
      'PackageName: kube-apiserver.tar',
      `SPDXID: SPDXRef-Package-registry.k8s.io-kube-apiserver-${arch}-v1.30.2`,
      `PackageChecksum: SHA256: ${sha256}`,
      '',
    ];
    const manifest = manifestOf([...HEAD, ...image('amd64', ONE), ...image('arm64', TWO)]);
    expect(manifest.digestsOf('bin/linux/amd64/kube-apiserver.tar')).toEqual([ONE]);
    expect(manifest.digestsOf('bin/linux/arm64/kube-apiserver.tar')).toEqual([TWO]);
    expect(manifest.digestsOf('bin/linux/arm/kube-apiserver.tar')).toEqual([]);
  });

  it('does not take a file of an image for a file of the release', () => {
    const lines = [
      ...HEAD,
      'PackageName: kube-apiserver.tar',
      'SPDXID: SPDXRef-Package-x',
      ...file(KUBECTL, ONE),
    ];
    expect(manifestOf(lines).digestsOf(KUBECTL)).toEqual([]);
  });

  it('has no digest for names that are no path of a release', () => {
    const lines = [
      ...HEAD,
      ...file(`../${KUBECTL}`, ONE),
      ...file(`/${KUBECTL}`, ONE),
      ...file('bin/linux/amd64/kubectl&#43;', ONE),
    ];
    expect(manifestOf(lines).digestsOf(KUBECTL)).toEqual([]);
  });

  it('passes over a text of several lines, whatever stands in it', () => {
    const lines = [
      ...HEAD,
      'LicenseComments: <text>a',
      ...file(KUBECTL, TWO),
      'b</text>',
      ...file(KUBECTL, ONE),
    ];
    expect(manifestOf(lines).digestsOf(KUBECTL)).toEqual([ONE]);
  });

  it('has no digest from a checksum of another kind or form', () => {
    const lines = [
      ...HEAD,
      `FileName: ${KUBECTL}`,
      `FileChecksum: SHA256: ${ONE.toUpperCase().replace('1', 'A')}`,
      'FileChecksum: SHA1: 36de4c730e186d41eb8850cd376a240d683493fa',
    ];
    expect(manifestOf(lines).digestsOf(KUBECTL)).toEqual([]);
  });

  it('reads SPDX 2.2 as well, and a pre-release', () => {
    const head = HEAD.map((line) =>
      line.replace('SPDX-2.3', 'SPDX-2.2').replaceAll('v1.30.2', 'v1.26.0-rc.1'),
    );
    expect(formatReleaseVersion(manifestOf(head).version)).toBe('v1.26.0-rc.1');
  });

  it.each<readonly [string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['JSON', Buffer.from('{"spdxVersion":"SPDX-2.3"}\n')],
    ['a web page', Buffer.from('<!doctype html>\n<title>x</title>\n')],
    ['a document that is cut', text([...HEAD, ...file(KUBECTL, ONE)]).subarray(0, -4)],
    ['lines that end in CR LF', Buffer.from(`${HEAD.join('\r\n')}\r\n`)],
    ['bytes that are not UTF-8', Buffer.concat([text(HEAD), Buffer.from([0xff, 0x0a])])],
    ['SPDX 3', text(HEAD.map((line) => line.replace('SPDX-2.3', 'SPDX-3.0')))],
    ['no namespace', text(HEAD.filter((line) => !line.startsWith('DocumentNamespace')))],
    ['two namespaces', text([...HEAD, 'DocumentNamespace: https://sbom.k8s.io/v1.30.3/release'])],
    ['the namespace of the source document', text(HEAD.map((line) => line.replace('/release', '/source')))],
    [
      'a namespace of another host',
      text(HEAD.map((line) => line.replace('sbom.k8s.io', 'sbom.k8s.io.example.com'))),
    ],
    [
      'a namespace with no version',
      text(HEAD.map((line) => line.replace('io/v1.30.2/release', 'io/latest/release'))),
    ],
    ['a text that does not end', text([...HEAD, 'Comment: <text>for ever'])],
    [
      '100,000 files',
      text([...HEAD, ...Array.from({ length: 100_000 }, (_, index) => `FileName: f${index}`)]),
    ],
  ])('says why it cannot be read: %s', (_, bytes) => {
    expect(readReleaseManifest(bytes).kind).toBe('unreadable');
  });

  it('never fails, and never gives a digest that does not stand there', () => {
    const whole = [...HEAD, ...file(KUBECTL, ONE)];
    fc.assert(
      fc.property(
        fc.shuffledSubarray(whole),
        fc.nat(200),
        fc.string({ maxLength: 4 }),
        (lines, at, noise) => {
          const joined = lines.join('\n');
          const answer = readReleaseManifest(
            Buffer.from(`${joined.slice(0, at)}${noise}${joined.slice(at)}\n`),
          );
          if (answer.kind === 'manifest')
            expect([[], [ONE]]).toContainEqual(answer.manifest.digestsOf(KUBECTL));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

const SAMPLE = resolve(
  import.meta.dirname,
  '../../../../shared/data/records/sample-kubernetes-release-v1.25.2.spdx',
);

describe.skipIf(!existsSync(SAMPLE))('the manifest of v1.25.2, with its real digests', () => {
  it('lists every file that the provenance of v1.25.2 has, with the same digest', () => {
    const answer = readReleaseManifest(readFileSync(SAMPLE));
    const provenance = JSON.parse(readFileSync(resolve(SAMPLE, '../provenance-v1.25.2.json'), 'utf8')) as {
      readonly subject: readonly { readonly name: string; readonly digest: { readonly sha256?: string } }[];
    };
    if (answer.kind !== 'manifest') throw new Error(answer.why);
    const { manifest } = answer;
    const listed = provenance.subject.flatMap(({ name, digest }) => {
      const path = /v1\.25\.2\/(.+)$/.exec(name)?.[1] ?? name;
      const [ours] = manifest.digestsOf(path);
      return ours === undefined ? [] : [[ours, digest.sha256?.replaceAll('"', '')] as const];
    });
    expect(listed.length).toBeGreaterThan(100);
    for (const [ours, theirs] of listed) expect(ours).toBe(theirs);
  });
});
