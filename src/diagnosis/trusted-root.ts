import type { Client } from '../client.ts';
import { UnavailableError } from '../errors.ts';
import { openTrust } from '../flow/open-trust.ts';
import type { TrustRequest } from '../plan/request.ts';
import { factsOf, rootWords } from '../trust/root-age.ts';
import { type Finding, noted, ok, problem } from './finding.ts';

/** The trusted root that a run would start with: the kept one or the embedded one. Makes no request. */
export async function lookAtTrustedRoot(
  request: TrustRequest,
  client: Client,
  signal: AbortSignal | undefined,
): Promise<Finding> {
  try {
    const now = client.clock.now();
    const trust = await (await openTrust(request, client, signal)).current();
    const { sha256, ignored } = trust;
    const found = `${rootWords(factsOf(trust), now)}, sha256 ${sha256.slice(0, 16)}...`;
    if (ignored.length === 0) return ok('trusted root', found);
    return noted(
      'trusted root',
      `${found}; left out: ${ignored.map(({ what }) => what).join('; ')}`,
      'update k8s-verify, which does not know these parts; the rest of the trusted root counts',
    );
  } catch (error) {
    const isOfClock = error instanceof UnavailableError && error.code === 'clock-wrong';
    return problem(isOfClock ? 'clock' : 'trusted root', error);
  }
}
