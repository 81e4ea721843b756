import type { TrustedRoot } from '@sigstore/protobuf-specs';

/** Where trust material came from, for results and messages. */
export type TrustSource =
  | { readonly kind: 'embedded'; readonly name: string }
  /** Fetched from a TUF repository, in this run or an earlier one. */
  | { readonly kind: 'tuf'; readonly url: string }
  | { readonly kind: 'file'; readonly path: string }
  /** Passed to the library as a value. */
  | { readonly kind: 'memory' };

/** The lists of a trusted root, by their names in its JSON. */
export type TrustedRootList = 'tlogs' | 'certificateAuthorities' | 'ctlogs' | 'timestampAuthorities';

/** A part of a trusted root that this program does not understand. It does not count. */
export interface IgnoredPart {
  /** The list that contains it; undefined for a top-level field. */
  readonly list: TrustedRootList | undefined;
  /** What it is and why it does not count, in one line that is safe to print. */
  readonly what: string;
}

/** The TUF root that a trusted root was verified with. */
export interface TufRootFacts {
  /** Of the repository, without secrets. */
  readonly url: string;
  readonly version: number;
  readonly expires: Date;
}

/** A trusted root, read strictly but not yet used to check evidence. */
export interface TrustMaterial {
  readonly root: TrustedRoot;
  readonly source: TrustSource;
  /** Of the JSON file, hex. */
  readonly sha256: string;
  /**
   * The date on which it was known to be current: it contains every authority that was trusted then. Undefined if
   * unknown, as for any file.
   */
  readonly currentAsOf: Date | undefined;
  /** The JSON itself. */
  readonly bytes: Uint8Array;
  /** The TUF root that it was verified with; absent for a file. */
  readonly tufRoot?: TufRootFacts;
  readonly ignored: readonly IgnoredPart[];
}
