import type { Client } from '../client.ts';
import type { TrustRequest } from '../plan/request.ts';
import type { TrustedRootReport } from '../result.ts';
import { assertClockNotBehindRoot } from '../trust/clock.ts';
import type { TrustMaterial } from '../trust/trust-material.ts';

/**
 * Loads the trusted root of a run, and tells which one it is and what of it does not count.
 *
 * @throws RequestError `file-not-readable`; UntrustedError `trusted-root-invalid`; UnavailableError
 *   `trust-root-unavailable`, or `clock-wrong` where this machine's clock is behind the embedded root.
 */
export async function openTrust(
  { trustedRootFile, trustedRoot }: TrustRequest,
  { clock, report }: Client,
): Promise<TrustMaterial> {
  const { loadTrustMaterial } = await import('../trust/load-trust-material.ts');
  const trust = await loadTrustMaterial(trustedRoot ?? trustedRootFile, clock.now());
  report({ kind: 'trusted-root', trustedRoot: describeTrust(trust) });
  return trust;
}

/** Gives the trusted root of a run, which is read when it is first asked for, and once. */
export type TrustSupply = () => Promise<TrustMaterial>;

/**
 * The trusted root for a run that asks servers anyway. A file that the user names is read at once, so that nothing is
 * fetched where it cannot be used. The embedded one waits until a proof needs it: reading it takes longer than making a
 * request.
 *
 * @throws as {@link openTrust}; of the embedded root at once only where the clock is wrong.
 */
export async function supplyTrust(request: TrustRequest, client: Client): Promise<TrustSupply> {
  let opened: Promise<TrustMaterial> | undefined;
  const supply: TrustSupply = () => (opened ??= openTrust(request, client));
  if (request.trustedRootFile === undefined && request.trustedRoot === undefined)
    assertClockNotBehindRoot(client.clock.now());
  else await supply();
  return supply;
}

export function describeTrust(trust: TrustMaterial): TrustedRootReport {
  const { source, sha256, currentAsOf, newestKeyFrom, ignored } = trust;
  return {
    ...source,
    sha256,
    ...(currentAsOf === undefined ? {} : { currentAsOf: currentAsOf.toISOString().slice(0, 10) }),
    ...(newestKeyFrom === undefined ? {} : { newestKeyFrom: newestKeyFrom.toISOString() }),
    ...(ignored.length === 0 ? {} : { ignored: ignored.map(({ what }) => what) }),
  };
}
