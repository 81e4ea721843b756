/** The bundle as a document: one way to read it, or none. */
import type { BundleJson } from '#support/sigstore/bundle';
import { setAt } from '#support/json';
import type { JsonValue } from '#support/sigstore/canonical-json';
import { alterEntry } from './alterations.ts';
import {
  accepted,
  blob,
  type Evidence,
  type EvidenceOptions,
  refused,
  statement,
  type Vector,
} from './vector.ts';

const text = (alterText: (text: string) => string): Evidence => blob({}, { alterText });

/** The bundle with another value at a path, whatever its type. */
function value(
  path: readonly (string | number)[],
  replacement: JsonValue,
  options: EvidenceOptions = {},
): Evidence {
  return blob(
    {},
    { ...options, alterText: (json) => JSON.stringify(setAt(JSON.parse(json), path, replacement)) },
  );
}

function malformed(name: string, make: () => Evidence): Vector {
  return refused(name, 'material-malformed', 'material', make);
}

const DIGEST = ['messageSignature', 'messageDigest'] as const;

function withoutDigest({ messageSignature }: BundleJson): void {
  delete messageSignature?.messageDigest;
}

function withoutProof({ verificationMaterial: { tlogEntries } }: BundleJson): void {
  for (const entry of tlogEntries) delete entry.inclusionProof;
}

const FIRST_ENTRY = ['verificationMaterial', 'tlogEntries', 0] as const;
const LEGACY = 'application/vnd.dev.sigstore.bundle+json;version=';

export const BUNDLE_VECTORS: readonly Vector[] = [
  accepted('bundle-v0.1', () => blob({}, { version: '0.1' })),
  accepted('bundle-v0.2', () => blob({}, { version: '0.2' })),
  accepted('bundle-v0.3', () => blob({}, { version: '0.3' })),
  accepted('bundle-v0.3-with-the-older-media-type', () => value(['mediaType'], `${LEGACY}0.3`)),
  accepted('bundle-with-white-space', () =>
    text((json) => `\n ${JSON.stringify(JSON.parse(json), undefined, 2)}\r\n`),
  ),
  accepted('bundle-with-null-for-what-is-not-there', () =>
    value(['verificationMaterial', 'timestampVerificationData'], null),
  ),

  accepted('bundle-without-a-digest', () => value(DIGEST, null)),
  accepted('bundle-without-a-digest-in-rekor-v2', () => blob({ log: 'rekor-v2' }, { alter: withoutDigest })),
  accepted('bundle-without-a-digest-by-p384', () => blob({ key: 'p384' }, { alter: withoutDigest })),
  accepted('bundle-without-a-digest-by-p384-with-sha256', () =>
    blob({ key: 'p384', hash: 'sha256' }, { alter: withoutDigest }),
  ),
  accepted('bundle-without-a-digest-and-log', () =>
    blob(
      { managedKey: 'p521', log: 'none' },
      { alter: withoutDigest, alterRoot: (root) => void (root.tlogs = []) },
    ),
  ),
  accepted('bundle-without-a-digest-by-ed25519', () => blob({ key: 'ed25519' }, { alter: withoutDigest })),
  refused('bundle-without-a-digest-for-another-artifact_fail', 'digest-mismatch', 'digest', () => ({
    ...blob({}, { alter: withoutDigest }),
    artifact: Buffer.from('another artifact\n'),
  })),
  refused(
    'bundle-without-a-digest-and-log-for-another-artifact_fail',
    'signature-mismatch',
    'signature',
    () => ({
      ...blob(
        { managedKey: 'p256', log: 'none' },
        { alter: withoutDigest, alterRoot: (root) => void (root.tlogs = []) },
      ),
      artifact: Buffer.from('another artifact\n'),
    }),
  ),
  refused(
    'bundle-without-a-digest-and-a-signature-over-something-else_fail',
    'signature-mismatch',
    'signature',
    () => blob({ managedKey: 'p256', alterSignature: () => Buffer.from('junk') }, { alter: withoutDigest }),
  ),
  accepted('bundle-relabelled-from-v0.3-without-its-proof', () =>
    blob({}, { version: '0.1', alter: withoutProof }),
  ),
  refused('bundle-v0.3-without-its-proof_fail', 'material-malformed', 'material', () =>
    blob({}, { alter: withoutProof }),
  ),
  refused('bundle-relabelled-without-proof-and-promise_fail', 'material-malformed', 'material', () =>
    blob(
      { timestamps: [{}] },
      {
        version: '0.1',
        alter: (bundle) => {
          withoutProof(bundle);
          for (const entry of bundle.verificationMaterial.tlogEntries) delete entry.inclusionPromise;
        },
      },
    ),
  ),

  malformed('bundle-media-type-unknown_fail', () => value(['mediaType'], 'application/json')),
  malformed('bundle-media-type-of-version-0.4_fail', () => value(['mediaType'], `${LEGACY}0.4`)),
  malformed('bundle-media-type-of-version-0.31_fail', () => value(['mediaType'], `${LEGACY}0.31`)),
  malformed('bundle-media-type-with-a-parameter-more_fail', () =>
    value(['mediaType'], `${LEGACY}0.3; charset=utf-8`),
  ),
  malformed('bundle-media-type-in-upper-case_fail', () => value(['mediaType'], `${LEGACY}0.3`.toUpperCase())),
  malformed('bundle-media-type-missing_fail', () => value(['mediaType'], null)),
  malformed('bundle-empty_fail', () => text(() => '')),
  malformed('bundle-of-junk_fail', () => text(() => '<html></html>')),
  malformed('bundle-an-array_fail', () => text((json) => `[${json}]`)),
  malformed('bundle-cut-short_fail', () => text((json) => json.slice(0, -1))),
  malformed('bundle-with-a-second-document_fail', () => text((json) => json + json)),
  malformed('bundle-with-junk-after-it_fail', () => text((json) => `${json}x`)),
  malformed('bundle-with-a-byte-order-mark_fail', () => text((json) => `\ufeff${json}`)),
  malformed('bundle-with-a-key-twice_fail', () =>
    text((json) =>
      json.replace('"verificationMaterial":', '"verificationMaterial":{},"verificationMaterial":'),
    ),
  ),
  malformed('bundle-with-an-unknown-field_fail', () => value(['note'], 'x')),
  malformed('bundle-with-an-unknown-field-in-an-entry_fail', () => value([...FIRST_ENTRY, 'note'], 'x')),
  malformed('bundle-in-snake-case_fail', () => text((json) => json.replace('"mediaType"', '"media_type"'))),
  malformed('bundle-without-content_fail', () => value(['messageSignature'], null)),
  malformed('bundle-with-both-contents_fail', () =>
    value(['dsseEnvelope'], { payload: 'e30=', payloadType: 'x', signatures: [{ sig: 'eA==' }] }),
  ),
  malformed('bundle-without-material_fail', () => value(['verificationMaterial'], null)),
  malformed('bundle-without-certificate-and-key_fail', () =>
    value(['verificationMaterial', 'certificate'], null),
  ),
  malformed('bundle-with-certificate-and-key_fail', () =>
    value(['verificationMaterial', 'publicKey'], { hint: 'x' }),
  ),
  malformed('bundle-with-certificate-and-chain_fail', () =>
    value(['verificationMaterial', 'x509CertificateChain'], { certificates: [] }),
  ),
  malformed('bundle-v0.3-with-a-chain_fail', () =>
    blob({}, { version: '0.2', alter: (bundle: BundleJson) => void (bundle.mediaType = `${LEGACY}0.3`) }),
  ),
  malformed('bundle-v0.2-with-a-single-certificate_fail', () => value(['mediaType'], `${LEGACY}0.2`)),
  malformed('bundle-with-an-empty-chain_fail', () =>
    blob(
      {},
      {
        version: '0.2',
        alter: ({ verificationMaterial }) =>
          void (verificationMaterial.x509CertificateChain = { certificates: [] }),
      },
    ),
  ),
  malformed('bundle-v0.1-without-promise_fail', () =>
    blob({}, { ...alterEntry((entry) => void delete entry.inclusionPromise), version: '0.1' }),
  ),
  malformed('bundle-with-entries-that-are-no-list_fail', () =>
    value(['verificationMaterial', 'tlogEntries'], { length: 1 }),
  ),
  malformed('bundle-with-a-null-for-an-entry_fail', () =>
    value(['verificationMaterial', 'tlogEntries'], [null]),
  ),
  malformed('bundle-log-index-negative_fail', () => value([...FIRST_ENTRY, 'logIndex'], '-1')),
  malformed('bundle-log-index-a-number_fail', () => value([...FIRST_ENTRY, 'logIndex'], 1)),
  malformed('bundle-log-index-with-a-leading-zero_fail', () => value([...FIRST_ENTRY, 'logIndex'], '01')),
  malformed('bundle-log-index-with-an-exponent_fail', () => value([...FIRST_ENTRY, 'logIndex'], '1e2')),
  malformed('bundle-log-index-with-a-space_fail', () => value([...FIRST_ENTRY, 'logIndex'], ' 1')),
  malformed('bundle-log-index-beyond-64-bits_fail', () =>
    value([...FIRST_ENTRY, 'logIndex'], '9223372036854775808'),
  ),
  malformed('bundle-log-id-missing_fail', () => value([...FIRST_ENTRY, 'logId'], null)),
  malformed('bundle-kind-missing_fail', () => value([...FIRST_ENTRY, 'kindVersion'], null)),
  malformed('bundle-body-missing_fail', () => value([...FIRST_ENTRY, 'canonicalizedBody'], null)),
  malformed('bundle-proof-hash-of-31-bytes_fail', () =>
    value([...FIRST_ENTRY, 'inclusionProof', 'hashes', 0], Buffer.alloc(31).toString('base64')),
  ),
  malformed('bundle-proof-root-missing_fail', () =>
    value([...FIRST_ENTRY, 'inclusionProof', 'rootHash'], null),
  ),
  malformed('bundle-signature-missing_fail', () => value(['messageSignature', 'signature'], null)),
  malformed('bundle-signature-in-base64url_fail', () => value(['messageSignature', 'signature'], '__-_')),
  malformed('bundle-signature-without-padding_fail', () =>
    value(['messageSignature', 'signature'], 'YWJjZA'),
  ),
  malformed('bundle-signature-with-stray-bits_fail', () =>
    value(['messageSignature', 'signature'], 'YWJjZB=='),
  ),
  malformed('bundle-signature-with-white-space_fail', () =>
    value(['messageSignature', 'signature'], 'YWJj ZA=='),
  ),
  malformed('bundle-signature-of-junk_fail', () => value(['messageSignature', 'signature'], 'INVALID!!!')),
  malformed('bundle-digest-algorithm-missing_fail', () =>
    value(['messageSignature', 'messageDigest', 'algorithm'], null),
  ),
  malformed('bundle-digest-algorithm-unspecified_fail', () =>
    value(['messageSignature', 'messageDigest', 'algorithm'], 'HASH_ALGORITHM_UNSPECIFIED'),
  ),
  malformed('bundle-digest-algorithm-sha3_fail', () =>
    value(['messageSignature', 'messageDigest', 'algorithm'], 'SHA3_256'),
  ),
  malformed('bundle-digest-algorithm-a-number_fail', () =>
    value(['messageSignature', 'messageDigest', 'algorithm'], 1),
  ),
  malformed('bundle-digest-of-another-length_fail', () =>
    value(['messageSignature', 'messageDigest', 'algorithm'], 'SHA2_512'),
  ),
  malformed('bundle-envelope-without-signature_fail', () =>
    statement({}, { alter: ({ dsseEnvelope }) => void (dsseEnvelope && (dsseEnvelope.signatures = [])) }),
  ),
  malformed('bundle-envelope-with-two-signatures_fail', () =>
    statement(
      {},
      { alter: ({ dsseEnvelope }) => void dsseEnvelope?.signatures.push(...dsseEnvelope.signatures) },
    ),
  ),
  refused('bundle-too-large_fail', 'material-oversized', 'material', () =>
    text((json) => json + ' '.repeat(5_000_000)),
  ),
  refused('bundle-with-too-many-entries_fail', 'material-oversized', 'material', () =>
    blob(
      {},
      {
        alter: ({ verificationMaterial }) =>
          void (verificationMaterial.tlogEntries = Array.from(
            { length: 33 },
            () => verificationMaterial.tlogEntries,
          ).flat()),
      },
    ),
  ),
  refused('bundle-with-too-many-timestamps_fail', 'material-oversized', 'material', () =>
    blob({ timestamps: Array.from({ length: 33 }, () => ({})) }),
  ),
  refused('bundle-with-a-certificate-too-large_fail', 'material-oversized', 'material', () =>
    value(['verificationMaterial', 'certificate', 'rawBytes'], 'AAAA'.repeat(30_000)),
  ),
  refused('bundle-with-a-proof-too-long_fail', 'material-oversized', 'material', () =>
    value(
      [...FIRST_ENTRY, 'inclusionProof', 'hashes'],
      Array.from({ length: 65 }, () => Buffer.alloc(32).toString('base64')),
    ),
  ),
];
