/**
 * Gets the newest trusted root of a Sigstore from its TUF repository, or from what an earlier run kept of it. Both are
 * verified from a TUF root that the program itself carries or that the user names.
 */
import { K8sVerifyError, UnavailableError, UntrustedError } from '../errors.ts';
import { MAX_AHEAD_OF_SERVER_MS } from '../limits.ts';
import { excerpt } from '../text/excerpt.ts';
import { shownUrl } from '../text/shown-url.ts';
import { ExpiredMetadataError } from 'tuf-js/dist/error.js';
import { decodeKeptRoot, type KeptRoot } from './kept-root.ts';
import { isoSeconds } from './root-age.ts';
import type { TrustMaterial } from './trust-material.ts';
import { TufFetch, type TufServer } from './tuf-fetch.ts';
import {
  MissingMetadata,
  refreshMetadata,
  type TufVersions,
  type VerifiedMetadata,
  verifyKept,
} from './tuf-metadata.ts';
import { keptTarget, newestTarget } from './tuf-target.ts';

/** A trusted root that a TUF repository signs for. */
export interface TufTrustedRoot {
  readonly trust: TrustMaterial;
  readonly metadata: VerifiedMetadata;
  /** To be kept for later runs. */
  readonly kept: KeptRoot;
  /** Newer forms of the trusted root that this program cannot read, with the reason. */
  readonly unread: readonly string[];
}

export interface RefreshRequest {
  readonly server: TufServer;
  /** The TUF root to begin with. */
  readonly anchor: Uint8Array;
  /** What an earlier run kept of the same repository. */
  readonly kept?: KeptRoot | undefined;
  /** What is known to have been published; nothing older is taken. */
  readonly published?: TufVersions | undefined;
  /** Trusted roots in hand; the one that is still the newest is not fetched. */
  readonly known: readonly Uint8Array[];
  readonly now: Date;
}

/**
 * Asks the TUF repository for its newest trusted root.
 *
 * @throws the errors of the client; UnavailableError `trust-root-unavailable` if the repository lacks a file, and
 *   `clock-wrong` if it looks expired to a clock that is far from the server's; UntrustedError `trusted-root-invalid` if
 *   what it has is not signed as it must be, has expired or is older than what was seen.
 */
export async function refreshTrustedRoot(request: RefreshRequest): Promise<TufTrustedRoot> {
  const { server, anchor, kept, published, now } = request;
  const url = shownUrl(server.url);
  const fetch = new TufFetch(server);
  try {
    const file = (name: string, maxBytes: number): Promise<Uint8Array | undefined> =>
      fetch.file(name, maxBytes);
    const metadata = await refreshMetadata({ anchor, kept: kept?.files, published, now }, file);
    const known = kept === undefined ? request.known : [kept.target.bytes, ...request.known];
    const { name, bytes, trust, unread } = await newestTarget(metadata, known, fetch, { url, asOf: now });
    const next = { checkedAt: now, files: metadata.files, target: { name, bytes } };
    return { trust, metadata, kept: next, unread };
  } catch (error) {
    throw explain(error, url, now, fetch.serverTime);
  }
}

/**
 * Verifies what an earlier run kept, without a request. Its date is the time of the last check. Anyone who can write to
 * the file can choose that time, but not after the kept timestamp expires, and not after `now`.
 *
 * @throws UntrustedError or an error of tuf-js if anything does not verify.
 */
export function openKeptRoot(kept: KeptRoot, anchor: Uint8Array, url: string, now: Date): TufTrustedRoot {
  const asOf = kept.checkedAt < now ? kept.checkedAt : now;
  const metadata = verifyKept(anchor, kept.files, asOf);
  const trust = keptTarget(metadata, kept.target, { url: shownUrl(url), asOf });
  return { trust, metadata, kept, unread: [] };
}

/** Verifies one entry of what is kept of a repository; why it does not count, in words, if it does not. */
export function readKeptRoot(
  bytes: Uint8Array,
  anchor: Uint8Array,
  url: string,
  now: Date,
): TufTrustedRoot | string {
  try {
    return openKeptRoot(decodeKeptRoot(bytes), anchor, url, now);
  } catch (error) {
    return reasonOf(error);
  }
}

function explain(error: unknown, url: string, now: Date, serverTime: Date | undefined): K8sVerifyError {
  if (error instanceof MissingMetadata) return incomplete(url, error);
  if (error instanceof ExpiredMetadataError && isAhead(now, serverTime)) {
    return wrongClock(url, now, serverTime, error);
  }
  const isOfItself = error instanceof K8sVerifyError && error.code !== 'material-oversized';
  if (isOfItself && error.code !== 'trusted-root-invalid') return error;
  return new UntrustedError('trusted-root-invalid', `the trusted root from ${url} is refused`, {
    wanted: 'metadata and a trusted root that the TUF root signs for, unexpired and whole',
    found: reasonOf(error),
    from: url,
    why: 'every check rests on the trusted root, so it must come from those who may publish it',
    next: 'try again later; if that stays so, tell the operators of the repository',
    cause: error,
  });
}

function incomplete(url: string, error: MissingMetadata): UnavailableError {
  return new UnavailableError('trust-root-unavailable', `${url} is not a complete TUF repository`, {
    wanted: excerpt(error.file, 200),
    found: 'HTTP 404 or 403',
    from: url,
    next: 'check the URL of the repository, and whether a proxy on the way refuses the request',
    cause: error,
  });
}

/** Only a clock that is ahead makes valid metadata look expired. */
function isAhead(now: Date, serverTime: Date | undefined): serverTime is Date {
  return serverTime !== undefined && now.getTime() - serverTime.getTime() > MAX_AHEAD_OF_SERVER_MS;
}

function wrongClock(url: string, now: Date, serverTime: Date, cause: Error): UnavailableError {
  return new UnavailableError('clock-wrong', `this machine's clock is wrong: it is ahead of that of ${url}`, {
    wanted: `a clock near ${isoSeconds(serverTime)}, the time of that server`,
    found: isoSeconds(now),
    why: `by this clock the trusted root there has expired (${cause.message})`,
    next: "set this machine's clock, and try again",
    cause,
  });
}

/** The repository's own words are quoted. */
function reasonOf(error: unknown): string {
  if (error instanceof K8sVerifyError) {
    return error.found === undefined ? error.message : `${error.message}: ${error.found}`;
  }
  return error instanceof Error ? excerpt(error.message, 200) : excerpt(String(error), 200);
}
