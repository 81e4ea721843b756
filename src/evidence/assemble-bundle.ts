import { encodeBase64 } from '../encoding/base64.ts';
import { HASH_ALGORITHMS, type HashAlgorithm } from '../encoding/hash-algorithms.ts';
import type { DetachedMaterial } from './detached-material.ts';
import type { Digest } from './evidence.ts';
import type { RekorEntry, RekorInclusionProof } from './rekor-entry.ts';

const MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/**
 * Puts a detached pair and its log entry together as a Sigstore bundle v0.3, the form that is proved and kept. The
 * bundle is read back like any foreign one: what is proved is what a later, offline verification will see.
 *
 * @returns the bundle's JSON, UTF-8, with a newline at its end.
 */
export function assembleBundle(material: DetachedMaterial, digest: Digest, entry: RekorEntry): Uint8Array {
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
          ...(entry.signedEntryTimestamp === undefined
            ? {}
            : { inclusionPromise: { signedEntryTimestamp: encodeBase64(entry.signedEntryTimestamp) } }),
          ...(entry.inclusionProof === undefined
            ? {}
            : { inclusionProof: inclusionProofJson(entry.inclusionProof) }),
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
