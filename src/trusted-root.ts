import type { Client } from './client.ts';
import { InstallError } from './errors.ts';
import { openTrust } from './flow/open-trust.ts';
import { RefreshedTrust } from './flow/refreshed-trust.ts';
import { describeTrust } from './flow/run-trust.ts';
import type { TrustRequest } from './plan/request.ts';
import type { TrustedRootReport } from './result.ts';
import { assertClockNotBehindRoot } from './trust/clock.ts';
import { type Change, differenceOf } from './trust/difference.ts';
import { type KeyWindow, keyWindows } from './trust/key-windows.ts';
import type { TrustMaterial } from './trust/trust-material.ts';

/** Which trusted root is meant, and what ends the wait for it. */
export interface TrustedRootRequest extends TrustRequest {
  readonly signal?: AbortSignal;
}

/** A trusted root, and who counts by it. */
export interface TrustedRootView {
  readonly trustedRoot: TrustedRootReport;
  /** The TUF repository that it is from, and until when its root counts, ISO 8601. Absent for a file. */
  readonly repository?: { readonly url: string; readonly rootExpires: string };
  readonly keys: readonly KeyWindow[];
}

/** Shows the trusted root that a run would use, without a request. */
export async function showTrustedRoot(request: TrustedRootRequest, client: Client): Promise<TrustedRootView> {
  const trust = await openTrust(request, client, request.signal);
  return viewOf(await trust.current());
}

/** What an update came to. */
export interface TrustedRootUpdate extends TrustedRootView {
  /** The trusted root that was in hand before; absent if there was none. */
  readonly before?: TrustedRootReport;
  /** What became of each authority and log. Empty if they are the same. */
  readonly changes: readonly Change[];
}

/**
 * Renews the trusted root by TUF, however new the one in hand is, and keeps it for later runs.
 *
 * @throws the errors of a refresh; InstallError `place-failed` if it cannot be kept.
 */
export async function updateTrustedRoot(
  request: TrustedRootRequest,
  client: Client,
): Promise<TrustedRootUpdate> {
  const trust = await open(request, client);
  const before = await trust.inHand();
  const { after, isKept } = await trust.renew();
  if (!isKept) throw notKept();
  const changes = before === undefined ? [] : differenceOf(before.root, after.root);
  return {
    ...viewOf(after),
    ...(before === undefined ? {} : { before: describeTrust(before) }),
    changes,
  };
}

/**
 * The newest trusted root as a file, for a machine without a network. It is renewed if that is due; if that fails, a note
 * says so, and it is the newest in hand.
 *
 * @param path where to write it; without one, it is only returned.
 * @throws InstallError if the file cannot be written, and then nothing is.
 */
export async function exportTrustedRoot(
  request: TrustedRootRequest,
  path: string | undefined,
  client: Client,
): Promise<TrustedRootView & { readonly bytes: Uint8Array }> {
  const trust = await open(request, client);
  await trust.renewIfDue();
  const newest = await trust.current();
  await trust.finish();
  if (path !== undefined) {
    const { placeAll } = await import('./disk/place.ts');
    const sideFiles = [{ destination: path, bytes: newest.bytes }];
    await placeAll([], { sideFiles, installed: [], signal: request.signal });
  }
  return { ...viewOf(newest), bytes: newest.bytes };
}

async function open(request: TrustedRootRequest, client: Client): Promise<RefreshedTrust> {
  const embeddedAsOf = assertClockNotBehindRoot(client.clock.now());
  return RefreshedTrust.open(request, client, embeddedAsOf, request.signal);
}

function viewOf(trust: TrustMaterial): TrustedRootView {
  const { tufRoot } = trust;
  const repository = tufRoot && { url: tufRoot.url, rootExpires: tufRoot.expires.toISOString() };
  return {
    trustedRoot: describeTrust(trust),
    ...(repository === undefined ? {} : { repository }),
    keys: keyWindows(trust),
  };
}

function notKept(): InstallError {
  return new InstallError('place-failed', 'the trusted root was verified, and could not be kept', {
    wanted: 'a data directory that this user can write to',
    why: 'a later run would not find it',
    next: 'name another directory with --data-dir',
  });
}
