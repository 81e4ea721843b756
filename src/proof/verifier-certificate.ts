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
  rememberIssuers(certificate);
  return certificate;
}

/**
 * sigstore-js verifies the whole chain anew for every time of signing of every proof, and ECDSA over P-384 takes a
 * millisecond. Which certificate of the same trusted root signed which never changes, so a yes is remembered, for these
 * very objects. Whether they are valid at a time, and everything else, is asked each time.
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
