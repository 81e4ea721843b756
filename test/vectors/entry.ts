/** The transparency log entry: about this signature, by this signer, over this artifact. */
import { createHash } from 'node:crypto';
import { createLocalSigstore } from '#support/local-sigstore';
import type { JsonValue } from '#support/sigstore/canonical-json';
import { digestOf, generateKey } from '#support/sigstore/keys';
import { certificateVerifier, publicKeyVerifier } from '#support/sigstore/signing';
import { alterBody, alterEntry, base64, V2, withoutPromise } from './alterations.ts';
import {
  accepted,
  ARTIFACT,
  blob,
  evidenceOf,
  refused,
  SIGNED_AT,
  statement,
  world,
  type Vector,
} from './vector.ts';

const anotherLeaf = (): ReturnType<typeof certificateVerifier> =>
  certificateVerifier(world().certificateAuthority.issueLeaf({ at: SIGNED_AT }));

export const ENTRY_VECTORS: readonly Vector[] = [
  accepted('entry-rekor-v1', () => blob()),
  accepted('entry-rekor-v2', () => blob(V2)),
  accepted('entry-in-two-logs', () => {
    const signed = world().signBlob({ at: SIGNED_AT, bytes: ARTIFACT });
    const { key, signature, leaf } = signed;
    if (leaf === undefined) throw new Error('a certificate signs');
    const second = world().rekorV2.append({
      apiVersion: '0.0.2',
      kind: 'hashedrekord',
      spec: {
        hashedRekordV002: {
          data: { algorithm: 'SHA2_256', digest: base64(signed.digest) },
          signature: {
            content: base64(signature),
            verifier: {
              keyDetails: certificateVerifier({ ...leaf, key }).keyDetails,
              x509Certificate: { rawBytes: base64(leaf.der) },
            },
          },
        },
      },
    });
    return evidenceOf(world(), signed, {
      alter: (bundle) => void bundle.verificationMaterial.tlogEntries.push(second),
    });
  }),
  accepted('entry-with-proof-and-no-promise-beside-timestamp', () =>
    blob({ timestamps: [{}] }, alterEntry(withoutPromise)),
  ),

  refused('entry-missing_fail', 'log-entry-not-found', 'entry', () =>
    blob({ log: 'none', timestamps: [{}] }),
  ),
  refused('entry-twice_fail', 'log-entry-invalid', 'entry', () =>
    blob({}, { alter: ({ verificationMaterial: { tlogEntries } }) => void tlogEntries.push(...tlogEntries) }),
  ),
  refused('entry-twice-in-rekor-v2_fail', 'log-entry-invalid', 'entry', () =>
    blob(V2, {
      alter: ({ verificationMaterial: { tlogEntries } }) => void tlogEntries.push(...tlogEntries),
    }),
  ),
  refused('entry-of-an-unknown-log_fail', 'log-entry-invalid', 'entry', () =>
    blob({
      authorities: { rekor: createLocalSigstore({ rekor: { prefill: [3] }, rekorV2: { prefill: 2 } }).rekor },
    }),
  ),
  refused('entry-second-of-an-unknown-log_fail', 'log-entry-invalid', 'entry', () => {
    const { rekor } = createLocalSigstore({ rekor: { prefill: [3] }, rekorV2: { prefill: 2 } });
    const signed = world().signBlob({ at: SIGNED_AT, bytes: ARTIFACT });
    const other = world().signBlob({ at: SIGNED_AT, bytes: ARTIFACT, authorities: { rekor } });
    return evidenceOf(world(), signed, {
      alter: (bundle) => void bundle.verificationMaterial.tlogEntries.push(...other.tlogEntries),
    });
  }),
  refused('entry-second-about-another-signature_fail', 'log-entry-mismatch', 'entry', () => {
    const signed = world().signBlob({ at: SIGNED_AT, bytes: ARTIFACT });
    const other = world().signBlob({ at: SIGNED_AT, bytes: ARTIFACT });
    return evidenceOf(world(), signed, {
      alter: (bundle) => void bundle.verificationMaterial.tlogEntries.push(...other.tlogEntries),
    });
  }),
  refused('entry-of-another-signing-of-the-same-artifact_fail', 'log-entry-mismatch', 'entry', () => {
    const signed = world().signBlob({ at: SIGNED_AT, bytes: ARTIFACT });
    const other = world().signBlob({ at: SIGNED_AT, bytes: ARTIFACT });
    return evidenceOf(world(), signed, {
      alter: (bundle) => void (bundle.verificationMaterial.tlogEntries = [...other.tlogEntries]),
    });
  }),
  refused('entry-for-another-artifact_fail', 'log-entry-mismatch', 'entry', () =>
    blob(alterBody(['spec', 'data', 'hash', 'value'], '00'.repeat(32))),
  ),
  refused('entry-for-another-artifact-in-rekor-v2_fail', 'log-entry-mismatch', 'entry', () =>
    blob({ ...V2, ...alterBody(['spec', 'hashedRekordV002', 'data', 'digest'], base64(new Uint8Array(32))) }),
  ),
  refused('entry-with-another-signature_fail', 'log-entry-mismatch', 'entry', () =>
    blob(alterBody(['spec', 'signature', 'content'], base64('another'))),
  ),
  refused('entry-with-another-signature-in-rekor-v2_fail', 'log-entry-mismatch', 'entry', () =>
    blob({ ...V2, ...alterBody(['spec', 'hashedRekordV002', 'signature', 'content'], base64('another')) }),
  ),
  refused('entry-by-another-certificate_fail', 'log-entry-mismatch', 'entry', () =>
    blob(alterBody(['spec', 'signature', 'publicKey', 'content'], base64(anotherLeaf().pem))),
  ),
  refused('entry-by-another-certificate-of-the-same-key_fail', 'log-entry-mismatch', 'entry', () => {
    const key = generateKey();
    const pem = world().certificateAuthority.issueLeaf({
      at: SIGNED_AT,
      key,
      identity: 'other@example.com',
    }).pem;
    return blob({ key, ...alterBody(['spec', 'signature', 'publicKey', 'content'], base64(pem)) });
  }),
  refused('entry-by-another-certificate-in-rekor-v2_fail', 'log-entry-mismatch', 'entry', () =>
    blob({
      ...V2,
      ...alterBody(
        ['spec', 'hashedRekordV002', 'signature', 'verifier', 'x509Certificate', 'rawBytes'],
        base64(anotherLeaf().der),
      ),
    }),
  ),
  refused('entry-by-the-bare-key-of-the-certificate_fail', 'log-entry-mismatch', 'entry', () => {
    const key = generateKey();
    return blob({
      key,
      ...alterBody(['spec', 'signature', 'publicKey', 'content'], base64(publicKeyVerifier(key).pem)),
    });
  }),
  refused('entry-by-the-bare-key-in-rekor-v2_fail', 'log-entry-mismatch', 'entry', () => {
    const key = generateKey();
    const verifier = { keyDetails: 'PKIX_ECDSA_P256_SHA_256', publicKey: { rawBytes: base64(key.spki) } };
    return blob({
      key,
      ...V2,
      ...alterBody(['spec', 'hashedRekordV002', 'signature', 'verifier'], verifier),
    });
  }),
  refused('entry-with-the-digest-of-another-algorithm_fail', 'log-entry-mismatch', 'entry', () =>
    blob({
      ...alterBody(['spec', 'data', 'hash'], {
        algorithm: 'sha512',
        value: createHash('sha512').update(ARTIFACT).digest('hex'),
      }),
    }),
  ),
  refused('entry-with-a-right-digest-under-a-wrong-algorithm_fail', 'log-entry-mismatch', 'entry', () => {
    // The bundle says SHA-512 of what the log says is the SHA-256; both lengths are made to fit by a lie.
    const sha512 = createHash('sha512').update(ARTIFACT).digest();
    return blob({
      hash: 'sha512',
      ...alterBody(['spec', 'data', 'hash'], {
        algorithm: 'sha256',
        value: sha512.subarray(0, 32).toString('hex'),
      }),
    });
  }),
  refused('entry-of-unknown-kind_fail', 'log-entry-invalid', 'entry', () =>
    blob(
      alterBody(['kind'], 'rekord'),
      alterEntry((only) => void (only.kindVersion.kind = 'rekord')),
    ),
  ),
  refused('entry-of-unknown-version_fail', 'log-entry-invalid', 'entry', () =>
    blob(
      alterBody(['apiVersion'], '0.0.9'),
      alterEntry((only) => void (only.kindVersion.version = '0.0.9')),
    ),
  ),
  refused('entry-of-another-kind-than-stated_fail', 'log-entry-invalid', 'entry', () =>
    blob(
      {},
      alterEntry((only) => void (only.kindVersion.kind = 'dsse')),
    ),
  ),
  refused('entry-of-another-version-than-stated_fail', 'log-entry-invalid', 'entry', () =>
    blob(
      {},
      alterEntry((only) => void (only.kindVersion.version = '0.0.2')),
    ),
  ),
  refused('entry-for-an-envelope-with-a-message-signature_fail', 'log-entry-mismatch', 'entry', () => {
    const sha256 = { algorithm: 'sha256', value: Buffer.from(digestOf(ARTIFACT)).toString('hex') };
    return blob({
      alterBody: (whole) => {
        const at = (path: readonly string[]): JsonValue =>
          path.reduce<JsonValue>((value, step) => Object(value)[step], whole);
        return {
          apiVersion: '0.0.1',
          kind: 'dsse',
          spec: {
            envelopeHash: sha256,
            payloadHash: sha256,
            signatures: [
              {
                signature: at(['spec', 'signature', 'content']),
                verifier: at(['spec', 'signature', 'publicKey', 'content']),
              },
            ],
          },
        };
      },
    });
  }),
  refused('entry-body-changed-after-logging_fail', 'log-entry-invalid', 'set', () =>
    blob(
      {},
      alterEntry(
        (only) =>
          void (only.canonicalizedBody = base64(
            ` ${Buffer.from(only.canonicalizedBody, 'base64').toString()}`,
          )),
      ),
    ),
  ),
  refused('entry-body-with-a-key-twice_fail', 'log-entry-invalid', 'entry', () =>
    blob(
      {},
      alterEntry((only) => void (only.canonicalizedBody = base64('{"kind":"hashedrekord","kind":"dsse"}'))),
    ),
  ),
  refused('entry-body-with-an-unknown-field_fail', 'log-entry-invalid', 'entry', () =>
    blob(alterBody(['spec', 'note'], 'x')),
  ),
  refused('entry-body-of-junk_fail', 'log-entry-invalid', 'entry', () =>
    blob(
      {},
      alterEntry((only) => void (only.canonicalizedBody = base64('junk'))),
    ),
  ),
  refused('entry-body-without-a-signature_fail', 'log-entry-invalid', 'entry', () =>
    blob(alterBody(['spec', 'signature'], {})),
  ),
  refused('entry-body-with-a-signature-of-bad-base64_fail', 'log-entry-invalid', 'entry', () =>
    blob(alterBody(['spec', 'signature', 'content'], 'a')),
  ),
  refused('entry-body-with-a-digest-in-upper-case_fail', 'log-entry-invalid', 'entry', () =>
    blob(
      alterBody(
        ['spec', 'data', 'hash', 'value'],
        Buffer.from(digestOf(ARTIFACT)).toString('hex').toUpperCase(),
      ),
    ),
  ),
  refused('entry-body-with-a-digest-of-md5_fail', 'log-entry-invalid', 'entry', () =>
    blob(alterBody(['spec', 'data', 'hash', 'algorithm'], 'md5')),
  ),
  refused('entry-body-with-a-digest-of-another-length-in-rekor-v2_fail', 'log-entry-invalid', 'entry', () =>
    blob({ ...V2, ...alterBody(['spec', 'hashedRekordV002', 'data', 'digest'], base64('short')) }),
  ),
  refused('entry-body-with-a-null-for-another-key_fail', 'log-entry-invalid', 'entry', () =>
    blob({ ...V2, ...alterBody(['spec', 'hashedRekordV002', 'signature', 'verifier', 'publicKey'], null) }),
  ),
  refused('entry-with-two-signatures_fail', 'log-entry-invalid', 'entry', () =>
    statement({
      alterBody: (body) =>
        JSON.parse(JSON.stringify(body).replace(/"signatures":\[(.*?)\]/, '"signatures":[$1,$1]')),
    }),
  ),
  refused('entry-of-another-kind-with-the-same-fields_fail', 'log-entry-invalid', 'entry', () =>
    blob(
      alterBody(['kind'], 'rekord'),
      alterEntry((entry) => void (entry.kindVersion.kind = 'hashedrekord')),
    ),
  ),
  refused('entry-body-without-fields_fail', 'log-entry-invalid', 'entry', () =>
    blob(alterBody(['spec'], 'x')),
  ),
  refused('entry-index-of-another-leaf-in-rekor-v2_fail', 'log-entry-invalid', 'inclusionProof', () =>
    blob(
      V2,
      alterEntry((only) => void (only.logIndex = '1')),
    ),
  ),
];
