import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { unreadableFile } from '../files/unreadable-file.ts';
import { RequestError } from '../errors.ts';

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * TLS that trusts the CAs in a file in addition to Node's own list and NODE_EXTRA_CA_CERTS; Node drops both as soon
 * as it gets a list. Made once for all connections, because reading 150 certificates takes longer than connecting.
 *
 * @param path a PEM file with at least one certificate; other text in it is ignored, as in OpenSSL.
 * @throws RequestError `file-not-readable`, or `usage` if it has no certificate or a broken one.
 */
export async function trustCaFile(path: string): Promise<SecureContext> {
  let text: string;
  try {
    text = await readFile(path, 'latin1');
  } catch (cause) {
    throw unreadableFile(`the CA file ${path}`, cause, {
      wanted: 'CA certificates in PEM',
      next: 'check the file name after --ca-file',
    });
  }
  const blocks = text.match(BLOCK) ?? [];
  if (blocks.length === 0) {
    throw new RequestError('usage', `the CA file ${path} contains no certificate`, {
      wanted: 'PEM: -----BEGIN CERTIFICATE----- ...',
      next: 'name the file with the certificate of the authority that signs for the proxy or the mirror',
    });
  }
  for (const [index, block] of blocks.entries()) {
    try {
      void new X509Certificate(block);
    } catch (cause) {
      throw new RequestError('usage', `certificate ${index + 1} in the CA file ${path} is broken`, {
        next: 'replace that certificate, or remove it from the file',
        cause,
      });
    }
  }
  return createSecureContext({ ca: [...getCACertificates('default'), ...blocks] });
}
