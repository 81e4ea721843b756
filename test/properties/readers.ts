/** The readers of what an attacker can send, each with an honest input to begin with. All are functions of bytes alone. */
import { UntrustedError } from '../../src/errors.ts';
import { readBundle } from '../../src/evidence/read-bundle.ts';
import { parseLock } from '../../src/lockfile/lock.ts';
import { readPolicy } from '../../src/policy/read-policy.ts';
import { readCertificate } from '../../src/proof/certificate.ts';
import { readCheckpoint } from '../../src/proof/checkpoint.ts';
import { readTimestampToken } from '../../src/proof/timestamp-token.ts';
import { readReleaseManifest } from '../../src/records/release-manifest.ts';
import { readTrustedRoot } from '../../src/trust/read-trusted-root.ts';
import { blob, SIGNED_AT, world } from '../vectors/vector.ts';

export interface Reader {
  /** A file name too. */
  readonly name: string;
  readonly honest: () => Uint8Array;
  readonly read: (bytes: Uint8Array) => unknown;
}

const MANIFEST = [
  'SPDXVersion: SPDX-2.3',
  'SPDXID: SPDXRef-DOCUMENT',
  'DocumentName: Kubernetes Release v1.30.2',
  'DocumentNamespace: https://sbom.k8s.io/v1.30.2/release',
  'Created: 2024-06-11T10:02:13Z',
  '',
  'FileName: bin/linux/amd64/kubectl',
  'SPDXID: SPDXRef-File-kubectl',
  `FileChecksum: SHA256: ${'1'.repeat(64)}`,
  '',
  '##### Package: kube-apiserver.tar',
  '',
  'PackageName: kube-apiserver.tar',
  'SPDXID: SPDXRef-Package-registry.k8s.io-kube-apiserver-amd64-v1.30.2',
  `PackageChecksum: SHA256: ${'2'.repeat(64)}`,
  '',
].join('\n');

const LOCK = {
  schemaVersion: 2,
  asked: { kubectl: 'v1.30.2' },
  platforms: ['linux/amd64'],
  artifacts: [
    {
      component: 'kubectl',
      version: 'v1.30.2',
      platform: 'linux/amd64',
      sha256: '1'.repeat(64),
    },
  ],
};

const POLICY = {
  schemaVersion: 1,
  allowed: [{ components: ['kubectl'], versions: ['1.29', '>=v1.30.2 <v1.33.0'] }],
};

/** A manifest that cannot be read binds nothing; here that counts as a refusal, as with the other readers. */
function readManifest(bytes: Uint8Array): unknown {
  const result = readReleaseManifest(bytes);
  if (result.kind === 'unreadable') throw new UntrustedError('material-malformed', result.why);
  return result.manifest;
}

export const READERS: readonly Reader[] = [
  {
    name: 'bundle',
    honest: () => Buffer.from(String(blob({ timestamps: [{}] }).bundle)),
    read: readBundle,
  },
  {
    name: 'trusted-root',
    honest: () => Buffer.from(world().trustedRoot()),
    read: (bytes) => readTrustedRoot(bytes, { kind: 'file', path: 'x' }),
  },
  {
    name: 'certificate',
    honest: () => world().certificateAuthority.issueLeaf({ at: SIGNED_AT }).der,
    read: readCertificate,
  },
  {
    name: 'timestamp',
    honest: () => world().timestampAuthority.respond(Buffer.from('signature'), { at: SIGNED_AT }),
    read: readTimestampToken,
  },
  {
    name: 'checkpoint',
    honest: () => Buffer.from(world().rekor.checkpoint()),
    read: (bytes) => readCheckpoint(Buffer.from(bytes).toString()),
  },
  { name: 'release-manifest', honest: () => Buffer.from(MANIFEST), read: readManifest },
  {
    name: 'lockfile',
    honest: () => Buffer.from(JSON.stringify(LOCK)),
    read: (bytes) => parseLock(bytes, 'x'),
  },
  {
    name: 'policy',
    honest: () => Buffer.from(JSON.stringify(POLICY)),
    read: (bytes) => readPolicy(bytes, 'x'),
  },
];
