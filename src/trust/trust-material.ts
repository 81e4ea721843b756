import type { TrustedRoot } from '@sigstore/protobuf-specs';

/** Where trust material came from, for results and messages. */
export type TrustSource =
  | { readonly kind: 'embedded'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
  /** Passed to the library as a value. */
  | { readonly kind: 'memory' };

/** Its name, for messages: "public-good of 2026-10-07 (embedded)", a path. */
export function trustSourceName(source: TrustSource): string {
  switch (source.kind) {
    case 'embedded':
      return `${source.name} (embedded)`;
    case 'file':
      return source.path;
    case 'memory':
      return 'the given one';
  }
}

/** The lists of a trusted root, by their names in its JSON. */
export type TrustedRootList = 'tlogs' | 'certificateAuthorities' | 'ctlogs' | 'timestampAuthorities';

/** A part of a trusted root that this program does not understand. It does not count. */
export interface IgnoredPart {
  /** The list that contains it; undefined for a top-level field. */
  readonly list: TrustedRootList | undefined;
  /** What it is and why it does not count, in one line that is safe to print. */
  readonly what: string;
}

/** A trusted root, read strictly but not yet used to check evidence. */
export interface TrustMaterial {
  readonly root: TrustedRoot;
  readonly source: TrustSource;
  /** Of the JSON file, hex. */
  readonly sha256: string;
  /**
   * When the newest key or authority in it became valid. The root is about as old as that, or newer. Undefined if it
   * has none.
   */
  readonly newestKeyFrom: Date | undefined;
  /**
   * The date on which it was known to be current: it contains every authority that was trusted then. Undefined if
   * unknown, as for any file.
   */
  readonly currentAsOf: Date | undefined;
  readonly ignored: readonly IgnoredPart[];
}
