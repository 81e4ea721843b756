import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { RequestError } from '../errors.ts';

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * TLS that trusts the CAs of a file beside Node's own list, with NODE_EXTRA_CA_CERTS, which Node leaves out as soon as
 * a list is given. Made once for all connections: reading 150 certificates for each would take longer than connecting.
 *
 * @param path a PEM file with one certificate or more; text around them is ignored, as OpenSSL does.
 * @throws RequestError `file-not-readable`, or `usage` where it holds no certificate or a broken one.
 */
export async function trustCaFile(path: string): Promise<SecureContext> {
  let text: string;
  try {
    text = await readFile(path, 'latin1');
  } catch (cause) {
    throw new RequestError('file-not-readable', `the CA file ${path} cannot be read`, {
      found: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
  const blocks = text.match(BLOCK) ?? [];
  if (blocks.length === 0) {
    throw new RequestError('usage', `the CA file ${path} holds no certificate`, {
      expected: 'PEM: -----BEGIN CERTIFICATE----- ...',
    });
  }
  for (const [index, block] of blocks.entries()) {
    try {
      void new X509Certificate(block);
    } catch (cause) {
      throw new RequestError('usage', `certificate ${index + 1} in the CA file ${path} is broken`, { cause });
    }
  }
  return createSecureContext({ ca: [...getCACertificates('default'), ...blocks] });
}
