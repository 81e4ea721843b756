/** The signature: over this artifact, by this key, of every type of key in the public log's history. */
import { flipBit } from '#support/bytes';
import * as der from '#support/sigstore/der';
import {
  digestOf,
  generateKey,
  type HashName,
  type KeyKind,
  signMessage,
  toPem,
} from '#support/sigstore/keys';
import { preAuthenticationEncoding } from '#support/sigstore/signing';
import {
  accepted,
  ARTIFACT,
  blob,
  type Evidence,
  evidenceOf,
  KUBERNETES_POLICY,
  PREDICATE_TYPE,
  refused,
  SIGNED_AT,
  statement,
  type Vector,
  world,
} from './vector.ts';

const KEYS: readonly (readonly [KeyKind, HashName])[] = [
  ['p256', 'sha256'],
  ['p256', 'sha384'],
  ['p256', 'sha512'],
  ['p384', 'sha384'],
  ['p384', 'sha256'],
  ['p521', 'sha512'],
  ['p521', 'sha256'],
  ['rsa2048', 'sha256'],
  ['rsa3072', 'sha256'],
  ['rsa4096', 'sha512'],
  ['ed25519', 'sha256'],
  ['ed25519', 'sha512'],
];

const OTHER: Uint8Array = Buffer.from('another artifact\n');

/** r and s of a DER signature as they are, as one INTEGER each. */
function rebuild(signature: Uint8Array, build: (r: Uint8Array, s: Uint8Array) => Uint8Array): Uint8Array {
  const r = signature.subarray(2, 4 + (signature[3] ?? 0));
  return build(r, signature.subarray(2 + r.length));
}

const mismatch = ['signature-mismatch', 'signature'] as const;

export const SIGNATURE_VECTORS: readonly Vector[] = [
  ...KEYS.map(([key, hash]) => accepted(`signature-${key}-${hash}`, () => blob({ key, hash }))),
  ...KEYS.filter(([key]) => key !== 'ed25519').map(([managedKey, hash]) =>
    accepted(`signature-managed-${managedKey}-${hash}`, () => blob({ managedKey, hash })),
  ),
  ...KEYS.map(([key, hash]) =>
    refused(`signature-${key}-${hash}-changed_fail`, ...mismatch, () =>
      blob({ key, hash, alterSignature: (signature) => flipBit(signature) }),
    ),
  ),
  accepted('signature-with-high-s', () => {
    const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    return blob({
      alterSignature: (signature) =>
        rebuild(signature, (r, s) => {
          const low = BigInt(`0x${Buffer.from(s.subarray(2)).toString('hex')}`);
          return der.sequence(r, low * 2n > n ? s : der.integer(n - low));
        }),
    });
  }),
  refused('signature-by-another-key_fail', ...mismatch, () => {
    const key = generateKey();
    return blob({ alterSignature: () => signMessage(key, ARTIFACT) });
  }),
  refused('signature-over-another-artifact_fail', ...mismatch, () => {
    const key = generateKey();
    return blob({ key, alterSignature: () => signMessage(key, OTHER) });
  }),
  refused('signature-with-a-byte-after-it_fail', ...mismatch, () =>
    blob({ alterSignature: (signature) => Buffer.concat([signature, Buffer.of(0)]) }),
  ),
  refused('signature-with-an-integer-too-many_fail', ...mismatch, () =>
    blob({ alterSignature: (signature) => rebuild(signature, (r, s) => der.sequence(r, s, der.integer(1))) }),
  ),
  refused('signature-with-a-leading-zero_fail', ...mismatch, () =>
    blob({
      alterSignature: (signature) =>
        rebuild(signature, (r, s) => der.sequence(der.tlv(2, Buffer.of(0), r.subarray(2)), s)),
    }),
  ),
  refused('signature-with-a-length-in-long-form_fail', ...mismatch, () =>
    blob({ alterSignature: (signature) => Buffer.concat([Buffer.of(0x30, 0x81), signature.subarray(1)]) }),
  ),
  refused('signature-of-zeros_fail', ...mismatch, () =>
    blob({ alterSignature: () => der.sequence(der.integer(0), der.integer(0)) }),
  ),
  refused('signature-of-junk_fail', ...mismatch, () => blob({ alterSignature: () => Buffer.from('junk') })),
  refused('signature-over-the-digest-as-a-message_fail', ...mismatch, () => {
    const key = generateKey();
    return blob({ key, alterSignature: () => signMessage(key, digestOf(ARTIFACT)) });
  }),

  refused('artifact-another_fail', 'digest-mismatch', 'digest', () => ({ ...blob(), artifact: OTHER })),
  refused('artifact-changed_fail', 'digest-mismatch', 'digest', () => ({
    ...blob(),
    artifact: flipBit(ARTIFACT),
  })),
  refused('artifact-empty_fail', 'digest-mismatch', 'digest', () => ({
    ...blob(),
    artifact: new Uint8Array(),
  })),
  refused('artifact-digest-in-bundle-changed_fail', 'digest-mismatch', 'digest', () =>
    blob(
      {},
      {
        alter: ({ messageSignature }) => {
          if (messageSignature?.messageDigest)
            messageSignature.messageDigest.digest = Buffer.alloc(32).toString('base64');
        },
      },
    ),
  ),
  refused('artifact-of-ed25519-changed_fail', 'digest-mismatch', 'digest', () => ({
    ...blob({ key: 'ed25519' }),
    artifact: OTHER,
  })),

  accepted('managed-key-with-log-entry', () => blob({ managedKey: 'p256' })),
  accepted('managed-key-in-rekor-v2-without-any-time', () =>
    blob({ managedKey: 'p256', log: 'rekor-v2', timestamps: [] }),
  ),
  accepted('managed-key-with-timestamp', () => blob({ managedKey: 'p256', timestamps: [{}] })),
  accepted('managed-key-of-ed25519', () => blob({ managedKey: 'ed25519' })),
  refused('managed-key-another_fail', 'log-entry-mismatch', 'entry', () =>
    blob({ managedKey: 'p256', ...wrongKeyInEntry() }),
  ),
  refused('managed-key-expected-another_fail', ...mismatch, () =>
    blob(
      { managedKey: 'p256' },
      {
        policy: {
          kind: 'managed-key',
          publicKeyPem: toPem('PUBLIC KEY', generateKey().spki),
          rules: undefined,
        },
      },
    ),
  ),
  refused('managed-key-without-log-entry_fail', 'log-entry-not-found', 'entry', () =>
    blob({ managedKey: 'p256', log: 'none' }),
  ),
  refused('managed-key-where-an-identity-is-expected_fail', 'identity-mismatch', 'identity', () =>
    blob({ managedKey: 'p256' }, { policy: KUBERNETES_POLICY }),
  ),
  refused('certificate-where-a-managed-key-is-expected_fail', 'identity-mismatch', 'identity', () => {
    const signed = world().signBlob({ at: SIGNED_AT, bytes: ARTIFACT });
    return evidenceOf(world(), signed, {
      policy: { kind: 'managed-key', publicKeyPem: toPem('PUBLIC KEY', signed.key.spki), rules: undefined },
    });
  }),
  refused('managed-key-signature-changed-without-log_fail', ...mismatch, () =>
    blob(
      { managedKey: 'p256', log: 'none', alterSignature: (signature) => flipBit(signature) },
      { alterRoot: (root) => void (root.tlogs = []) },
    ),
  ),
  refused('managed-key-with-untrusted-timestamp_fail', 'time-untrusted', 'time', () =>
    blob({ managedKey: 'p256', timestamps: [{ alterSignature: (signature) => flipBit(signature) }] }),
  ),
];

function wrongKeyInEntry(): Parameters<typeof blob>[0] {
  const other = Buffer.from(toPem('PUBLIC KEY', generateKey().spki)).toString('base64');
  return {
    alterBody: (body) =>
      JSON.parse(
        JSON.stringify(body).replace(/"publicKey":\{"content":"[^"]*"/, `"publicKey":{"content":"${other}"`),
      ),
  };
}

/** The statement logged as `hashedrekord` 0.0.1 over what the envelope's signature is over. */
function asHashedrekord(signedBytes: (payload: Uint8Array) => Uint8Array): Parameters<typeof statement>[0] {
  const payload = Buffer.from(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v1',
      predicateType: PREDICATE_TYPE,
      subject: subject({ sha256 }),
    }),
  );
  return {
    statement: payload,
    alterBody: (dsse) => {
      const { signature, verifier } = Object(dsse).spec.signatures[0];
      const hash = {
        algorithm: 'sha256',
        value: Buffer.from(digestOf(signedBytes(payload))).toString('hex'),
      };
      return {
        apiVersion: '0.0.1',
        kind: 'hashedrekord',
        spec: { data: { hash }, signature: { content: signature, publicKey: { content: verifier } } },
      };
    },
  };
}

const paeOf = (payload: Uint8Array): Uint8Array =>
  preAuthenticationEncoding('application/vnd.in-toto+json', payload);

const sha256 = Buffer.from(digestOf(ARTIFACT)).toString('hex');
const sha384 = Buffer.from(digestOf(ARTIFACT, 'sha384')).toString('hex');
const sha512 = Buffer.from(digestOf(ARTIFACT, 'sha512')).toString('hex');
const zeros = '00'.repeat(64);
const subject = (digest: Readonly<Record<string, unknown>>): readonly unknown[] => [
  { name: 'artifact', digest },
];

const another = ['digest-mismatch', 'digest'] as const;
const anotherClaim = ['claim-mismatch', 'signature'] as const;
const VERIFICATION_SUMMARY = 'https://slsa.dev/verification_summary/';
const VSA = `${VERIFICATION_SUMMARY}v1`;

/** A verification summary, which is asked for. */
function summary(
  predicate: unknown,
  predicateType: string = VSA,
  predicateTypes: readonly string[] = [predicateType],
): Evidence {
  return statement({ predicateType, predicate }, { predicateTypes });
}

export const STATEMENT_VECTORS: readonly Vector[] = [
  accepted('statement-in-a-dsse-entry', () => statement()),
  accepted('statement-in-an-intoto-entry', () => statement({ entryKind: 'intoto' })),
  accepted('statement-in-a-hashedrekord-entry-of-rekor-v2', () =>
    statement({ log: 'rekor-v2', entryKind: 'hashedrekord' }),
  ),
  accepted('statement-in-a-hashedrekord-entry-of-rekor-v1', () => statement(asHashedrekord(paeOf))),
  refused('statement-in-a-hashedrekord-entry-over-its-payload_fail', 'log-entry-mismatch', 'entry', () =>
    statement(asHashedrekord((payload) => payload)),
  ),
  accepted('statement-of-type-v0.1', () => statement({ type: 'https://in-toto.io/Statement/v0.1' })),
  accepted('statement-with-several-subjects', () =>
    statement({ subject: [{ name: 'other', digest: { sha256: '00'.repeat(32) } }, ...subject({ sha256 })] }),
  ),
  accepted('statement-by-a-managed-key', () => statement({ managedKey: 'p256' })),
  accepted('statement-by-p384', () => statement({ key: 'p384' })),
  accepted('statement-by-p384-with-sha256', () => statement({ key: 'p384', hash: 'sha256' })),
  accepted('statement-by-p521', () => statement({ key: 'p521' })),
  accepted('statement-by-rsa', () => statement({ key: 'rsa2048' })),
  accepted('statement-by-ed25519', () => statement({ key: 'ed25519' })),

  accepted('statement-with-every-digest', () => statement({ subject: subject({ sha256, sha384, sha512 }) })),
  accepted('statement-with-sha384-alone', () => statement({ subject: subject({ sha384 }) })),
  accepted('statement-with-sha512-alone', () => statement({ subject: subject({ sha512 }) })),
  accepted('statement-with-sha512-and-an-unknown-digest', () =>
    statement({ subject: subject({ sha512, gitCommit: '0' }) }),
  ),
  accepted('statement-where-subjects-have-other-algorithms', () =>
    statement({ subject: [...subject({ sha384: zeros.slice(0, 96) }), ...subject({ sha512 })] }),
  ),
  refused('statement-with-one-digest-of-another-artifact_fail', ...another, () =>
    statement({ subject: subject({ sha256, sha512: zeros }) }),
  ),
  refused('statement-with-one-digest-right-in-sha512-alone_fail', ...another, () =>
    statement({ subject: subject({ sha256: zeros.slice(0, 64), sha512 }) }),
  ),
  refused('statement-with-sha512-alone-of-another-artifact_fail', ...another, () =>
    statement({ subject: subject({ sha512: zeros }) }),
  ),
  refused('statement-with-a-digest-that-is-no-text_fail', ...another, () =>
    statement({ subject: subject({ sha256, sha512: [sha512] }) }),
  ),
  refused('statement-with-an-unknown-digest-alone_fail', ...another, () =>
    statement({ subject: subject({ gitCommit: sha256 }) }),
  ),

  accepted('statement-of-the-second-of-two-types', () =>
    statement({}, { predicateTypes: ['https://example.com/other', PREDICATE_TYPE] }),
  ),
  accepted('statement-of-a-passed-verification', () => summary({ verificationResult: 'PASSED' })),
  refused('statement-of-a-failed-verification_fail', ...anotherClaim, () =>
    summary({ verificationResult: 'FAILED' }),
  ),
  refused('statement-of-a-verification-passed-in-lower-case_fail', ...anotherClaim, () =>
    summary({ verificationResult: 'passed' }),
  ),
  refused('statement-of-a-verification-without-result_fail', ...anotherClaim, () => summary({})),
  refused('statement-of-a-verification-in-an-unknown-form_fail', ...anotherClaim, () =>
    summary({ verificationResult: ['PASSED'] }),
  ),
  refused('statement-of-a-verification-of-another-version-failed_fail', ...anotherClaim, () =>
    summary({ verification_result: 'FAILED' }, `${VERIFICATION_SUMMARY}v0.1`),
  ),
  refused('statement-that-is-not-asked-for_fail', ...anotherClaim, () =>
    statement({}, { predicateTypes: [] }),
  ),
  refused('statement-that-is-not-asked-for-of-a-passed-verification_fail', ...anotherClaim, () =>
    summary({ verificationResult: 'PASSED' }, VSA, []),
  ),
  refused('statement-that-is-not-asked-for-by-another-signer_fail', ...anotherClaim, () =>
    statement({ identity: 'somebody@example.com' }, { predicateTypes: [] }),
  ),
  refused('statement-that-is-not-asked-for-and-cannot-be-read_fail', ...anotherClaim, () =>
    statement({ statement: Buffer.from('junk') }, { predicateTypes: [] }),
  ),
  refused('statement-of-another-type_fail', ...anotherClaim, () => statement({}, { predicateTypes: [VSA] })),
  refused('statement-of-a-type-with-a-suffix_fail', ...anotherClaim, () =>
    statement({ predicateType: `${PREDICATE_TYPE}.1` }),
  ),
  refused('statement-of-a-type-in-another-case_fail', ...anotherClaim, () =>
    statement({ predicateType: PREDICATE_TYPE.toUpperCase() }),
  ),
  refused('statement-without-a-type_fail', 'material-malformed', 'material', () =>
    statement({
      statement: Buffer.from(
        JSON.stringify({ _type: 'https://in-toto.io/Statement/v1', subject: subject({ sha256 }) }),
      ),
    }),
  ),
  refused('signature-where-a-statement-is-asked-for_fail', ...anotherClaim, () =>
    blob({}, { predicateTypes: [PREDICATE_TYPE] }),
  ),
  refused('statement-in-a-dsse-entry-of-rekor-v2_fail', 'log-entry-invalid', 'entry', () =>
    statement({ log: 'rekor-v2' }),
  ),

  refused('statement-type-missing_fail', 'material-malformed', 'material', () =>
    statement({ statement: Buffer.from(JSON.stringify({ subject: subject({ sha256 }) })) }),
  ),
  refused('statement-type-unknown_fail', 'material-malformed', 'material', () =>
    statement({ type: 'https://in-toto.io/Statement/v2' }),
  ),
  refused('statement-with-a-key-twice_fail', 'material-malformed', 'material', () =>
    statement({
      statement: Buffer.from(
        `{"_type":"x","_type":"https://in-toto.io/Statement/v1","subject":${JSON.stringify(subject({ sha256 }))}}`,
      ),
    }),
  ),
  refused('statement-of-junk_fail', 'material-malformed', 'material', () =>
    statement({ statement: Buffer.from('junk') }),
  ),
  refused('statement-of-another-payload-type_fail', 'material-malformed', 'material', () =>
    statement({ payloadType: 'application/json' }),
  ),
  refused('statement-about-another-artifact_fail', 'digest-mismatch', 'digest', () =>
    statement({ subject: subject({ sha256: '00'.repeat(32) }) }),
  ),
  refused('statement-with-the-digest-in-upper-case_fail', 'digest-mismatch', 'digest', () =>
    statement({ subject: subject({ sha256: sha256.toUpperCase() }) }),
  ),
  refused('statement-with-the-digest-under-another-name_fail', 'digest-mismatch', 'digest', () =>
    statement({ subject: subject({ sha512: sha256 }) }),
  ),
  refused('statement-with-a-prefix-of-the-digest_fail', 'digest-mismatch', 'digest', () =>
    statement({ subject: subject({ sha256: sha256.slice(0, 32) }) }),
  ),
  refused('statement-without-subjects_fail', 'digest-mismatch', 'digest', () => statement({ subject: [] })),
  refused('statement-with-a-subject-that-is-no-list_fail', 'digest-mismatch', 'digest', () =>
    statement({ subject: { digest: { sha256 } } }),
  ),
  refused('statement-changed_fail', 'log-entry-mismatch', 'entry', () =>
    statement(
      {},
      {
        alter: ({ dsseEnvelope }) => {
          if (dsseEnvelope)
            dsseEnvelope.payload = Buffer.from(
              `${Buffer.from(dsseEnvelope.payload, 'base64').toString()} `,
            ).toString('base64');
        },
      },
    ),
  ),
  refused('statement-signature-changed_fail', ...mismatch, () =>
    statement({ alterSignature: (signature) => flipBit(signature) }),
  ),
  refused('statement-of-another-signing_fail', 'log-entry-mismatch', 'entry', () => {
    const { signatures } = JSON.parse(String(statement().bundle)).dsseEnvelope;
    return statement(
      {},
      { alter: ({ dsseEnvelope }) => void (dsseEnvelope && (dsseEnvelope.signatures = signatures)) },
    );
  }),
  refused('statement-changed-beside-a-hashedrekord-entry_fail', 'log-entry-mismatch', 'entry', () =>
    statement(
      { log: 'rekor-v2', entryKind: 'hashedrekord' },
      { alter: ({ dsseEnvelope }) => void (dsseEnvelope && (dsseEnvelope.payloadType += ';x')) },
    ),
  ),
];
