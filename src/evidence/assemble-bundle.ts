import { encodeBase64 } from '../strict/base64.ts';
import { type Digest, HASH_ALGORITHMS, type HashAlgorithm } from '../strict/digest.ts';
import { type CheckName, UnavailableError } from '../errors.ts';
import type { DetachedMaterial } from './detached-material.ts';
import type { RekorEntry, RekorInclusionProof } from './rekor-entry.ts';

const MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/**
 * Combines a detached pair and its log entry into a Sigstore bundle v0.3, the form that is proved and kept. The
 * bundle is read back like any other, so that we prove what a later, offline verification will see.
 *
 * @returns the bundle's JSON, UTF-8, with a newline at its end.
 * @throws UnavailableError `response-invalid` if the log's answer lacks a part that Rekor gives with every entry.
 */
export function assembleBundle(material: DetachedMaterial, digest: Digest, entry: RekorEntry): Uint8Array {
  const { signedEntryTimestamp, inclusionProof } = entry;
  if (signedEntryTimestamp === undefined) throw incomplete('set', 'signed entry timestamp');
  if (inclusionProof === undefined) throw incomplete('inclusionProof', 'inclusion proof');
  const bundle = {
    mediaType: MEDIA_TYPE,
    verificationMaterial: {
      certificate: { rawBytes: encodeBase64(material.certificate) },
      tlogEntries: [
        {
          logIndex: String(entry.logIndex),
          logId: { keyId: encodeBase64(entry.logId) },
          kindVersion: { kind: 'hashedrekord', version: '0.0.1' },
          integratedTime: String(entry.integratedTime),
          inclusionPromise: { signedEntryTimestamp: encodeBase64(signedEntryTimestamp) },
          inclusionProof: inclusionProofJson(inclusionProof),
          canonicalizedBody: encodeBase64(entry.body),
        },
      ],
    },
    messageSignature: {
      messageDigest: {
        algorithm: nameOf(digest.algorithm),
        digest: encodeBase64(Buffer.from(digest.hex, 'hex')),
      },
      signature: encodeBase64(material.signature),
    },
  };
  return Buffer.from(`${JSON.stringify(bundle, null, 1)}\n`, 'utf8');
}

function incomplete(check: CheckName, part: string): UnavailableError {
  return new UnavailableError('response-invalid', `the log's answer lacks the ${part} of the entry`, {
    check,
    wanted: `a log entry with its ${part}, as Rekor sends it`,
    found: 'an entry without it',
    why: 'without it we cannot check that the entry is in the log, so nothing is proved either way',
    next: 'try again; a proxy may have changed the answer: check --rekor-url and any proxy on the way',
  });
}

function inclusionProofJson(proof: RekorInclusionProof): unknown {
  return {
    logIndex: String(proof.logIndex),
    rootHash: encodeBase64(proof.rootHash),
    treeSize: String(proof.treeSize),
    hashes: proof.hashes.map((hash) => encodeBase64(hash)),
    checkpoint: { envelope: proof.checkpoint },
  };
}

function nameOf(wanted: HashAlgorithm): string | undefined {
  return [...HASH_ALGORITHMS].find(([, algorithm]) => algorithm === wanted)?.[0];
}
