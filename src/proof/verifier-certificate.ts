import { X509Certificate } from '@sigstore/core';

/**
 * A certificate as sigstore-js takes it. Its verifier compares and checks certificates by encoding them anew, dozens of
 * times for one chain; the encodings are kept, since nothing changes a certificate once it is read.
 */
export function toVerifierCertificate(der: Uint8Array): X509Certificate {
  const certificate = X509Certificate.parse(Buffer.from(der));
  for (const node of [certificate.root, ...certificate.root.subs]) keepEncoding(node);
  return certificate;
}

function keepEncoding(node: X509Certificate['root']): void {
  const encode = node.toDER.bind(node);
  let encoded: Buffer | undefined;
  node.toDER = () => (encoded ??= encode());
}
