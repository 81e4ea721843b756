import type { Client } from '../client.ts';
import { UnavailableError } from '../errors.ts';
import type { NetworkRequest, TrustRequest } from '../plan/request.ts';
import { assertClockNotBehindRoot } from '../trust/clock.ts';
import { factsOf, rootWords } from '../trust/root-age.ts';
import type { TrustMaterial } from '../trust/trust-material.ts';
import { RefreshedTrust } from './refreshed-trust.ts';
import { rootInMirror } from './root-in-mirror.ts';
import { describeTrust, type RunTrust } from './run-trust.ts';

/**
 * Opens the trusted root of a run. A file that the user names is read at once, so that nothing is fetched if it cannot be
 * used. Anything else is read when it is first asked for: that takes longer than making a request.
 *
 * @param asked with its sources, so that a trusted root which comes with the files is noted.
 * @throws RequestError `file-not-readable`; UntrustedError `trusted-root-invalid`; UnavailableError `clock-wrong` if this
 *   machine's clock is behind the embedded root, `trust-root-unavailable`, or `trusted-root-old` for a file together with
 *   a demand for a fresh one.
 */
export async function openTrust(
  asked: TrustRequest & Pick<NetworkRequest, 'sources'>,
  client: Client,
  signal: AbortSignal | undefined,
): Promise<RunTrust> {
  const now = client.clock.now();
  const request = await withPolicysAge(asked);
  const given = request.trustedRoot ?? request.trustedRootFile;
  if (given === undefined) return RefreshedTrust.open(request, client, assertClockNotBehindRoot(now), signal);
  const { loadTrustMaterial } = await import('../trust/load-trust-material.ts');
  const trust = await loadTrustMaterial(given, now);
  if (request.maxTrustedRootAgeMs !== undefined) throw withoutDate(trust);
  client.report({ kind: 'trusted-root', trustedRoot: describeTrust(trust) });
  const carried = rootInMirror(asked);
  if (carried !== undefined) client.report({ kind: 'note', ...carried });
  return fixed(trust);
}

/** The shorter of two ages: that of the request, and that of the policy file. */
async function withPolicysAge(request: TrustRequest): Promise<TrustRequest> {
  const demanded = (await request.policy?.open())?.file.required.trustedRootMaxAge?.milliseconds;
  if (demanded === undefined) return request;
  const { maxTrustedRootAgeMs = demanded } = request;
  return { ...request, maxTrustedRootAgeMs: Math.min(maxTrustedRootAgeMs, demanded) };
}

function fixed(trust: TrustMaterial): RunTrust {
  return {
    current: () => Promise.resolve(trust),
    shownBy: () => Promise.resolve(undefined),
    begin: () => undefined,
    newerThan: () => Promise.resolve(undefined),
    finish: () => Promise.resolve(),
    drop: () => undefined,
  };
}

function withoutDate(trust: TrustMaterial): UnavailableError {
  return new UnavailableError('trusted-root-old', 'nothing says how old the trusted root is', {
    wanted: 'a trusted root that is known to be fresh',
    found: `${rootWords(factsOf(trust))}, which has no date`,
    why: 'a file does not say when it was the newest, so nothing was learnt about the artifact',
    next: 'leave out --trusted-root, so that the trusted root is renewed by TUF; or leave out the demand',
  });
}
