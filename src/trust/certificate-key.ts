import { UntrustedError } from '../errors.ts';
import { type DerNode, parseDer, readOid } from '../strict/der.ts';

/** RFC 3279 sections 2.3.1 and 2.3.5, RFC 8410 section 3: the keys whose signatures can be verified here. */
const KNOWN_KEYS: ReadonlySet<string> = new Set(['1.2.840.113549.1.1.1', '1.2.840.10045.2.1', '1.3.101.112']);

/** Of the SubjectPublicKeyInfo among the fields of a TBSCertificate that has its version (RFC 5280 section 4.1). */
const PUBLIC_KEY_FIELD = 6;

/**
 * The type (OID) of a certificate's key where nothing here can verify with it, as with the keys that come after elliptic
 * curves. Undefined for a known one, and for what is no certificate: the proof refuses that.
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
