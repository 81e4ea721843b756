import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { unreadableFile } from '../files/unreadable-file.ts';
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
    throw unreadableFile(`the CA file ${path}`, cause, {
      wanted: 'certificates of authorities in PEM',
      next: 'check the name after --ca-file',
    });
  }
  const blocks = text.match(BLOCK) ?? [];
  if (blocks.length === 0) {
    throw new RequestError('usage', `the CA file ${path} holds no certificate`, {
      wanted: 'PEM: -----BEGIN CERTIFICATE----- ...',
      next: 'name the file with the certificate of the authority that signs for the proxy or the mirror',
    });
  }
  for (const [index, block] of blocks.entries()) {
    try {
      void new X509Certificate(block);
    } catch (cause) {
      throw new RequestError('usage', `certificate ${index + 1} in the CA file ${path} is broken`, {
        next: 'get that certificate again, or take it out of the file',
        cause,
      });
    }
  }
  return createSecureContext({ ca: [...getCACertificates('default'), ...blocks] });
}
