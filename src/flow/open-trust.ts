import type { Client } from '../client.ts';
import type { TrustRequest } from '../plan/request.ts';
import type { TrustedRootReport } from '../result.ts';
import { loadTrustMaterial } from '../trust/load-trust-material.ts';
import type { TrustMaterial } from '../trust/trust-material.ts';

/**
 * Loads the trusted root of a run, and tells which one it is and what of it does not count.
 *
 * @throws RequestError `file-not-readable`; UntrustedError `trusted-root-invalid`; UnavailableError
 *   `trust-root-unavailable`, or `clock-wrong` where this machine's clock is behind the embedded root.
 */
export async function openTrust(
  { trustedRootFile }: TrustRequest,
  { clock, report }: Client,
): Promise<TrustMaterial> {
  const trust = await loadTrustMaterial(trustedRootFile, clock.now());
  report({ kind: 'trusted-root', trustedRoot: describeTrust(trust) });
  return trust;
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
