/** The form of a timestamp response: RFC 3161 in RFC 5652, with nothing that is not signed or not meant. */
import type { DerNode } from '../../src/strict/der.ts';
import * as der from '#support/sigstore/der';
import { signMessage } from '#support/sigstore/keys';
import { derAt, editDer } from './edit-der.ts';
import { blob, refused, type Vector, world } from './vector.ts';

/** Places in a TimeStampResp whose token carries no certificates. */
const TOKEN = [1] as const;
const SIGNED_DATA = [...TOKEN, 1, 0] as const;
const DIGEST_ALGORITHMS = [...SIGNED_DATA, 1] as const;
const CONTENT = [...SIGNED_DATA, 2] as const;
const SIGNERS = [...SIGNED_DATA, 3] as const;
const SIGNER = [...SIGNERS, 0] as const;

type Edit = (node: DerNode) => readonly Uint8Array[];

const JUNK = der.utf8String('junk');
const SHA512 = '2.16.840.1.101.3.4.2.3';

/** The same element with one more at its end. */
const append =
  (more: Uint8Array): Edit =>
  ({ tag, content }) => [der.tlv(tag, content, more)];

function form(name: string, path: readonly number[], edit: Edit): Vector {
  return refused(name, 'time-untrusted', 'time', () =>
    blob({ log: 'rekor-v2', timestamps: [{ alterDer: (response) => editDer(response, path, edit) }] }),
  );
}

/** The token signed again by the authority, with another hash than it says. */
function signedWithSha512(response: Uint8Array): Uint8Array {
  const { content } = derAt(response, [...SIGNER, 3]);
  const signature = signMessage(world().timestampAuthority.key, der.setOf(content), 'sha512');
  const algorithm = editDer(response, [...SIGNER, 4], () => [der.sequence(der.oid('1.2.840.10045.4.3.4'))]);
  return editDer(algorithm, [...SIGNER, 5], () => [der.octetString(signature)]);
}

export const TIMESTAMP_FORM_VECTORS: readonly Vector[] = [
  form('timestamp-response-with-an-element-more_fail', [], append(JUNK)),
  form('timestamp-status-with-failure-information_fail', [0], ({ tag, content }) => [
    der.tlv(tag, content, der.bitString(Buffer.of(0x80), 7)),
  ]),
  form('timestamp-token-with-an-element-more_fail', TOKEN, append(JUNK)),
  form('timestamp-token-with-two-contents_fail', [...TOKEN, 1], append(JUNK)),
  form('timestamp-signed-data-of-version-1_fail', [...SIGNED_DATA, 0], () => [der.integer(1)]),
  form('timestamp-with-revocation-lists_fail', SIGNERS, ({ der: signers }) => [
    der.contextConstructed(1, JUNK),
    signers,
  ]),
  form('timestamp-digest-algorithm-of-another-hash_fail', DIGEST_ALGORITHMS, () => [
    der.setOf(der.sequence(der.oid(SHA512))),
  ]),
  form('timestamp-digest-algorithm-twice_fail', DIGEST_ALGORITHMS, ({ tag, content }) => [
    der.tlv(tag, content, content),
  ]),
  form('timestamp-digest-algorithm-with-parameters_fail', [...DIGEST_ALGORITHMS, 0], append(JUNK)),
  form('timestamp-content-with-an-element-more_fail', CONTENT, append(JUNK)),
  // The certificates in it are not signed: reading all of them would take as long as an attacker likes.
  form('timestamp-with-thousands-of-certificates_fail', SIGNERS, ({ der: signers }) => [
    der.contextConstructed(0, Buffer.alloc(10_000, Buffer.of(0x05, 0x00))),
    signers,
  ]),
  form(
    'timestamp-content-with-two-octet-strings_fail',
    [...CONTENT, 1],
    append(der.octetString(Buffer.of(1))),
  ),
  form('timestamp-of-two-signers_fail', SIGNERS, ({ tag, content }) => [der.tlv(tag, content, content)]),
  form('timestamp-signer-of-version-3_fail', [...SIGNER, 0], () => [der.integer(3)]),
  form('timestamp-with-unsigned-attributes_fail', SIGNER, append(der.contextConstructed(1))),
  form('timestamp-signer-with-an-element-more_fail', [...SIGNER, 1], append(JUNK)),
  refused('timestamp-signed-with-another-hash-than-stated_fail', 'time-untrusted', 'time', () =>
    blob({ log: 'rekor-v2', timestamps: [{ alterDer: signedWithSha512 }] }),
  ),
  refused('timestamp-with-another-signed-content-type_fail', 'time-untrusted', 'time', () =>
    blob({
      log: 'rekor-v2',
      timestamps: [
        {
          alterAttributes: ([first, ...rest]) => [
            editDer(first ?? new Uint8Array(), [1, 0], () => [der.oid('1.2.840.113549.1.7.1')]),
            ...rest,
          ],
        },
      ],
    }),
  ),
];
