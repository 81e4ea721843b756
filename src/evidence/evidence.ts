/**
 * Evidence: the verification material for one artifact, from any source. It is parsed and limited in size, but
 * nothing in it is verified yet; `proof/` does that.
 */
import type { Digest } from '../strict/digest.ts';

/** An inclusion proof (RFC 6962) with the checkpoint it leads to. */
export interface InclusionProof {
  /** Index of the leaf within its own tree. */
  readonly logIndex: bigint;
  readonly treeSize: bigint;
  readonly rootHash: Uint8Array;
  readonly hashes: readonly Uint8Array[];
  /** The signed note; absent in some v0.1 bundles. */
  readonly checkpoint: string | undefined;
}

export interface LogEntry {
  /** Index over all shards (Rekor v1) or within the tree (Rekor v2). */
  readonly logIndex: bigint;
  readonly logId: Uint8Array;
  readonly kind: string;
  readonly version: string;
  /** Seconds since the epoch; undefined for Rekor v2. */
  readonly integratedTime: bigint | undefined;
  /** Signed entry timestamp; undefined for Rekor v2. */
  readonly signedEntryTimestamp: Uint8Array | undefined;
  readonly inclusionProof: InclusionProof | undefined;
  readonly canonicalizedBody: Uint8Array;
}

export type SignedContent =
  | {
      readonly kind: 'message-signature';
      /** The digest that the bundle claims the signature is over; an optional label. */
      readonly digest: Digest | undefined;
      readonly signature: Uint8Array;
    }
  | {
      readonly kind: 'dsse';
      readonly payloadType: string;
      readonly payload: Uint8Array;
      readonly signature: Uint8Array;
    };

export type SigningKey =
  /** `chain` is what came with the leaf, leaf first. A v0.3 bundle has only the leaf. */
  | { readonly kind: 'certificate'; readonly leaf: Uint8Array; readonly chain: readonly Uint8Array[] }
  | { readonly kind: 'public-key'; readonly hint: string };

export type BundleVersion = '0.1' | '0.2' | '0.3';

/** The location of evidence that was given as a value. */
export const IN_MEMORY = 'memory';

export interface Evidence {
  readonly version: BundleVersion;
  readonly content: SignedContent;
  readonly key: SigningKey;
  readonly logEntries: readonly LogEntry[];
  /** DER of each RFC 3161 TimeStampResp. */
  readonly timestamps: readonly Uint8Array[];
}
