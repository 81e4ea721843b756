import type { TrustedRoot } from '@sigstore/protobuf-specs';

/** Where trust material came from, for results and messages. */
export type TrustSource =
  | { readonly kind: 'embedded'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string };

/** A trusted root, read strictly, not yet held against any evidence. */
export interface TrustMaterial {
  readonly root: TrustedRoot;
  readonly source: TrustSource;
  /** Of the JSON as read, hex. */
  readonly sha256: string;
  /** From when the newest key or authority in it counts: it is about as old as that, or newer. Undefined: it has none. */
  readonly newestKeyFrom: Date | undefined;
}
