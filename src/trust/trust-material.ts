import type { TrustedRoot } from '@sigstore/protobuf-specs';

/** Where trust material came from, for results and messages. */
export type TrustSource =
  | { readonly kind: 'embedded'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
  /** Given to the library as a value. */
  | { readonly kind: 'memory' };

/** Its name for people: "public-good of 2026-10-07 (embedded)", a path. */
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

/** A part of a trusted root that this program does not know the meaning of. It does not count. */
export interface IgnoredPart {
  /** The list that it is in; undefined for a field above the lists. */
  readonly list: TrustedRootList | undefined;
  /** What it is and why it does not count, in one line that is safe to print. */
  readonly what: string;
}

/** A trusted root, read strictly, not yet held against any evidence. */
export interface TrustMaterial {
  readonly root: TrustedRoot;
  readonly source: TrustSource;
  /** Of the JSON as read, hex. */
  readonly sha256: string;
  /** From when the newest key or authority in it counts: it is about as old as that, or newer. Undefined: it has none. */
  readonly newestKeyFrom: Date | undefined;
  /**
   * The date as of which it is known to be current: every authority that was trusted then is in it. Undefined: nobody
   * knows, as for any file.
   */
  readonly currentAsOf: Date | undefined;
  readonly ignored: readonly IgnoredPart[];
}
