/** Trusted roots as JSON, every member writable, of the authorities of a local Sigstore. */
import type { CertificateAuthority } from './certificate-authority.ts';
import type { CtLog } from './ct-log.ts';
import { keyDetails, type KeyPair } from './keys.ts';

export const TRUSTED_ROOT_MEDIA_TYPE = 'application/vnd.dev.sigstore.trustedroot+json;version=0.1';

export interface TrustedRootJson {
  mediaType: string;
  tlogs: TransparencyLogJson[];
  certificateAuthorities: CertificateAuthorityJson[];
  ctlogs: TransparencyLogJson[];
  timestampAuthorities: CertificateAuthorityJson[];
}

export interface ValidityJson {
  start?: string;
  end?: string;
}

export interface TransparencyLogJson {
  baseUrl: string;
  hashAlgorithm: string;
  publicKey: { rawBytes: string; keyDetails: string; validFor?: ValidityJson };
  logId: { keyId: string };
  operator?: string;
}

export interface CertificateAuthorityJson {
  subject: { organization: string; commonName: string };
  uri: string;
  certChain: { certificates: { rawBytes: string }[] };
  validFor?: ValidityJson;
}

/** The start of every validity window, years before the default time of signing. */
const VALIDITY_START = '2021-10-07T13:56:59Z';

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

export interface TrustedLog {
  readonly baseUrl: string;
  readonly key: KeyPair;
  readonly logId: Uint8Array;
}

export function logJson(log: TrustedLog | CtLog): TransparencyLogJson {
  return {
    baseUrl: log.baseUrl,
    hashAlgorithm: 'SHA2_256',
    publicKey: {
      rawBytes: base64(log.key.spki),
      keyDetails: keyDetails(log.key.kind),
      validFor: { start: VALIDITY_START },
    },
    logId: { keyId: base64(log.logId) },
  };
}

export function authorityJson(
  authority: Pick<CertificateAuthority, 'uri' | 'organization' | 'chain'>,
  commonName: string,
): CertificateAuthorityJson {
  return {
    subject: { organization: authority.organization, commonName },
    uri: authority.uri,
    certChain: {
      certificates: authority.chain.map((certificate) => ({ rawBytes: base64(certificate) })),
    },
    validFor: { start: VALIDITY_START },
  };
}
