import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReleaseManifest, type ReleaseManifest } from '../../../src/records/release-manifest.ts';
import { formatReleaseVersion } from '../../../src/release/version.ts';
import { at, isList } from '#support/json';
import { sharedFile } from '#support/shared';

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

function image(arch: string, sha256: string): readonly string[] {
  return [
    '##### Package: kube-apiserver.tar',
    '',
    'PackageName: kube-apiserver.tar',
    `SPDXID: SPDXRef-Package-registry.k8s.io-kube-apiserver-${arch}-v1.30.2`,
    `PackageChecksum: SHA256: ${sha256}`,
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
    expect(manifest.pathsOf(ONE)).toContain(KUBECTL);
    expect(manifest.pathsOf('0'.repeat(64))).toEqual([]);
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
    const other = image('s390x', TWO).map((line) => line.replace('registry.k8s.io', 'example.com'));
    const manifest = manifestOf([...HEAD, ...image('amd64', ONE), ...image('arm64', TWO), ...other]);
    expect(manifest.digestsOf('bin/linux/amd64/kube-apiserver.tar')).toEqual([ONE]);
    expect(manifest.digestsOf('bin/linux/arm64/kube-apiserver.tar')).toEqual([TWO]);
    expect(manifest.digestsOf('bin/linux/arm/kube-apiserver.tar')).toEqual([]);
    expect(manifest.digestsOf('bin/linux/s390x/kube-apiserver.tar')).toEqual([]);
    expect(manifest.digestsOf('kube-apiserver.tar')).toEqual([]);
    // Before March 2023 images had another registry.
    const old = image('arm', ONE).map((line) => line.replace('registry.k8s.io', 'k8s.gcr.io'));
    expect(manifestOf([...HEAD, ...old]).digestsOf('bin/linux/arm/kube-apiserver.tar')).toEqual([ONE]);
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

  it('has no digest from a checksum of another kind', () => {
    const lines = [
      ...HEAD,
      `FileName: ${KUBECTL}`,
      'FileChecksum: SHA1: 36de4c730e186d41eb8850cd376a240d683493fa',
      `FileChecksum: SHA512: ${'5'.repeat(128)}`,
      `FileChecksum: SHA3-256: ${ONE}`,
    ];
    expect(manifestOf(lines).digestsOf(KUBECTL)).toEqual([]);
  });

  it('gives both digests of one file that has two', () => {
    const lines = [...HEAD, ...file(KUBECTL, ONE).slice(0, -1), `FileChecksum: SHA256: ${TWO}`];
    expect(manifestOf(lines).digestsOf(KUBECTL)).toEqual([ONE, TWO]);
  });

  it('takes no file that stands below the heading of a package', () => {
    const lines = [...HEAD, '##### Package: kube-apiserver.tar', '', ...file(KUBECTL, ONE)];
    expect(manifestOf(lines).digestsOf(KUBECTL)).toEqual([]);
  });

  it('does not mind what is escaped in the name of the document, or CR within a text', () => {
    const head = HEAD.map((line) => line.replace('Release v1.30.2', 'Release v1.30.2&#43;a'));
    const lines = [...head, 'Comment: <text>one\r', 'two\r', '</text>', ...file(KUBECTL, ONE)];
    expect(manifestOf(lines).digestsOf(KUBECTL)).toEqual([ONE]);
  });

  it('reads SPDX 2.2 as well, and a pre-release', () => {
    const head = HEAD.map((line) =>
      line.replace('SPDX-2.3', 'SPDX-2.2').replaceAll('v1.30.2', 'v1.26.0-rc.1'),
    );
    expect(formatReleaseVersion(manifestOf(head).version)).toBe('v1.26.0-rc.1');
  });

  it.each<readonly [string, Uint8Array, string]>([
    ['nothing', new Uint8Array(), 'its last line is cut'],
    ['JSON', Buffer.from('{"spdxVersion":"SPDX-2.3"}\n'), 'a line has no tag'],
    ['a web page', Buffer.from('<!doctype html>\n<title>x</title>\n'), 'a line has no tag'],
    [
      'a document that is cut',
      text([...HEAD, ...file(KUBECTL, ONE)]).subarray(0, -4),
      'its last line is cut',
    ],
    ['lines that end in CR LF', Buffer.from(`${HEAD.join('\r\n')}\r\n`), 'its lines end in CR LF'],
    ['bytes that are not UTF-8', Buffer.concat([text(HEAD), Buffer.from([0xff, 0x0a])]), 'it is not UTF-8'],
    [
      'SPDX 3',
      text(HEAD.map((line) => line.replace('SPDX-2.3', 'SPDX-3.0'))),
      'it is no SPDX 2.2 or 2.3 document',
    ],
    [
      'no namespace',
      text(HEAD.filter((line) => !line.startsWith('DocumentNamespace'))),
      'its namespace is not that of a Kubernetes release',
    ],
    [
      'two namespaces',
      text([...HEAD, 'DocumentNamespace: https://sbom.k8s.io/v1.30.3/release']),
      'it has two lines DocumentNamespace',
    ],
    [
      'two namespaces, the second after the files',
      text([...HEAD, ...file(KUBECTL, ONE), 'DocumentNamespace: https://sbom.k8s.io/v1.24.9/release']),
      'it has two lines DocumentNamespace',
    ],
    [
      'a version that is not written as releases are',
      text(HEAD.map((line) => line.replace('io/v1', 'io/1'))),
      'its namespace names no release version',
    ],
    [
      'a digest in capitals',
      text([...HEAD, ...file(KUBECTL, 'A'.repeat(64))]),
      'a SHA256 in it is not 64 lower-case hex digits',
    ],
    [
      'a digest that is cut',
      text([...HEAD, ...file(KUBECTL, ONE.slice(1))]),
      'a SHA256 in it is not 64 lower-case hex digits',
    ],
    [
      'a digest in quotation marks',
      text([...HEAD, ...file(KUBECTL, `"${ONE}"`)]),
      'a SHA256 in it is not 64 lower-case hex digits',
    ],
    [
      'a file with two identifiers',
      text([...HEAD, ...file(KUBECTL, ONE).slice(0, -1), 'SPDXID: x']),
      'a file in it has two lines SPDXID',
    ],
    ['a line without a tag', text([...HEAD, KUBECTL]), 'a line has no tag'],
    ['16 MiB', Buffer.alloc(16 * 1024 * 1024, '\n'), 'it has more than 4194304 bytes'],
    [
      'the namespace of the source document',
      text(HEAD.map((line) => line.replace('/release', '/source'))),
      'its namespace is not that of a Kubernetes release',
    ],
    [
      'a namespace of another host',
      text(HEAD.map((line) => line.replace('sbom.k8s.io', 'sbom.k8s.io.example.com'))),
      'its namespace is not that of a Kubernetes release',
    ],
    [
      'a namespace with no version',
      text(HEAD.map((line) => line.replace('io/v1.30.2/release', 'io/latest/release'))),
      'its namespace names no release version',
    ],
    ['a text that does not end', text([...HEAD, 'Comment: <text>for ever']), 'a text in it does not end'],
    [
      '100,000 files',
      text([...HEAD, ...Array.from({ length: 100_000 }, (_, index) => `FileName: f${index}`)]),
      'it lists more than 10000 files and packages',
    ],
  ])('says why it cannot be read: %s', (_, bytes, why) => {
    expect(readReleaseManifest(bytes)).toEqual({ kind: 'unreadable', why });
  });

  it('never fails, and never gives a digest that does not stand there', () => {
    const whole = [...HEAD, ...file(KUBECTL, ONE)];
    const given = fc.tuple(fc.shuffledSubarray(whole), fc.nat(200), fc.string({ maxLength: 4 }));
    fc.assert(
      fc.property(given, ([lines, position, noise]) => {
        const joined = lines.join('\n');
        const changed = `${joined.slice(0, position)}${noise}${joined.slice(position)}\n`;
        const answer = readReleaseManifest(Buffer.from(changed));
        expect([[], [ONE]]).toContainEqual(
          answer.kind === 'manifest' ? answer.manifest.digestsOf(KUBECTL) : [],
        );
      }),
      { numRuns: 2000 },
    );
  });
});

const SAMPLE = sharedFile('data/records/sample-kubernetes-release-v1.25.2.spdx');
const PROVENANCE = sharedFile('data/records/provenance-v1.25.2.json');

describe.skipIf(SAMPLE === undefined || PROVENANCE === undefined)(
  'the manifest of v1.25.2, with its real digests (needs ../shared)',
  () => {
    it('lists every file that the provenance of v1.25.2 has, with the same digest', () => {
      const answer = readReleaseManifest(readFileSync(SAMPLE ?? ''));
      if (answer.kind !== 'manifest') throw new Error(answer.why);
      const subjects = at(JSON.parse(readFileSync(PROVENANCE ?? '', 'utf8')), 'subject');
      const listed = (isList(subjects) ? subjects : []).map((subject) => {
        const path = String(at(subject, 'name')).replace(/^.*v1\.25\.2\//, '');
        const sha256 = String(at(subject, 'digest', 'sha256')).replaceAll('"', '');
        return { path, ours: answer.manifest.digestsOf(path), sha256 };
      });
      expect(listed).toHaveLength(113);
      expect(listed.filter(({ ours, sha256 }) => ours.length !== 1 || ours[0] !== sha256)).toEqual([]);
    });
  },
);
