import { orderOf, type States } from '../data/newest-kept.ts';
import { keptRootKey } from '../trust/kept-root.ts';
import type { TufTrustedRoot } from '../trust/refresh-root.ts';
import type { VerifiedMetadata } from '../trust/tuf-metadata.ts';

/** A TUF repository, and the TUF root that everything of it is verified from. */
export interface KeptRepository {
  readonly url: string;
  readonly anchor: Uint8Array;
}

/**
 * What is kept of a TUF repository, verified again as it is read. A newer root or timestamp is a newer state; when the
 * repository was asked decides only between equal ones, since that may be by a wrong clock.
 */
export function keptTrust(
  { url, anchor }: KeptRepository,
  now: Date,
  tell: (text: string) => void,
): States<TufTrustedRoot> {
  return {
    kind: 'trust',
    key: keptRootKey(anchor, url),
    open: async ({ bytes }) => {
      const { readKeptRoot } = await import('../trust/refresh-root.ts');
      const root = readKeptRoot(bytes, anchor, url, now);
      return typeof root === 'string' ? root : { order: trustOrder(root.metadata), value: root };
    },
    isLater: (one, other) => one.kept.checkedAt > other.kept.checkedAt,
    refuse: (path, why) => tell(`the trusted root kept in ${path} does not count: ${why}`),
  };
}

export function trustOrder({
  rootVersion,
  versions,
}: Pick<VerifiedMetadata, 'rootVersion' | 'versions'>): string {
  return orderOf(rootVersion, versions.timestamp);
}
