import { describe, expect, it } from 'vitest';
import { type ProvenDigest, proveListed } from '../../../src/proof/prove-digest.ts';
import type { ListedArtifact } from '../../../src/records/release-manifest.ts';
import { parseReleaseVersion } from '../../../src/release/version.ts';
import { type ListedFile, renderManifest } from '#support/release-manifest';
import { blob, KUBERNETES_POLICY, statement, verifyEvidence } from '../../vectors/vector.ts';

const ONE = '1'.repeat(64);
const TWO = '2'.repeat(64);
const PATH = 'bin/linux/amd64/kubectl';
const KUBECTL: ListedArtifact = { version: parseReleaseVersion('v1.35.0'), pathInRelease: PATH };

function document(files: readonly ListedFile[], version = 'v1.35.0'): Buffer {
  return Buffer.from(renderManifest({ version, files, created: '2026-03-01T10:00:00Z' }));
}

const proved = (bytes: Uint8Array): ProvenDigest => verifyEvidence(blob({}, { artifact: bytes }));

const LISTED = document([
  { path: PATH, sha256: ONE },
  { path: 'kubernetes-src.tar.gz', sha256: TWO },
]);

describe('a digest that a proved release manifest lists', () => {
  it('is proved by the signer, the time and the log entry of the manifest', () => {
    const manifest = proved(LISTED);
    const listed = proveListed(manifest, LISTED, KUBECTL, KUBERNETES_POLICY);
    const { signature } = manifest.checks;
    const detail = `${signature.detail}, of the release manifest that lists the file`;
    expect(listed).toEqual({
      ...manifest,
      algorithm: 'sha256',
      hex: ONE,
      checks: { ...manifest.checks, signature: { outcome: 'passed', detail } },
    });
    expect(Object.isFrozen(listed)).toBe(true);
    expect(Object.getOwnPropertySymbols(listed)).toHaveLength(1);
  });

  it('is a SHA-256 though the manifest is signed by another hash', () => {
    const manifest = verifyEvidence(blob({ key: 'p384' }, { artifact: LISTED }));
    expect(manifest.algorithm).not.toBe('sha256');
    expect(proveListed(manifest, LISTED, KUBECTL, KUBERNETES_POLICY)).toMatchObject({
      algorithm: 'sha256',
      hex: ONE,
    });
  });

  it('is the same one where the file stands twice', () => {
    const twice = document([ONE, ONE].map((sha256) => ({ path: PATH, sha256 })));
    expect(proveListed(proved(twice), twice, KUBECTL, KUBERNETES_POLICY)).toMatchObject({ hex: ONE });
  });

  it.each<readonly [string, Uint8Array]>([
    ['does not list the file', document([])],
    ['lists it with two digests', document([ONE, TWO].map((sha256) => ({ path: PATH, sha256 })))],
    ['is that of another release', document([{ path: PATH, sha256: ONE }], 'v1.35.1')],
    ['is that of a candidate', document([{ path: PATH, sha256: ONE }], 'v1.35.0-rc.1')],
    ['lists it below another directory', document([{ path: `x/${PATH}`, sha256: ONE }])],
    ['is no manifest', Buffer.from('SPDXVersion: SPDX-2.3\n')],
  ])('is not proved where the manifest %s', (_, bytes) => {
    expect(proveListed(proved(bytes), bytes, KUBECTL, KUBERNETES_POLICY)).toBeUndefined();
  });

  it('is not proved by other bytes than the signed ones', () => {
    const forged = document([{ path: PATH, sha256: TWO }]);
    expect(proveListed(proved(LISTED), forged, KUBECTL, KUBERNETES_POLICY)).toBeUndefined();
  });

  it('is not proved by a statement about the manifest', () => {
    const attested = verifyEvidence(statement({}, { artifact: LISTED }));
    expect(attested.claim.kind).toBe('attested');
    expect(proveListed(attested, LISTED, KUBECTL, KUBERNETES_POLICY)).toBeUndefined();
  });
});
