import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { unreadableFile } from '../files/unreadable-file.ts';
import { RequestError } from '../errors.ts';

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The files that name authorities besides Node's own. */
export interface CaFiles {
  /** The one that was asked for: it has to be usable. */
  readonly caFile: string | undefined;
  /** What SSL_CERT_FILE names. As in OpenSSL, one that cannot be used counts for nothing. */
  readonly systemFile: string | undefined;
}

/**
 * TLS that trusts the CAs in files in addition to Node's own list and NODE_EXTRA_CA_CERTS; Node drops both as soon
 * as it gets a list. Made once for all connections, because reading 150 certificates takes longer than connecting.
 *
 * A file is PEM with at least one certificate; other text in it is ignored, as in OpenSSL.
 *
 * @throws RequestError about `caFile`: `file-not-readable`, or `usage` if it has no certificate or a broken one.
 */
export async function trustCaFiles({ caFile, systemFile }: CaFiles): Promise<SecureContext | undefined> {
  const blocks = [
    ...(caFile === undefined ? [] : await certificatesIn(caFile)),
    ...(systemFile === undefined ? [] : ((await usableCertificatesIn(systemFile)) ?? [])),
  ];
  return blocks.length === 0
    ? undefined
    : createSecureContext({ ca: [...getCACertificates('default'), ...blocks] });
}

/** The certificates of a file that is used if it can be; undefined if it cannot. */
export async function usableCertificatesIn(path: string): Promise<readonly string[] | undefined> {
  try {
    return await certificatesIn(path);
  } catch (error) {
    if (error instanceof RequestError) return undefined;
    throw error;
  }
}

async function certificatesIn(path: string): Promise<readonly string[]> {
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
  return blocks;
}
