import type { DataStore } from '../data/data-store.ts';
import { InterruptedError, K8sVerifyError } from '../errors.ts';
import {
  evidenceNotUsed,
  findKeptEvidence,
  keepEvidence,
  type KeptEvidence,
} from '../evidence/evidence-store.ts';
import type { Note } from '../notes.ts';
import type { Policy } from '../policy/policy.ts';
import { memberOf, type PreparedArtifact } from './prepared-artifact.ts';
import { proofContext, type ProofRun } from './proof-context.ts';
import { proveFromEvidence, type ProvenArtifact } from './prove-with-log.ts';
import type { RunTrust } from './run-trust.ts';

/** Where the evidence of an artifact is kept, for each that has some. */
export type KeptPaths = ReadonlyMap<PreparedArtifact, string>;

/** Keeps the evidence of everything that was proved, so that the next run needs no network for it. */
export async function keepAllEvidence(
  prepared: readonly PreparedArtifact[],
  data: DataStore,
): Promise<KeptPaths> {
  const paths = new Map<PreparedArtifact, string>();
  for (const one of prepared) {
    const sha256 = sha256Of(one.proof, one.outputs);
    const path = sha256 === undefined ? undefined : await keepEvidence(data, sha256, one.proof.bundle);
    if (path !== undefined) paths.set(one, path);
  }
  return paths;
}

/**
 * Of what the bundle is over. A statement is no evidence that the artifact was released; and where the release manifest
 * proves the artifact, the bundle is that one's, which is kept already.
 */
function sha256Of(
  { proven, listedIn }: ProvenArtifact,
  outputs: PreparedArtifact['outputs'],
): string | undefined {
  if (proven.claim.kind !== 'genuine' || listedIn !== undefined) return undefined;
  if (proven.algorithm === 'sha256') return proven.hex;
  // By another algorithm: the SHA-256 of the one file that has the proven digest, and not of a file out of it.
  const [output, more] = outputs;
  const isOnly = output !== undefined && more === undefined;
  return isOnly && memberOf(output) === undefined ? output.sha256 : undefined;
}

/** What the kept evidence came to: a proof, or none, and what did not fit. */
export interface KeptProof {
  readonly proof: ProvenArtifact | undefined;
  readonly notes: readonly Note[];
}

/** The same, after everything that was kept of one digest was tried. */
export interface KeptSearch extends KeptProof {
  /** Why each bundle that was tried in vain does not prove. */
  readonly failures: readonly K8sVerifyError[];
}

/** What a proof by kept evidence takes from a run. */
export interface KeptContext extends ProofRun {
  readonly trust: RunTrust;
}

/**
 * Proves a digest by kept evidence, with the trusted root in hand: it is no reason to refresh that.
 *
 * @param sha256 hex.
 */
export async function proveKept(sha256: string, policy: Policy, run: KeptContext): Promise<KeptSearch> {
  const trust = await run.trust.current();
  const context = proofContext(run, policy, trust);
  const subject = { kind: 'digest', digest: { algorithm: 'sha256', hex: sha256 } } as const;
  return proveFromKept(run.client.data, sha256, async ({ bytes, evidence, location }) => {
    const proven = proveFromEvidence(context, evidence, subject);
    return { proven, trust, bundle: bytes, origin: { kind: 'bundle', location }, notes: [] };
  });
}

/**
 * Proves an artifact by what was kept for it: the first bundle that does.
 *
 * @param prove throws if the bundle does not.
 * @throws InterruptedError
 */
export async function proveFromKept(
  data: DataStore,
  sha256: string,
  prove: (kept: KeptEvidence) => Promise<ProvenArtifact>,
): Promise<KeptSearch> {
  const { found, notes: unreadable } = await findKeptEvidence(data, sha256);
  const notes = [...unreadable];
  const failures: K8sVerifyError[] = [];
  for (const kept of found) {
    try {
      const proof = await prove(kept);
      return { proof: { ...proof, notes: [...proof.notes, ...notes] }, notes, failures };
    } catch (error) {
      if (!(error instanceof K8sVerifyError) || error instanceof InterruptedError) throw error;
      failures.push(error);
      notes.push(evidenceNotUsed(kept.location, error.message));
    }
  }
  return { proof: undefined, notes, failures };
}
