/**
 * Sigstore bundles as JSON, every member writable, so that a test can take one apart:
 * `signed.bundle('0.3', (bundle) => { delete bundle.messageSignature; })`.
 */
import { at } from '../json.ts';
import type { RekorAnswerEntry } from './rekor-log.ts';

export type BundleVersion = '0.1' | '0.2' | '0.3';

/** Media types of the three versions; 0.3 also had the older form, which some clients write. */
export const BUNDLE_MEDIA_TYPES: Readonly<Record<BundleVersion, string>> = {
  '0.1': 'application/vnd.dev.sigstore.bundle+json;version=0.1',
  '0.2': 'application/vnd.dev.sigstore.bundle+json;version=0.2',
  '0.3': 'application/vnd.dev.sigstore.bundle.v0.3+json',
};

/** Bytes are base64, numbers of 64 bits are decimal strings, as protobuf's JSON has them. */
export interface BundleJson {
  mediaType: string;
  verificationMaterial: {
    certificate?: { rawBytes: string };
    x509CertificateChain?: { certificates: { rawBytes: string }[] };
    publicKey?: { hint: string };
    tlogEntries: TlogEntryJson[];
    timestampVerificationData?: { rfc3161Timestamps: { signedTimestamp: string }[] };
  };
  messageSignature?: {
    messageDigest?: { algorithm: string; digest: string };
    signature: string;
  };
  dsseEnvelope?: {
    payload: string;
    payloadType: string;
    signatures: { sig: string; keyid?: string }[];
  };
}

export interface TlogEntryJson {
  logIndex: string;
  logId: { keyId: string };
  kindVersion: { kind: string; version: string };
  integratedTime?: string;
  inclusionPromise?: { signedEntryTimestamp: string };
  inclusionProof?: InclusionProofJson;
  canonicalizedBody: string;
}

export interface InclusionProofJson {
  logIndex: string;
  rootHash: string;
  treeSize: string;
  hashes: string[];
  checkpoint?: { envelope: string };
}

const hexToBase64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');

/** A Rekor v1 answer as an entry of a bundle. */
export function bundleEntryOf(answer: RekorAnswerEntry): TlogEntryJson {
  const { inclusionProof, signedEntryTimestamp } = answer.verification;
  const body: unknown = JSON.parse(Buffer.from(answer.body, 'base64').toString('utf8'));
  return {
    logIndex: String(answer.logIndex),
    logId: { keyId: hexToBase64(answer.logID) },
    kindVersion: { kind: String(at(body, 'kind')), version: String(at(body, 'apiVersion')) },
    integratedTime: String(answer.integratedTime),
    inclusionPromise: { signedEntryTimestamp },
    inclusionProof: {
      logIndex: String(inclusionProof.logIndex),
      rootHash: hexToBase64(inclusionProof.rootHash),
      treeSize: String(inclusionProof.treeSize),
      hashes: inclusionProof.hashes.map(hexToBase64),
      checkpoint: { envelope: inclusionProof.checkpoint },
    },
    canonicalizedBody: answer.body,
  };
}
