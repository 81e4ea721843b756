import { RFC3161Timestamp } from '@sigstore/core';
import type { SignedEntity } from '@sigstore/verify';
import { equalBytes } from '../strict/bytes.ts';
import { decodeHex } from '../strict/hex.ts';
import type { HashAlgorithm } from '../strict/digest.ts';
import type { LogEntry } from '../evidence/evidence.ts';
import type { Proof, ProofEntry } from './proof.ts';
import { hashWith, possibleHashes, readPublicKey, type SignatureKey } from './public-key.ts';

type SignatureContent = SignedEntity['signature'];
type VerifierLogEntry = SignedEntity['tlogEntries'][number];
type VerifierTimestamp = SignedEntity['timestamps'][number];

const contents = new WeakMap<Proof, SignatureContent>();

/**
 * The signature in the form that sigstore-js's `Verifier` takes, over the digest or over the DSSE envelope. The three
 * comparisons are with the log entry. Made once for each proof, because the verifier runs twice.
 */
export function toSignatureContent(proof: Proof): SignatureContent {
  const content = contents.get(proof) ?? makeSignatureContent(proof);
  contents.set(proof, content);
  return content;
}

function makeSignatureContent(proof: Proof): SignatureContent {
  const { content } = proof.evidence;
  const signature = Buffer.from(content.signature);
  const compareSignature = (other: Buffer): boolean => equalBytes(other, signature);
  if (content.kind === 'message-signature') {
    const digest = decodeHex(proof.digest.hex) ?? new Uint8Array();
    const compareDigest = (other: Buffer): boolean => equalBytes(other, digest);
    return {
      signature,
      compareSignature,
      compareDigest,
      compareSignedDigest: compareDigest,
      verifySignature: byKey(proof, ({ needsMessage, verifyDigest, verifyMessage }) => {
        if (!needsMessage) return verifyDigest(proof.digest, signature);
        return proof.message !== undefined && verifyMessage(proof.message, proof.digest.algorithm, signature);
      }),
    };
  }
  const signed = preAuthEncoding(content.payloadType, content.payload);
  return {
    signature,
    compareSignature,
    compareDigest: (other) => equalBytes(other, hashWith('sha256', content.payload)),
    compareSignedDigest: (other) => {
      const algorithm = ALGORITHM_BY_LENGTH.get(other.length);
      return algorithm !== undefined && equalBytes(other, hashWith(algorithm, signed));
    },
    verifySignature: byKey(proof, (key) =>
      possibleHashes(key).some((algorithm) => key.verifyMessage(signed, algorithm, signature)),
    ),
  };
}

const ALGORITHM_BY_LENGTH: ReadonlyMap<number, HashAlgorithm> = new Map([
  [32, 'sha256'],
  [48, 'sha384'],
  [64, 'sha512'],
]);

/** DSSE's pre-authentication encoding: the bytes that an envelope's signature covers (DSSE protocol.md). */
function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = Buffer.from(payloadType);
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${type.length} `),
    type,
    Buffer.from(` ${payload.length} `),
    payload,
  ]);
}

/**
 * The verifier passes node:crypto keys. For the signer's key we use the one that is already parsed, which saves time.
 */
function byKey(
  { signer }: Proof,
  verify: (key: SignatureKey) => boolean,
): SignatureContent['verifySignature'] {
  return (object) => {
    const isSigner = signer.key.object.equals(object);
    return verify(
      isSigner ? signer.key : readPublicKey(object.export({ format: 'der', type: 'spki' }), 'the key'),
    );
  };
}

/**
 * A log entry in the form that sigstore-js takes. An inclusion proof without a checkpoint, as in v0.1 bundles, proves
 * nothing and would crash the verifier, so it is left out; the signed entry timestamp must then prove the entry.
 */
export function toVerifierEntry(entry: LogEntry): VerifierLogEntry {
  const proof = entry.inclusionProof;
  return {
    logIndex: String(entry.logIndex),
    logId: { keyId: Buffer.from(entry.logId) },
    kindVersion: { kind: entry.kind, version: entry.version },
    integratedTime: String(entry.integratedTime ?? 0n),
    inclusionPromise: entry.signedEntryTimestamp && {
      signedEntryTimestamp: Buffer.from(entry.signedEntryTimestamp),
    },
    inclusionProof:
      proof?.checkpoint === undefined
        ? undefined
        : {
            logIndex: String(proof.logIndex),
            treeSize: String(proof.treeSize),
            rootHash: Buffer.from(proof.rootHash),
            hashes: proof.hashes.map((hash) => Buffer.from(hash)),
            checkpoint: { envelope: proof.checkpoint },
          },
    canonicalizedBody: Buffer.from(entry.canonicalizedBody),
  };
}

/** Every source of time in the evidence: first signed entry timestamps, then RFC 3161 timestamps. */
export function toVerifierTimestamps(proof: Proof): VerifierTimestamp[] {
  const entries = proof.entries.filter(({ entry }: ProofEntry) => entry.signedEntryTimestamp !== undefined);
  return [
    ...entries.map(({ entry }): VerifierTimestamp => ({
      $case: 'transparency-log',
      tlogEntry: toVerifierEntry(entry),
    })),
    ...proof.timestamps.map(({ der }): VerifierTimestamp => ({
      $case: 'timestamp-authority',
      timestamp: RFC3161Timestamp.parse(Buffer.from(der)),
    })),
  ];
}
