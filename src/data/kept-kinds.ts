import {
  MAX_ARTIFACT_BYTES,
  MAX_BUNDLE_BYTES,
  MAX_KEPT_BUNDLES_BYTES,
  MAX_KEPT_CHECKPOINTS,
  MAX_KEPT_ENTRIES,
  MAX_KEPT_MANIFESTS_BYTES,
  MAX_KEPT_NAME_BYTES,
  MAX_KEPT_NAMES,
  MAX_KEPT_TRUST_BYTES,
  MAX_KEPT_TRUST_STATES,
  MAX_CHECKPOINT_BYTES,
} from '../limits.ts';

/** The limits of one kind of kept thing. The oldest entries go first. */
export interface KeptLimits {
  /** Of one entry. A larger one is neither written nor read. */
  readonly maxBytes: number;
  readonly maxEntries: number;
  /** Of all entries together; undefined if the other two limits bound it well enough. */
  readonly maxTotalBytes?: number;
  /** For messages: "the evidence". */
  readonly words: string;
}

/**
 * What is kept: bundles by the digest of their artifact; release manifests by their release; names and their
 * digests; verified states of trusted roots; the newest checkpoint of each log.
 */
export type KeptKind = 'evidence' | 'manifests' | 'names' | 'trust' | 'checkpoints';

export const KEPT_KINDS: Readonly<Record<KeptKind, KeptLimits>> = {
  evidence: {
    maxBytes: MAX_BUNDLE_BYTES,
    maxEntries: MAX_KEPT_ENTRIES,
    maxTotalBytes: MAX_KEPT_BUNDLES_BYTES,
    words: 'evidence',
  },
  manifests: {
    maxBytes: MAX_ARTIFACT_BYTES['spdx-document'],
    maxEntries: MAX_KEPT_ENTRIES,
    maxTotalBytes: MAX_KEPT_MANIFESTS_BYTES,
    words: 'the release manifest',
  },
  names: { maxBytes: MAX_KEPT_NAME_BYTES, maxEntries: MAX_KEPT_NAMES, words: 'the name' },
  trust: { maxBytes: MAX_KEPT_TRUST_BYTES, maxEntries: MAX_KEPT_TRUST_STATES, words: 'the trusted root' },
  checkpoints: {
    maxBytes: MAX_CHECKPOINT_BYTES,
    maxEntries: MAX_KEPT_CHECKPOINTS,
    words: "the log's checkpoint",
  },
};
