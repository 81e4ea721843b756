import { X509Certificate } from '@sigstore/core';
import type { Certificate } from './certificate.ts';

/**
 * Position of the SubjectPublicKeyInfo among the fields of a TBSCertificate with a version (RFC 5280 section 4.1).
 */
const PUBLIC_KEY_FIELD = 6;

/**
 * A certificate in the form that sigstore-js takes. Its verifier re-encodes certificates to compare and check them,
 * dozens of times for one chain. We give it the original bytes instead, which are also what the issuer signed.
 */
export function toVerifierCertificate(certificate: Certificate): X509Certificate {
  const known = made.get(certificate) ?? make(certificate);
  made.set(certificate, known);
  return known;
}

/** One object for each certificate, so that what {@link rememberIssuers} remembers serves every question about it. */
const made = new WeakMap<Certificate, X509Certificate>();

function make({ der, tbs, publicKey }: Certificate): X509Certificate {
  const certificate = X509Certificate.parse(Buffer.from(der));
  keepEncoding(certificate.root, der);
  keepEncoding(certificate.tbsCertificate, tbs);
  keepEncoding(certificate.tbsCertificate.subs[PUBLIC_KEY_FIELD], publicKey);
  rememberIssuers(certificate);
  return certificate;
}

/**
 * sigstore-js verifies the whole chain again for every time of signing in every proof, and ECDSA over P-384 takes a
 * millisecond. Which certificate in a trusted root signed which never changes, so a yes is remembered for these very
 * objects. Everything else, such as the validity at a time, is checked each time.
 */
function rememberIssuers(certificate: X509Certificate): void {
  const issuers = new WeakSet<X509Certificate>();
  certificate.verify = (issuer = certificate) => {
    if (issuers.has(issuer)) return true;
    const signed = X509Certificate.prototype.verify.call(certificate, issuer);
    if (signed) issuers.add(issuer);
    return signed;
  };
}

function keepEncoding(node: X509Certificate['root'] | undefined, der: Uint8Array): void {
  if (node === undefined) return;
  const encoded = Buffer.from(der);
  node.toDER = () => encoded;
}
