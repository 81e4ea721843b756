import { UntrustedError } from '../errors.ts';
import { type DerNode, parseDer, readOid } from '../strict/der.ts';

/** RFC 3279 sections 2.3.1 and 2.3.5, RFC 8410 section 3: the key types that we can verify. */
const KNOWN_KEYS: ReadonlySet<string> = new Set(['1.2.840.113549.1.1.1', '1.2.840.10045.2.1', '1.3.101.112']);

/**
 * Position of the SubjectPublicKeyInfo among the fields of a TBSCertificate with a version (RFC 5280 section 4.1).
 */
const PUBLIC_KEY_FIELD = 6;

/**
 * The type (OID) of a certificate's key if we cannot verify with it, such as a post-quantum key. Undefined for a
 * known type, and for anything that is not a certificate, which the proof refuses.
 */
export function unknownKeyType(certificate: Uint8Array): string | undefined {
  const what = 'a certificate of the trusted root';
  try {
    const path = [0, PUBLIC_KEY_FIELD, 0, 0];
    const node = path.reduce<DerNode | undefined>(
      (parent, index) => parent?.children[index],
      parseDer(certificate, what),
    );
    const oid = readOid(node, what);
    return KNOWN_KEYS.has(oid) ? undefined : oid;
  } catch (error) {
    if (error instanceof UntrustedError) return undefined;
    throw error;
  }
}
