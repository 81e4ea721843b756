import type { Client } from '../client.ts';
import { logOf, type NetworkRequest } from '../plan/request.ts';
import type { Policy } from '../policy/policy.ts';
import type { TrustMaterial } from '../trust/trust-material.ts';
import type { ProofContext } from './prove-with-log.ts';

/** What the proofs of a run have in common. */
export interface ProofRun {
  readonly network: NetworkRequest;
  readonly client: Client;
  readonly signal: AbortSignal | undefined;
}

/** What one proof needs besides its evidence, from what its run has. */
export function proofContext(
  { network, client, signal }: ProofRun,
  policy: Policy,
  trust: TrustMaterial,
): ProofContext {
  const log = { http: client.http, ...logOf(network), signal };
  return { log, policy, trust, clock: client.clock };
}
