import { K8sVerifyError, UntrustedError } from '../errors.ts';
import {
  type CrossCheck,
  crossCheck,
  type CrossCheckSource,
  type SourceSignature,
} from '../records/cross-check.ts';
import { digestsFromProvenance } from '../records/provenance.ts';
import type { ReleaseRecord } from '../records/release-records.ts';
import { digestFromSums, type SumsAlgorithm } from '../records/release-sums.ts';
import { policyOfManifest } from '../policy/policy.ts';
import { type ProofContext, proveFromBundle } from './prove-with-log.ts';
import type { ReleaseArtifact } from '../release/artifact.ts';
import { formatReleaseVersion, type ReleaseVersion } from '../release/version.ts';
import type { RunRecords } from './run-records.ts';

/** One artifact whose digest is proved. */
export interface CrossCheckRequest {
  readonly artifact: ReleaseArtifact;
  /** For messages: "kubectl v1.26.0 linux/amd64". */
  readonly label: string;
  /** The proven SHA-256, hex. */
  readonly sha256: string;
  /** Of the bytes that have it. */
  readonly sha512: string;
  readonly records: RunRecords;
}

/**
 * Compares the release's own records with the proven digest. The proof needs none of them. Only a `provenance.json`
 * that is a bundle, and is proved by the same policy, can add something to it.
 *
 * @throws UntrustedError `digest-mismatch` if one differs, with both digests; if one is malformed; if one claims to be
 *   signed and is not signed by the signer that the policy names.
 */
export function crossCheckArtifact(request: CrossCheckRequest, context: ProofContext): readonly CrossCheck[] {
  const { sha256, sha512, label, artifact } = request;
  const sources = request.records.sets.flatMap(({ asked, records }) => [
    sumsSource('SHA256SUMS', { asked, record: records.sha256Sums }, 'sha256', artifact),
    sumsSource('SHA512SUMS', { asked, record: records.sha512Sums }, 'sha512', artifact),
    provenanceSource({ asked, record: records.provenance }, request, context),
  ]);
  return crossCheck({ sha256, sha512 }, sources, label);
}

/** A record, or the servers that do not have it. */
interface AskedRecord {
  readonly asked: string;
  readonly record: ReleaseRecord | undefined;
}

function sumsSource(
  name: string,
  { asked, record }: AskedRecord,
  algorithm: SumsAlgorithm,
  artifact: ReleaseArtifact,
): CrossCheckSource {
  if (record === undefined) return { name, from: asked, content: { kind: 'not-published' } };
  const { bytes, source: from } = record;
  const digest = digestFromSums(bytes, artifact, algorithm);
  if (digest === undefined) return { name, from, content: { kind: 'not-listed' } };
  return { name, from, content: { kind: 'listed', digests: { [algorithm]: digest }, signature: 'none' } };
}

function provenanceSource(
  { asked, record }: AskedRecord,
  { artifact, sha256, sha512 }: CrossCheckRequest,
  context: ProofContext,
): CrossCheckSource {
  const name = 'provenance.json';
  if (record === undefined) return { name, from: asked, content: { kind: 'not-published' } };
  const { bytes, source: from } = record;
  const { digests, form } = digestsFromProvenance(bytes, artifact);
  if (digests === undefined) return { name, from, content: { kind: 'not-listed' } };
  const signature = {
    statement: (): SourceSignature => 'none',
    envelope: (): SourceSignature => 'unchecked',
    bundle: () => proveStatement(bytes, { sha256, sha512, ...digests }, artifact.version, context),
  }[form.kind]();
  return { name, from, content: { kind: 'listed', digests, signature } };
}

/** `provenance.json` may state how the release was built, in any version of SLSA's predicate. */
const PROVENANCE_TYPES: readonly string[] = [
  'https://slsa.dev/provenance/v0.1',
  'https://slsa.dev/provenance/v0.2',
  'https://slsa.dev/provenance/v1',
];

/**
 * The same for a statement about a whole release, by any digest that it states.
 *
 * @throws K8sVerifyError where it is not signed as it claims.
 */
export function proveProvenance(
  bundle: Uint8Array,
  { sha256 }: { readonly sha256: string },
  version: ReleaseVersion,
  context: ProofContext,
): SourceSignature {
  return proveStatement(bundle, { sha256 }, version, context);
}

/**
 * Proves a signed statement for the digest that it states itself. If that differs from the digest of the proven
 * artifact, the error can say so.
 */
function proveStatement(
  bundle: Uint8Array,
  { sha256, sha512 }: { readonly sha256: string; readonly sha512?: string },
  version: ReleaseVersion,
  context: ProofContext,
): SourceSignature {
  const policy = { ...policyOfManifest(context.policy), predicateTypes: PROVENANCE_TYPES };
  const subject = {
    kind: 'digest',
    digest: { algorithm: 'sha256', hex: sha256 },
    ...(sha512 === undefined ? {} : { also: [{ algorithm: 'sha512', hex: sha512 } as const] }),
  } as const;
  try {
    proveFromBundle({ ...context, policy }, bundle, subject);
    return 'proved';
  } catch (error) {
    if (!(error instanceof K8sVerifyError)) throw error;
    // Only an exact digest can be proved; a statement may put it in quotation marks.
    if (error instanceof UntrustedError && error.check === 'digest') return 'unchecked';
    throw statementNotProved(error, version);
  }
}

function statementNotProved(error: K8sVerifyError, version: ReleaseVersion): K8sVerifyError {
  if (!(error instanceof UntrustedError)) return error;
  return error.with({
    message: `provenance.json of ${formatReleaseVersion(version)} is signed, and its signature is not proved: ${error.message}`,
    why: 'another signer than the expected one signed a statement about this release',
    next: 'do not use the file until the release team has said why: https://github.com/kubernetes/release',
    cause: error,
  });
}
