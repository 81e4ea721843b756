import { shownUrl } from '../text/shown-url.ts';
import {
  CHECK_NAMES,
  InterruptedError,
  isOutage,
  K8sVerifyError,
  NotAllowedError,
  UntrustedError,
} from '../errors.ts';
import { note, type Note } from '../notes.ts';
import { assembleBundle } from '../evidence/assemble-bundle.ts';
import type { DetachedMaterial } from '../evidence/detached-material.ts';
import type { Digest } from '../strict/digest.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { materialFromBody } from '../evidence/hashedrekord.ts';
import { readBundle } from '../evidence/read-bundle.ts';
import type { RekorEntry } from '../evidence/rekor-entry.ts';
import { lookUpEntries, type RekorLog, searchEntries } from '../evidence/rekor.ts';
import type { LookUp } from '../evidence/log-batches.ts';
import type { Clock } from '../client.ts';
import { proveDigest, type ProvenDigest } from '../proof/prove-digest.ts';
import type { ProofSubject } from '../proof/proof.ts';
import type { Policy } from '../policy/policy.ts';
import type { CrossCheck } from '../records/cross-check.ts';
import type { EvidenceOrigin } from '../result.ts';
import type { TrustMaterial } from '../trust/trust-material.ts';

/** What every proof needs besides its evidence. */
export interface ProofContext {
  readonly log: RekorLog;
  /** Looks up the entries of pairs, where those of several artifacts are asked for together; default: each alone. */
  readonly lookUp?: LookUp;
  readonly policy: Policy;
  readonly trust: TrustMaterial;
  readonly clock: Clock;
}

/** An artifact whose digest is proved. Its bytes may be anywhere. */
export interface ProvenArtifact {
  readonly proven: ProvenDigest;
  readonly origin: EvidenceOrigin;
  /** The trusted root that it was proved with. */
  readonly trust: TrustMaterial;
  /** The evidence as a bundle: with it, the same proof needs no network. */
  readonly bundle: Uint8Array;
  readonly notes: readonly Note[];
  /** The release manifest that lists the digest, where the bundle is over that and not over the artifact. */
  readonly listedIn?: { readonly bytes: Uint8Array };
  /** What the release's own records say about it, if they were asked for. */
  readonly crossChecks?: readonly CrossCheck[];
}

/** A detached pair as it was found. */
export interface PairClaim {
  readonly material: DetachedMaterial;
  /** The pair's signature was checked to be over this digest. */
  readonly digest: Digest;
  /** For messages: "kubectl v1.26.0 linux/amd64". */
  readonly what: string;
  /** Where the pair was found. */
  readonly location: string;
}

/** Proves a digest from a bundle, which is read as strictly as any other. */
export function proveFromBundle(
  context: ProofContext,
  bundle: Uint8Array,
  subject: ProofSubject,
  isLogNamed = false,
): ProvenDigest {
  return proveFromEvidence(context, readBundle(bundle), subject, isLogNamed);
}

/**
 * The same for a bundle that is read already.
 *
 * @param isLogNamed whether the entry is from a log that the user named.
 */
export function proveFromEvidence(
  { policy, trust, clock }: Pick<ProofContext, 'policy' | 'trust' | 'clock'>,
  evidence: Evidence,
  subject: ProofSubject,
  isLogNamed = false,
): ProvenDigest {
  return proveDigest(evidence, subject, policy, trust, { now: clock.now(), isLogNamed });
}

/**
 * Proves a digest from a detached pair that fits it: the log completes the pair to a bundle. The log is searched by
 * digest only if it knows no entry for the pair itself.
 *
 * @throws UntrustedError with the failed check, or `log-entry-not-found`; UnavailableError `log-unreachable`.
 */
export async function proveFromPair(context: ProofContext, claim: PairClaim): Promise<ProvenArtifact> {
  const { material, digest, what, location } = claim;
  const entries = await (context.lookUp?.(material, digest) ?? lookUpEntries(context.log, material, digest));
  if (entries.length > 0) {
    const found = firstProof(
      context,
      digest,
      entries.map((entry) => ({ material, entry })),
    );
    const origin = { kind: 'detached', location, log: shownUrl(context.log.url) } as const;
    return { ...found, trust: context.trust, origin, notes: [] };
  }
  const search = await proveFromSearch(context, digest, 'the log has no entry for the published signature');
  if (search.kind === 'proved') return search.proof;
  if (search.cause instanceof NotAllowedError) throw search.cause;
  throw new UntrustedError('log-entry-not-found', `the transparency log has no entry for ${what}`, {
    check: 'entry',
    wanted: `an entry for this signature, certificate and digest at ${shownUrl(context.log.url)}`,
    found: `none; ${search.found}`,
    why: 'the certificate was valid for minutes only; without the entry nothing shows that it was used in that time',
    next: 'do not use this file; a genuine release is always in the log',
    cause: search.cause,
  });
}

export interface SearchFailed {
  readonly kind: 'not-proved';
  /** The outcome of the search, for the error that the caller throws. */
  readonly found: string;
  readonly cause?: K8sVerifyError;
}

/**
 * Looks for another signing of the same digest. Anyone can put entries into the log, so whatever the search finds, even
 * a failure, never replaces the caller's own reason.
 */
export async function proveFromSearch(
  context: ProofContext,
  digest: Digest,
  reason: string,
): Promise<{ readonly kind: 'proved'; readonly proof: ProvenArtifact } | SearchFailed> {
  try {
    const candidates = candidatesFor(digest, await searchEntries(context.log, digest));
    if (candidates.length === 0)
      return { kind: 'not-proved', found: 'no other signing of this digest is in the log' };
    const origin = { kind: 'log-search', log: shownUrl(context.log.url), reason } as const;
    const notes = [
      note(
        'other-signing-used',
        `${reason}; another signing of the same digest in the log passed every check`,
      ),
    ];
    const { trust } = context;
    return { kind: 'proved', proof: { ...firstProof(context, digest, candidates), trust, origin, notes } };
  } catch (error) {
    if (!(error instanceof K8sVerifyError) || error instanceof InterruptedError) throw error;
    const found = isOutage(error) ? 'the log could not be searched' : 'no other signing passes';
    return { kind: 'not-proved', found: `${found} (${error.message})`, cause: error };
  }
}

/** Others can log anything for this digest, for example a signature with a bare key. Such an entry is no candidate. */
function candidatesFor(digest: Digest, entries: readonly RekorEntry[]): readonly Candidate[] {
  return entries.flatMap((entry) => {
    try {
      const material = materialFromBody(entry.body, digest);
      return material === undefined ? [] : [{ material, entry }];
    } catch (error) {
      if (error instanceof UntrustedError) return [];
      throw error;
    }
  });
}

interface Candidate {
  readonly material: DetachedMaterial;
  readonly entry: RekorEntry;
}

/** The first candidate that passes every check; else the failure of the one that came closest. */
function firstProof(
  context: ProofContext,
  digest: Digest,
  candidates: readonly Candidate[],
): { readonly proven: ProvenDigest; readonly bundle: Uint8Array } {
  const failures: K8sVerifyError[] = [];
  for (const { material, entry } of candidates) {
    try {
      const bundle = assembleBundle(material, digest, entry);
      const proven = proveFromBundle(context, bundle, { kind: 'digest', digest }, context.log.isNamed);
      return { proven, bundle };
    } catch (error) {
      if (!(error instanceof K8sVerifyError)) throw error;
      failures.push(error);
    }
  }
  throw closest(failures);
}

/** The failure whose check comes last in the order of the checks: it passed the most. */
function closest(failures: readonly K8sVerifyError[]): K8sVerifyError {
  return failures.reduce((best, error) => (rank(error) > rank(best) ? error : best));
}

function rank({ check, code }: K8sVerifyError): number {
  // Proved, and forbidden by the policy.
  if (code === 'not-allowed') return CHECK_NAMES.length;
  return check === undefined ? -1 : CHECK_NAMES.indexOf(check);
}
