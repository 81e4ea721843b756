import { describe, expect, it } from 'vitest';
import { bindName, type Coordinates, type ManifestAnswer } from '../../../src/names/bind-name.ts';
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
  };
  return { kind: 'proved', manifest: read, sha256: DOCUMENT };
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

  it('by the digest of the manifest that lists it, which the result names', () => {
    const verdict = bindName(asked(), PROVEN, { manifest: listing(PROVEN), claimed: undefined });
    expect(verdict).toMatchObject({ manifestSha256: DOCUMENT });
  });

  it.each(['sha256', 'lockfile'] as const)('by a digest that was demanded: %s', (demanded) => {
    const verdict = bindName(asked(), PROVEN, { manifest: NOT_THERE, claimed: undefined, demanded });
    expect(verdict).toMatchObject({ kind: 'bound', by: [demanded] });
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

  it('with what it is, as far as that is known', () => {
    const old = says('kubectl', 'v1.24.9', 'linux/amd64');
    const verdict = bindName(asked('kubectl', 'v1.36.0'), PROVEN, {
      manifest: manifest('v1.24.9', {}),
      claimed: old,
    });
    expect(verdict).toMatchObject({
      kind: 'contradicted',
      found: 'kubectl v1.24.9 linux/amd64',
      wanted: expect.stringContaining('kubernetes-release.spdx is that of v1.24.9') as unknown,
    });
    const unknown = bindName(asked('kubectl', 'v1.36.0'), PROVEN, {
      manifest: manifest('v1.24.9', {}),
      claimed: undefined,
    });
    expect(unknown).toMatchObject({ found: 'another genuine Kubernetes file' });
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

  it('for a tarball that the manifest does not list, whatever a program in it says', () => {
    const wanted = asked('kubernetes-test');
    expect(bindName(wanted, PROVEN, { manifest: NOT_THERE, claimed: says('kubectl', 'v1.2.3') }).kind).toBe(
      'unbound',
    );
  });

  it('with the reasons', () => {
    const verdict = bindName(asked(), PROVEN, { manifest: NOT_THERE, claimed: undefined });
    expect(verdict).toMatchObject({ notes: ['there is none'] });
  });
});
