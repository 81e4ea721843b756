import type { Client } from '../client.ts';
import type { MeasuredFile } from '../disk/verified-artifact.ts';
import { UntrustedError } from '../errors.ts';
import type { LocalEvidence } from '../evidence/local-evidence.ts';
import type { ClaimedName } from '../names/claimed-name.ts';
import type { VerifyRequest } from '../plan/request.ts';
import type { Policy } from '../policy/policy.ts';
import { assertMessageWanted } from '../proof/check-claim.ts';
import { fittingDigest } from '../proof/check-detached-signature.ts';
import type { ProofSubject } from '../proof/proof.ts';
import type { TrustMaterial } from '../trust/trust-material.ts';
import { nameDigest, nameFile } from './name-failure.ts';
import { proofContext } from './proof-context.ts';
import {
  type ProofContext,
  proveFromEvidence,
  proveFromPair,
  type ProvenArtifact,
} from './prove-with-log.ts';
import type { ManifestOf, RunManifest } from './run-manifest.ts';
import { nameOf, type ReadSubject, readSubject } from './read-subject.ts';
import { proveWith, type RunTrust } from './run-trust.ts';

/** The proof of one local file, digest or bytes in memory. */
export interface LocalRun {
  readonly request: VerifyRequest;
  readonly client: Client;
  readonly policy: Policy;
  readonly trust: RunTrust;
  /** Whether evidence next to a file that does not prove it is no answer yet; default: it is. */
  readonly asksOn?: boolean;
  /** Shared with the other files of a run. */
  readonly manifestOf?: ManifestOf;
}

export interface ProvedLocal extends ReadSubject {
  readonly proof: ProvenArtifact;
  /** What the open file says that it is, where that was read before the proof. */
  readonly said?: { readonly name: ClaimedName | undefined };
  /** The manifest of the release, where it was proved too: it may bind the name. */
  readonly manifest?: RunManifest;
}

/**
 * Proves the subject of a request by one piece of evidence.
 *
 * @param hashed the file, if it was hashed already (SHA-256). It is the one in the result if that was enough.
 * @returns the file in it is open; the caller closes it. After a failure only `hashed` is still open.
 */
export async function proveBy(
  evidence: LocalEvidence,
  { request, client, policy, trust }: LocalRun,
  hashed?: MeasuredFile,
): Promise<ProvedLocal> {
  const read = await readSubject(request, evidence, policy, hashed);
  const run = { network: request, client, signal: request.signal };
  const prove = async (material: TrustMaterial): Promise<ProvenArtifact> =>
    proveSubject(proofContext(run, policy, material), evidence, read.subject, nameOf(request));
  // A pair is completed by the log, so that this run uses the network.
  if (evidence.kind === 'detached') trust.begin();
  try {
    return { ...read, proof: await proveWith(trust, prove) };
  } catch (error) {
    if (read.measured !== hashed) await read.measured?.opened.close();
    throw nameDigest(nameFile(withOrigin(error, request, evidence), nameOf(request)), {
      algorithm: 'sha256',
      hex: read.sha256,
    });
  }
}

async function proveSubject(
  context: ProofContext,
  evidence: LocalEvidence,
  subject: ProofSubject,
  what: string,
): Promise<ProvenArtifact> {
  const { location } = evidence;
  if (evidence.kind === 'bundle') {
    const proven = proveFromEvidence(context, evidence.evidence, subject);
    const { trust } = context;
    return { proven, trust, bundle: evidence.bytes, origin: { kind: 'bundle', location }, notes: [] };
  }
  if (subject.kind !== 'digest') throw new TypeError('a detached pair is over a digest');
  assertMessageWanted(context.policy);
  const digest = fittingDigest(evidence.material, [subject.digest, ...(subject.also ?? [])]);
  return proveFromPair(context, { material: evidence.material, digest, what, location });
}

/** A refusal says which evidence it is by, where that is a file. */
function withOrigin(
  error: unknown,
  { evidence }: VerifyRequest,
  { location }: Pick<LocalEvidence, 'location'>,
): unknown {
  const isInMemory = evidence.kind === 'bundle-in-memory' || evidence.kind === 'detached-in-memory';
  if (isInMemory || !(error instanceof UntrustedError) || error.from !== undefined) return error;
  return error.with({ from: location });
}
