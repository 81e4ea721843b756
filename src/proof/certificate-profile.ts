import { childrenOf, DER_TAG, parseDer, readBoolean, readOid } from '../strict/der.ts';
import { UntrustedError } from '../errors.ts';
import { type Certificate, EXTENSION_OID } from './certificate.ts';

/** Key purposes (RFC 5280 section 4.2.1.12). */
const EXTENDED_KEY_USAGE = {
  any: '2.5.29.37.0',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  timeStamping: '1.3.6.1.5.5.7.3.8',
} as const;

export type ExtendedKeyUsage = 'codeSigning' | 'timeStamping';

/** Extensions that we or sigstore-js act on. Any other one must not be critical. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  EXTENSION_OID.keyUsage,
  EXTENSION_OID.subjectAlternativeName,
  EXTENSION_OID.basicConstraints,
  EXTENSION_OID.extendedKeyUsage,
]);

/** Bits of KeyUsage, counted from the first (RFC 5280 section 4.2.1.3). */
const KEY_USAGE_BIT = { digitalSignature: 0, keyCertSign: 5 } as const;

/**
 * Checks that a certificate may sign artifacts (Fulcio's certificate specification): extended key usage code signing,
 * key usage digitalSignature, not an authority, no unknown critical extension.
 *
 * @throws UntrustedError `certificate-untrusted`
 */
export function assertSigningProfile(certificate: Certificate): void {
  const what = 'the signing certificate';
  assertNothingUnknown(certificate, what);
  assertLeaf(certificate, 'codeSigning', what);
}

/**
 * Checks that the certificates of an authority fit its purpose. The first one of a timestamp authority signs
 * timestamps itself; that must be its only purpose, and marked critical (RFC 3161 section 2.3). If any other
 * certificate has an extended key usage, it must not contradict the purpose. sigstore-js checks along the chain that
 * they are authorities.
 *
 * @throws UntrustedError `certificate-untrusted`
 */
export function assertAuthorityProfile(chain: readonly Certificate[], purpose: ExtendedKeyUsage): void {
  const [first] = chain;
  const signs = purpose === 'timeStamping' ? first : undefined;
  if (signs !== undefined) {
    const what = 'the certificate of the timestamp authority';
    const extension = signs.extensions.get(EXTENSION_OID.extendedKeyUsage);
    assertNothingUnknown(signs, what);
    assertLeaf(signs, purpose, what);
    if (extension?.critical !== true || readPurposes(signs, what)?.length !== 1) {
      throw untrusted(what, 'timeStamping as its only and critical purpose', 'another extended key usage');
    }
  }
  for (const certificate of chain.filter((candidate) => candidate !== signs)) {
    const what = 'a certificate of the authority';
    assertNothingUnknown(certificate, what);
    const purposes = readPurposes(certificate, what);
    if (purposes !== undefined && !includesPurpose(purposes, purpose)) {
      throw untrusted(what, `${purpose} in its extended key usage, or none`, purposes.join(', '));
    }
  }
}

function assertNothingUnknown({ extensions }: Certificate, what: string): void {
  const unknown = [...extensions.values()].find(({ oid, critical }) => critical && !UNDERSTOOD.has(oid));
  if (unknown !== undefined) {
    throw untrusted(what, 'no unknown critical extension', `critical extension ${unknown.oid}`);
  }
}

function assertLeaf(certificate: Certificate, purpose: ExtendedKeyUsage, what: string): void {
  const purposes = readPurposes(certificate, what) ?? [];
  if (!purposes.includes(EXTENDED_KEY_USAGE[purpose])) {
    throw untrusted(what, `extended key usage ${purpose}`, purposes.join(', ') || 'none');
  }
  const usage = readKeyUsage(certificate, what);
  if (!usage(KEY_USAGE_BIT.digitalSignature) || usage(KEY_USAGE_BIT.keyCertSign)) {
    throw untrusted(what, 'key usage digitalSignature and not keyCertSign', 'another key usage');
  }
  if (isAuthority(certificate, what)) throw untrusted(what, 'CA:FALSE', 'CA:TRUE');
}

function includesPurpose(purposes: readonly string[], purpose: ExtendedKeyUsage): boolean {
  return purposes.includes(EXTENDED_KEY_USAGE[purpose]) || purposes.includes(EXTENDED_KEY_USAGE.any);
}

function readPurposes({ extensions }: Certificate, what: string): readonly string[] | undefined {
  const extension = extensions.get(EXTENSION_OID.extendedKeyUsage);
  if (extension === undefined) return undefined;
  return childrenOf(parseDer(extension.value, what), DER_TAG.sequence, what).map((node) =>
    readOid(node, what),
  );
}

function readKeyUsage({ extensions }: Certificate, what: string): (bit: number) => boolean {
  const extension = extensions.get(EXTENSION_OID.keyUsage);
  if (extension === undefined) return () => false;
  const { tag, content } = parseDer(extension.value, what);
  const bits = tag === DER_TAG.bitString ? content.subarray(1) : new Uint8Array();
  return (bit) => ((bits[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0;
}

function isAuthority({ extensions }: Certificate, what: string): boolean {
  const extension = extensions.get(EXTENSION_OID.basicConstraints);
  if (extension === undefined) return false;
  const [flag] = childrenOf(parseDer(extension.value, what), DER_TAG.sequence, what);
  return flag?.tag === DER_TAG.boolean && readBoolean(flag, what);
}

function untrusted(what: string, wanted: string, found: string): UntrustedError {
  return new UntrustedError('certificate-untrusted', `${what} does not fit its purpose`, {
    check: 'chain',
    wanted,
    found,
    why: 'a certificate that was issued for another purpose must not vouch for an artifact',
  });
}
