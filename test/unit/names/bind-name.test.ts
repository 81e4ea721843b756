import { describe, expect, it } from 'vitest';
import {
  bindName,
  type Coordinates,
  type ManifestAnswer,
  type NameContradiction,
} from '../../../src/names/bind-name.ts';
import type { ClaimedName } from '../../../src/names/claimed-name.ts';
import type { ReleaseManifest } from '../../../src/records/release-manifest.ts';
import { releaseArtifact } from '../../../src/release/artifact.ts';
import { parsePlatform } from '../../../src/release/platform.ts';
import { parseReleaseVersion } from '../../../src/release/version.ts';

const PROVEN = 'a'.repeat(64);
const OTHER = 'b'.repeat(64);
const DOCUMENT = 'd'.repeat(64);

const asked = (component = 'kubectl', version = 'v1.30.2', platform = 'linux/amd64'): Coordinates =>
  releaseArtifact({ component, version: parseReleaseVersion(version), platform: parsePlatform(platform) });

const NOT_THERE: ManifestAnswer = { kind: 'none', why: 'there is none' };

function manifest(version: string, files: Readonly<Record<string, readonly string[]>>): ManifestAnswer {
  const read: ReleaseManifest = {
    version: parseReleaseVersion(version),
    created: undefined,
    digestsOf: (path) => files[path] ?? [],
    sha512Of: () => [],
    paths: Object.keys(files),
    pathsOf: () => [],
  };
  return { kind: 'proved', manifest: read, sha256: DOCUMENT, notes: [] };
}

const listing = (...digests: readonly string[]): ManifestAnswer =>
  manifest('v1.30.2', { 'bin/linux/amd64/kubectl': digests });

function says(component: string, version?: string, platform?: string): ClaimedName {
  return {
    component,
    ...(version === undefined ? {} : { version: parseReleaseVersion(version) }),
    ...(platform === undefined ? {} : { platform: parsePlatform(platform) }),
  };
}

const ITSELF = says('kubectl', 'v1.30.2', 'linux/amd64');

describe('a name is bound', () => {
  it.each([
    ['by the manifest alone', listing(PROVEN), undefined, ['release-manifest']],
    ['by the binary alone', NOT_THERE, ITSELF, ['binary']],
    ['by both', listing(PROVEN), ITSELF, ['release-manifest', 'binary']],
    ['by the manifest, though the binary says less', listing(PROVEN), says('kubectl'), ['release-manifest']],
    ['by the binary, where the manifest does not list the file', manifest('v1.30.2', {}), ITSELF, ['binary']],
    // Go stamps a release candidate with the tag of an alpha on the same commit.
    [
      'by the manifest, though the bytes have another version',
      listing(PROVEN),
      says('kubectl', 'v1.31.0-alpha.1', 'linux/amd64'),
      ['release-manifest'],
    ],
  ] as const)('%s', (_, answer, claimed, by) => {
    const verdict = bindName(asked(), PROVEN, { manifest: answer, claimed });
    expect(verdict).toMatchObject({ kind: 'bound', by });
  });

  it('with a note where the bytes have another version', () => {
    const claimed = says('kubectl', 'v1.31.0-alpha.1', 'linux/amd64');
    expect(bindName(asked(), PROVEN, { manifest: listing(PROVEN), claimed })).toMatchObject({
      notes: [
        {
          code: 'binary-says-other-version',
          text: 'the binary says that it is kubectl v1.31.0-alpha.1 linux/amd64, and the signed release manifest lists it in v1.30.2',
        },
      ],
    });
  });

  it('for an image, and for a file out of a tarball that the manifest lists', () => {
    const image = asked('kube-apiserver.tar');
    expect(
      bindName(image, PROVEN, {
        manifest: manifest('v1.30.2', { [image.pathInRelease]: [PROVEN] }),
        claimed: undefined,
      }),
    ).toMatchObject({ kind: 'bound', by: ['release-manifest'] });
    const { pathInRelease } = asked('kubernetes-client');
    const member = { ...asked(), pathInRelease };
    const listed = manifest('v1.30.2', { [pathInRelease]: [PROVEN] });
    expect(bindName(member, PROVEN, { manifest: listed, claimed: ITSELF })).toMatchObject({
      by: ['release-manifest', 'binary'],
    });
    expect(bindName(member, PROVEN, { manifest: listed, claimed: says('kubeadm') })).toMatchObject({
      kind: 'contradicted',
    });
  });

  it('by the digest of the manifest that lists it, which the result names', () => {
    const verdict = bindName(asked(), PROVEN, { manifest: listing(PROVEN), claimed: undefined });
    expect(verdict).toMatchObject({ manifestSha256: DOCUMENT });
    const itself = bindName(asked(), PROVEN, { manifest: NOT_THERE, claimed: ITSELF });
    expect(itself).not.toHaveProperty('manifestSha256');
  });

  it.each(['sha256', 'lockfile'] as const)('by a digest that was demanded: %s', (demanded) => {
    const verdict = bindName(asked(), PROVEN, { manifest: NOT_THERE, claimed: undefined, demanded });
    expect(verdict).toMatchObject({ kind: 'bound', by: [demanded] });
  });
});

describe('the release manifest itself', () => {
  const wanted = asked('kubernetes-release.spdx');
  const itself = says('kubernetes-release.spdx', 'v1.30.2');

  it('is bound by the release that its namespace names, since it does not list itself', () => {
    expect(bindName(wanted, PROVEN, { claimed: itself })).toMatchObject({ by: ['release-manifest'] });
    expect(bindName(wanted, DOCUMENT, { manifest: manifest('v1.30.2', {}), claimed: itself })).toMatchObject({
      by: ['release-manifest'],
      manifestSha256: DOCUMENT,
    });
  });

  it('is refused where it is that of another release, or another file', () => {
    const old = says('kubernetes-release.spdx', 'v1.24.9');
    expect(bindName(wanted, PROVEN, { claimed: old })).toMatchObject({ kind: 'contradicted' });
    expect(bindName(wanted, PROVEN, { claimed: ITSELF })).toMatchObject({ kind: 'contradicted' });
  });

  it('is not bound by another document of the same release', () => {
    const another = manifest('v1.30.2', {});
    expect(bindName(wanted, PROVEN, { manifest: another, claimed: undefined }).kind).toBe('unbound');
  });

  it('is no kubectl, though it is the very document that lists kubectl', () => {
    expect(bindName(asked(), DOCUMENT, { manifest: listing(PROVEN), claimed: itself })).toMatchObject({
      kind: 'contradicted',
    });
    expect(bindName(asked(), DOCUMENT, { manifest: listing(PROVEN), claimed: undefined })).toMatchObject({
      kind: 'contradicted',
    });
    expect(bindName(asked(), DOCUMENT, { claimed: itself })).toMatchObject({
      kind: 'contradicted',
      found: 'kubernetes-release.spdx v1.30.2, genuine',
    });
  });
});

describe('a name is refused', () => {
  it.each([
    [
      'the manifest is of another version',
      manifest('v1.24.9', { 'bin/linux/amd64/kubectl': [PROVEN] }),
      undefined,
    ],
    ['the manifest has another digest', listing(OTHER), undefined],
    ['the manifest has two digests, the proven one among them', listing(PROVEN, OTHER), undefined],
    ['the manifest has another digest and the binary agrees', listing(OTHER), ITSELF],
    ['the binary is another component', NOT_THERE, says('kubeadm', 'v1.30.2', 'linux/amd64')],
    ['the binary is another component, whatever the manifest lists', listing(PROVEN), says('kubeadm')],
    ['the binary is for another platform', NOT_THERE, says('kubectl', 'v1.30.2', 'linux/arm64')],
    [
      'the binary is for another platform, whatever the manifest lists',
      listing(PROVEN),
      says('kubectl', undefined, 'linux/arm64'),
    ],
    ['the binary is of another version', NOT_THERE, says('kubectl', 'v1.30.3', 'linux/amd64')],
    ['the binary is of another version and says no platform', NOT_THERE, says('kubectl', 'v1.30.3')],
    [
      'the binary is of another version and the manifest does not list it',
      manifest('v1.30.2', {}),
      says('kubectl', 'v1.24.9'),
    ],
  ] as const)('where %s', (_, answer, claimed) => {
    const sources = { manifest: answer, claimed };
    expect(bindName(asked(), PROVEN, sources).kind).toBe('contradicted');
    // A demand never outranks what is signed.
    expect(bindName(asked(), PROVEN, { ...sources, demanded: 'sha256' }).kind).toBe('contradicted');
  });

  it.each<readonly [string, ManifestAnswer, ClaimedName | undefined, NameContradiction]>([
    [
      'a manifest of another version, and an old binary',
      manifest('v1.24.9', {}),
      says('kubectl', 'v1.24.9', 'linux/amd64'),
      {
        kind: 'contradicted',
        by: 'release-manifest',
        wrong: 'manifest',
        wanted: 'the release manifest of v1.30.2, for kubectl v1.30.2 linux/amd64',
        found: 'that of v1.24.9, genuine; the file is kubectl v1.24.9 linux/amd64',
      },
    ],
    [
      'a manifest with two digests',
      listing(PROVEN, OTHER),
      undefined,
      {
        kind: 'contradicted',
        by: 'release-manifest',
        wrong: 'manifest',
        wanted: 'one digest for kubectl v1.30.2 linux/amd64 in the release manifest',
        found: `sha256:${PROVEN} and sha256:${OTHER}`,
      },
    ],
    [
      'a manifest with another digest',
      listing(OTHER),
      undefined,
      {
        kind: 'contradicted',
        by: 'release-manifest',
        wrong: 'file',
        wanted: `kubectl v1.30.2 linux/amd64, in the release manifest sha256:${OTHER}`,
        found: `another genuine file, sha256:${PROVEN}`,
      },
    ],
    [
      'another component',
      NOT_THERE,
      says('kubeadm'),
      {
        kind: 'contradicted',
        by: 'binary',
        wrong: 'file',
        wanted: 'kubectl v1.30.2 linux/amd64',
        found: 'kubeadm, genuine',
      },
    ],
  ])('with what was wanted and what was found: %s', (_, answer, claimed, verdict) => {
    expect(bindName(asked(), PROVEN, { manifest: answer, claimed })).toEqual(verdict);
  });
});

describe('a name stays unbound', () => {
  it.each([
    ['nothing says anything', NOT_THERE, undefined],
    ['the binary has no version string', NOT_THERE, says('kubectl', undefined, 'linux/amd64')],
    ['the binary says no platform', NOT_THERE, says('kubectl', 'v1.30.2')],
    ['the manifest does not list the file', manifest('v1.30.2', {}), undefined],
  ] as const)('where %s', (_, answer, claimed) => {
    expect(bindName(asked(), PROVEN, { manifest: answer, claimed }).kind).toBe('unbound');
  });

  it('for a tarball that the manifest does not list, and that says nothing', () => {
    const wanted = asked('kubernetes-test');
    expect(bindName(wanted, PROVEN, { manifest: NOT_THERE, claimed: undefined }).kind).toBe('unbound');
  });

  it('for a tarball for all platforms, which says its version and not which one it is', () => {
    const wanted = asked('kubernetes-src');
    expect(
      bindName(wanted, PROVEN, { manifest: NOT_THERE, claimed: says('kubernetes-src', 'v1.30.2') }).kind,
    ).toBe('unbound');
  });

  it('with the reasons', () => {
    const unlisted = 'the release manifest of v1.30.2 does not list bin/linux/amd64/kubectl';
    expect(bindName(asked(), PROVEN, { manifest: NOT_THERE, claimed: undefined })).toEqual({
      kind: 'unbound',
      notes: [{ code: 'release-manifest-not-used', text: 'there is none' }],
    });
    expect(bindName(asked(), PROVEN, { manifest: manifest('v1.30.2', {}), claimed: undefined })).toEqual({
      kind: 'unbound',
      notes: [{ code: 'release-manifest-silent', text: unlisted }],
    });
    // If no manifest was asked for, there is nothing to say about it.
    expect(bindName(asked(), PROVEN, { claimed: undefined })).toEqual({ kind: 'unbound', notes: [] });
  });
});

describe('an archive that says what it is', () => {
  it.each([
    ['kubernetes-client', says('kubernetes-client', 'v1.30.2', 'linux/amd64'), 'bound'],
    ['kubernetes-client', says('kubernetes-client', 'v1.30.2'), 'unbound'],
    ['kubernetes-client', says('kubernetes-server', 'v1.30.2', 'linux/amd64'), 'contradicted'],
    ['kubernetes-client', says('kubernetes-client', 'v1.30.3', 'linux/amd64'), 'contradicted'],
    ['kubernetes-client', says('kubernetes-client', 'v1.30.2', 'linux/arm64'), 'contradicted'],
    ['kubernetes-client', says('kubectl', 'v1.30.2', 'linux/amd64'), 'contradicted'],
    ['kubernetes-src', says('kubernetes-src', 'v1.30.3'), 'contradicted'],
    ['kube-apiserver.tar', says('kube-apiserver.tar', 'v1.30.2', 'linux/amd64'), 'bound'],
    ['kube-apiserver.tar', says('kube-proxy.tar', 'v1.30.2', 'linux/amd64'), 'contradicted'],
  ])('%s, which says %o: %s', (component, claimed, kind) => {
    expect(bindName(asked(component), PROVEN, { manifest: NOT_THERE, claimed }).kind).toBe(kind);
  });
});
