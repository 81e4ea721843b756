import { type ListedArtifact, readReleaseManifest } from '../records/release-manifest.ts';
import { formatReleaseVersion } from '../release/version.ts';
import { type Digest, digestOf, type HashAlgorithm } from '../strict/digest.ts';
import type { Evidence } from '../evidence/evidence.ts';
import type { TrustMaterial } from '../trust/trust-material.ts';
import { claimedTimes, openProof, type Proof, type ProofOptions, type ProofSubject } from './proof.ts';
import type { Allowance, Policy, Signing } from '../policy/policy.ts';
import { namesArtifact, readStatement } from './statement.ts';
import type { ProvenLogEntry } from './log-entry.ts';
import type { CheckReport, Claim, Signer } from './verdict.ts';
import { authorityOf, describeChecks, describeEntries, signerOf, signingOf } from './report.ts';
import { PROOF_STEPS } from './steps.ts';
import { type ShownSigning, withSigning } from './with-signing.ts';
import { type TreeHead, treeHeadsOf } from './tree-head.ts';

/** The brand is not exported: only this module can make a {@link ProvenDigest}. */
const minted: unique symbol = Symbol('minted');

/**
 * A digest whose signature, certificate, log entry and signer are proved. Only {@link proveDigest} makes one, and
 * {@link proveListed} out of one.
 */
export interface ProvenDigest {
  /** What the proof has shown, as a policy file judges it. */
  readonly [minted]: Omit<Signing, 'digest'>;
  readonly algorithm: HashAlgorithm;
  readonly hex: string;
  readonly claim: Claim;
  readonly signer: Signer;
  /** SHA-256 of the root certificate of the authority that vouched for the signer, hex; undefined for a managed key. */
  readonly authority: string | undefined;
  /** The earliest verified time of signing; undefined for a managed key without one in its evidence. */
  readonly signedAt: Date | undefined;
  readonly logEntries: readonly ProvenLogEntry[];
  /** The signed heads that the log entries were proved against. */
  readonly treeHeads: readonly TreeHead[];
  readonly checks: CheckReport;
  /** That the policy file of the run does not forbid it; undefined where the run is under none. */
  readonly allowance: Allowance | undefined;
}

/**
 * Proves that a signer that the policy accepts has signed the digest. Follows the Sigstore client specification
 * (section 4) and takes the strict side of every choice. Synchronous on purpose: otherwise a caller could
 * forget to wait for it, and skip the proof. Pure: no network, no disk, no state; takes a few milliseconds.
 *
 * @throws UntrustedError with the `check` that failed; NotAllowedError where the policy file forbids what is proved; UnavailableError `authority-unknown` or `clock-wrong` if this
 *   trusted root or this clock cannot judge; RequestError `usage` if the subject is not what the evidence is over
 *   (ask {@link requiredSubject} before hashing) or the policy's key cannot be read.
 */
export function proveDigest(
  evidence: Evidence,
  subject: ProofSubject,
  policy: Policy,
  trust: TrustMaterial,
  options: ProofOptions = {},
): ProvenDigest {
  const proof = openProof(evidence, subject, policy, trust, options);
  for (const step of PROOF_STEPS) step.verify(proof);
  const [signedAt] = claimedTimes(proof).toSorted((a, b) => a.getTime() - b.getTime());
  const logEntries = describeEntries(proof);
  const signing = signingOf(proof);
  const proven = provenBy(proof);
  return Object.freeze({
    [minted]: signing,
    ...proven,
    allowance: allowanceOf(policy, proven, signing, { signedAt, logEntries }),
    signer: signerOf(proof),
    authority: authorityOf(proof),
    signedAt,
    logEntries,
    treeHeads: treeHeadsOf(proof),
    checks: describeChecks(proof),
  });
}

/** @throws NotAllowedError, with what is proved of the signing. */
function allowanceOf(
  { rules }: Policy,
  { algorithm, hex }: Digest,
  signing: Omit<Signing, 'digest'>,
  shown: ShownSigning,
): Allowance | undefined {
  if (rules === undefined) return undefined;
  try {
    return rules.judge({ ...signing, digest: { algorithm, hex } });
  } catch (thrown) {
    const error = withSigning(thrown, shown);
    throw error;
  }
}

/**
 * The digest of a file that a proved release manifest lists: the release signer has signed the list, as it signs each
 * file.
 *
 * @param document the proof of the manifest itself, which must be a signature over its bytes and no statement.
 * @param bytes of the manifest.
 * @param policy that for the file.
 * @returns undefined if these are not the proved bytes, or not the manifest of the release, or if it does not have exactly
 *   one SHA-256 for the file.
 * @throws NotAllowedError where the policy file forbids the file.
 */
export function proveListed(
  document: ProvenDigest,
  bytes: Uint8Array,
  { version, pathInRelease }: ListedArtifact,
  policy: Policy,
): ProvenDigest | undefined {
  if (document.claim.kind !== 'genuine') return undefined;
  if (digestOf(bytes, document.algorithm).hex !== document.hex) return undefined;
  const read = readReleaseManifest(bytes);
  if (read.kind !== 'manifest') return undefined;
  if (formatReleaseVersion(read.manifest.version) !== formatReleaseVersion(version)) return undefined;
  const [hex, ...others] = read.manifest.digestsOf(pathInRelease);
  if (hex === undefined || others.length > 0) return undefined;
  const { signature } = document.checks;
  const detail = `${signature.detail}, of the release manifest that lists the file`;
  return Object.freeze({
    ...document,
    algorithm: 'sha256',
    hex,
    allowance: allowanceOf(policy, { algorithm: 'sha256', hex }, document[minted], document),
    checks: { ...document.checks, signature: { ...signature, detail } },
  });
}

/** What was signed, and the digest that it names the artifact by. */
function provenBy({ evidence: { content }, digest, digests }: Proof): Digest & { readonly claim: Claim } {
  if (content.kind === 'message-signature') return { ...digest, claim: { kind: 'genuine' } };
  const { predicateType, subjects } = readStatement(content);
  const subject = subjects.find((one) => namesArtifact(one, digests));
  const named = digests.find(({ algorithm }) => subject?.has(algorithm) === true);
  return { ...(named ?? digest), claim: { kind: 'attested', predicateType } };
}
