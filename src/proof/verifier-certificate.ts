import { X509Certificate } from '@sigstore/core';
import type { Certificate } from './certificate.ts';

/** Of the SubjectPublicKeyInfo among the fields of a TBSCertificate that has its version (RFC 5280 section 4.1). */
const PUBLIC_KEY_FIELD = 6;

/**
 * A certificate as sigstore-js takes it. Its verifier compares and checks certificates by encoding them anew, dozens of
 * times for one chain; it gets the bytes as they came instead, which are what the signature is over.
 */
export function toVerifierCertificate({ der, tbs, publicKey }: Certificate): X509Certificate {
  const certificate = X509Certificate.parse(Buffer.from(der));
  keepEncoding(certificate.root, der);
  keepEncoding(certificate.tbsCertificate, tbs);
  keepEncoding(certificate.tbsCertificate.subs[PUBLIC_KEY_FIELD], publicKey);
  return certificate;
}

function keepEncoding(node: X509Certificate['root'] | undefined, der: Uint8Array): void {
  if (node === undefined) return;
  const encoded = Buffer.from(der);
  node.toDER = () => encoded;
}
