/** RFC 3161 timestamps: by a trusted authority, over this signature, at a time when the certificate was valid. */
import * as der from '#support/sigstore/der';
import { flipBit, replaceText } from '#support/bytes';
import { createLocalSigstore, type LocalSigstoreOptions } from '#support/local-sigstore';
import { EKU, extension, withExtension } from '#support/sigstore/certificate';
import { digestOf } from '#support/sigstore/keys';
import { createTimestampAuthority, type TimestampOptions } from '#support/sigstore/timestamp-authority';
import { alterTimestampAuthority, UNTIL_BEFORE, UNTIL_THEN } from './alterations.ts';
import { editDer } from './edit-der.ts';
import {
  accepted,
  blob,
  type Evidence,
  type EvidenceOptions,
  minutesAfterSigning,
  refused,
  type Vector,
  world,
} from './vector.ts';

/** Evidence in Rekor v2, whose only time is the timestamps'. */
function stamped(timestamps: readonly TimestampOptions[], options: EvidenceOptions = {}): Evidence {
  return blob({ log: 'rekor-v2', timestamps }, options);
}

/** Evidence whose timestamp is as altered. */
function stampedWith(timestamp: TimestampOptions): Evidence {
  return stamped([timestamp]);
}

function authorityWith(timestampAuthority: LocalSigstoreOptions['timestampAuthority']): EvidenceOptions {
  return {
    sigstore: createLocalSigstore({
      rekor: { prefill: [2] },
      rekorV2: { prefill: 3 },
      ...(timestampAuthority && { timestampAuthority }),
    }),
  };
}

const HOUR_BEFORE = minutesAfterSigning(-60);

export const TIMESTAMP_VECTORS: readonly Vector[] = [
  accepted('timestamp', () => stampedWith({})),
  accepted('timestamp-beside-signed-entry-timestamp', () => blob({ timestamps: [{}] })),
  accepted('timestamp-with-embedded-certificate', () => stampedWith({ embedCertificate: true })),
  accepted('timestamp-with-nonce', () => stampedWith({ nonce: Buffer.of(1, 2, 3) })),
  accepted('timestamp-imprint-of-sha512', () => stampedWith({ imprintHash: 'sha512' })),
  accepted('timestamp-two-of-one-authority-at-two-times', () =>
    stamped([{}, { at: minutesAfterSigning(1) }]),
  ),
  accepted('timestamp-authority-trusted-until-the-second-of-signing', () =>
    stamped(
      [{}],
      alterTimestampAuthority((tsa) => void (tsa.validFor = UNTIL_THEN)),
    ),
  ),
  accepted('timestamp-in-the-last-second-of-the-certificate', () =>
    stampedWith({ at: minutesAfterSigning(10) }),
  ),

  refused('timestamp-by-unknown-authority_fail', 'time-untrusted', 'time', () =>
    stampedWith({ authority: createTimestampAuthority() }),
  ),
  refused('timestamp-by-unknown-authority-with-embedded-certificate_fail', 'time-untrusted', 'time', () =>
    stampedWith({ authority: createTimestampAuthority(), embedCertificate: true }),
  ),
  refused('timestamp-second-of-two-by-unknown-authority_fail', 'time-untrusted', 'time', () =>
    stamped([{}, { authority: createTimestampAuthority() }]),
  ),
  refused('timestamp-over-something-else_fail', 'time-untrusted', 'time', () =>
    stampedWith({ message: Buffer.from('another signature') }),
  ),
  refused('timestamp-over-the-artifact_fail', 'time-untrusted', 'time', () =>
    stampedWith({ message: Buffer.from('the artifact that everybody signs in these vectors\n') }),
  ),
  refused('timestamp-granted-with-modifications_fail', 'time-untrusted', 'time', () =>
    stampedWith({ status: 1 }),
  ),
  refused('timestamp-rejected_fail', 'time-untrusted', 'time', () => stampedWith({ status: 2 })),
  refused('timestamp-signature-changed_fail', 'time-untrusted', 'time', () =>
    stampedWith({ alterSignature: (signature) => flipBit(signature) }),
  ),
  refused('timestamp-time-changed_fail', 'time-untrusted', 'time', () =>
    stampedWith({ alterDer: (response) => replaceText(response, '20260301120000Z', '20260301120100Z') }),
  ),
  refused('timestamp-twice_fail', 'time-untrusted', 'time', () => stamped([{}, {}])),
  refused('timestamp-after-the-certificate-expired_fail', 'certificate-untrusted', 'chain', () =>
    stampedWith({ at: minutesAfterSigning(11) }),
  ),
  refused(
    'timestamp-second-of-two-after-the-certificate-expired_fail',
    'certificate-untrusted',
    'chain',
    () => stamped([{}, { at: minutesAfterSigning(11) }]),
  ),
  refused(
    'timestamp-outside-the-certificate-beside-a-good-entry_fail',
    'certificate-untrusted',
    'chain',
    () => blob({ timestamps: [{ at: HOUR_BEFORE }] }),
  ),
  refused('timestamp-authority-no-longer-trusted_fail', 'time-untrusted', 'time', () =>
    stamped(
      [{}],
      alterTimestampAuthority((tsa) => void (tsa.validFor = UNTIL_BEFORE)),
    ),
  ),
  refused('timestamp-authority-validity-borrowed-from-another_fail', 'time-untrusted', 'time', () =>
    stamped([{}], {
      alterRoot: (root) => {
        const [tsa] = root.timestampAuthorities;
        const other = createTimestampAuthority();
        if (tsa === undefined) return;
        const certificates = other.chain.map((certificate) => ({
          rawBytes: Buffer.from(certificate).toString('base64'),
        }));
        root.timestampAuthorities.push({ ...tsa, certChain: { certificates } });
        tsa.validFor = UNTIL_BEFORE;
      },
    }),
  ),
  refused('timestamp-authority-certificate-expired_fail', 'time-untrusted', 'time', () =>
    stamped([{}], authorityWith({ alterLeaf: (leaf) => ({ ...leaf, notAfter: HOUR_BEFORE }) })),
  ),
  refused('timestamp-authority-root-expired_fail', 'time-untrusted', 'time', () =>
    stamped([{}], authorityWith({ alterRoot: (root) => ({ ...root, notAfter: HOUR_BEFORE }) })),
  ),
  refused('timestamp-authority-for-code-signing_fail', 'time-untrusted', 'time', () =>
    stamped(
      [{}],
      authorityWith({
        alterLeaf: (leaf) => withExtension(leaf, extension.extendedKeyUsage([EKU.codeSigning], true)),
      }),
    ),
  ),
  refused('timestamp-authority-for-more-than-timestamps_fail', 'time-untrusted', 'time', () =>
    stamped(
      [{}],
      authorityWith({
        alterLeaf: (leaf) =>
          withExtension(leaf, extension.extendedKeyUsage([EKU.timeStamping, EKU.codeSigning], true)),
      }),
    ),
  ),
  refused('timestamp-authority-with-purpose-not-critical_fail', 'time-untrusted', 'time', () =>
    stamped(
      [{}],
      authorityWith({
        alterLeaf: (leaf) => withExtension(leaf, extension.extendedKeyUsage([EKU.timeStamping], false)),
      }),
    ),
  ),
  refused('timestamp-authority-with-a-critical-unknown-extension_fail', 'time-untrusted', 'time', () =>
    stamped(
      [{}],
      authorityWith({
        alterLeaf: (leaf) =>
          withExtension(leaf, { oid: '1.2.3.4.5', critical: true, value: der.nullValue() }),
      }),
    ),
  ),
  refused('timestamp-with-bytes-after-it_fail', 'time-untrusted', 'time', () =>
    stampedWith({ alterDer: (response) => Buffer.concat([response, Buffer.of(0)]) }),
  ),
  refused('timestamp-too-large_fail', 'material-oversized', 'material', () =>
    stampedWith({ alterDer: (response) => Buffer.concat([response, Buffer.alloc(16 * 1024)]) }),
  ),
  refused('timestamp-cut-short_fail', 'time-untrusted', 'time', () =>
    stampedWith({ alterDer: (response) => response.subarray(0, -1) }),
  ),
  refused('timestamp-of-junk_fail', 'time-untrusted', 'time', () =>
    stampedWith({ alterDer: () => Buffer.from('junk') }),
  ),
  refused('timestamp-without-a-token_fail', 'time-untrusted', 'time', () =>
    stampedWith({ alterDer: () => der.sequence(der.sequence(der.integer(0))) }),
  ),
  refused('timestamp-of-version-2_fail', 'time-untrusted', 'time', () =>
    stampedWith({
      alterTstInfo: (info) => editDer(info, [0], () => [der.integer(2)]),
    }),
  ),
  refused('timestamp-policy-of-a-long-name_fail', 'time-untrusted', 'time', () =>
    stampedWith({
      alterTstInfo: (info) =>
        editDer(info, [1], ({ tag }) => [der.tlv(tag, Buffer.alloc(10_000, 0xff), Buffer.of(0x7f))]),
    }),
  ),
  refused('timestamp-without-signed-content-type_fail', 'time-untrusted', 'time', () =>
    stampedWith({ alterAttributes: (attributes) => attributes.slice(1) }),
  ),
  refused('timestamp-without-message-digest_fail', 'time-untrusted', 'time', () =>
    stampedWith({ alterAttributes: (attributes) => attributes.toSpliced(2, 1) }),
  ),
  refused('timestamp-message-digest-of-something-else_fail', 'time-untrusted', 'time', () =>
    stampedWith({
      alterAttributes: (attributes) =>
        attributes.map((attribute, i) => (i === 2 ? flipBit(attribute) : attribute)),
    }),
  ),
  refused('timestamp-without-the-digest-of-its-certificate_fail', 'time-untrusted', 'time', () =>
    stampedWith({ alterAttributes: (attributes) => attributes.slice(0, 3) }),
  ),
  refused('timestamp-with-the-digest-of-another-certificate_fail', 'time-untrusted', 'time', () => {
    const [leaf = new Uint8Array()] = world().timestampAuthority.chain;
    const digest = Buffer.from(digestOf(leaf)).toString('latin1');
    const other = Buffer.from(flipBit(digestOf(leaf))).toString('latin1');
    return stampedWith({
      alterAttributes: (attributes) =>
        attributes.map((attribute) =>
          Buffer.from(
            Buffer.from(attribute)
              .toString('latin1')
              .replace(digest, () => other),
            'latin1',
          ),
        ),
    });
  }),
  refused('timestamp-imprint-with-an-element-more_fail', 'time-untrusted', 'time', () =>
    stampedWith({
      alterTstInfo: (info) =>
        editDer(info, [2], ({ tag, content }) => [der.tlv(tag, content, der.utf8String('junk'))]),
    }),
  ),
  refused('timestamp-with-an-attribute-twice_fail', 'time-untrusted', 'time', () =>
    stampedWith({ alterAttributes: (attributes) => [...attributes, ...attributes.slice(1, 2)] }),
  ),
  refused('timestamp-with-extensions_fail', 'time-untrusted', 'time', () =>
    stampedWith({
      alterTstInfo: (info) =>
        editDer(info, [], ({ tag, content }) => [der.tlv(tag, content, der.contextConstructed(1))]),
    }),
  ),
];
