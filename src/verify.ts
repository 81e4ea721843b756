import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { RequestError, UntrustedError } from './errors.ts';
import {
  findEvidenceBeside,
  type LocalEvidence,
  readBundleFile,
  readDetachedPair,
  readGivenBundle,
  readGivenPair,
} from './evidence/local-evidence.ts';
import type { Digest, HashAlgorithm } from './strict/digest.ts';
import { assertLocalFile, readWholeFile } from './disk/hash-file.ts';
import { type MeasuredFile, measureFile } from './disk/verified-artifact.ts';
import { assertOpenable, describeOpened, openArchive, type OpenedArchive } from './flow/open-archive.ts';
import { policyOf } from './plan/who-must-have-signed.ts';
import { assertMessageWanted } from './proof/check-claim.ts';
import { detachedHashes, fittingDigest } from './proof/check-detached-signature.ts';
import { type ProofSubject, type RequiredSubject, requiredSubject } from './proof/proof.ts';
import { ableToJudge } from './flow/able-to-judge.ts';
import { nameFile } from './flow/name-failure.ts';
import type { Policy } from './policy/policy.ts';
import { type Proof, type ProofContext, proveFromEvidence, proveFromPair } from './flow/prove-with-log.ts';
import { allReleaseSigners } from './release/signer.ts';
import { describeProof, reportChecks, reportExpectedSigners } from './flow/report.ts';
import { logOf, type VerifyRequest } from './plan/request.ts';
import type { RunResult } from './result.ts';
import { openTrust } from './flow/open-trust.ts';
import type { Client } from './client.ts';

/**
 * Proves a local file, or a digest that somebody else computed, against its evidence. With a bundle no network is
 * used; a detached pair is completed by the transparency log. A proven archive can be listed or unpacked.
 *
 * @throws UntrustedError with the failed check; RequestError where a file is missing; UnavailableError `log-unreachable`.
 */
export function verifyFile(request: VerifyRequest, client: Client): Promise<RunResult> {
  return ableToJudge(() => verify(request, client));
}

async function verify(request: VerifyRequest, client: Client): Promise<RunResult> {
  assertOpenable(request);
  const { subject: named, archive } = request;
  if (named.kind === 'file') await assertLocalFile(named.path, archive === undefined ? 'once' : 'again');
  const trust = await openTrust(request, client);
  const policy = policyOf(request, allReleaseSigners());
  reportExpectedSigners(client.report, nameOf(request), policy);
  const evidence = await findEvidence(request);
  const read = await readSubject(request, evidence, policy);
  const log = { http: client.http, ...logOf(request), signal: request.signal };
  const context = { log, policy, trust, clock: client.clock };
  try {
    return await proveAndOpen({ request, client, evidence, context }, read);
  } finally {
    await read.measured?.opened.close();
  }
}

interface Verifying {
  readonly request: VerifyRequest;
  readonly client: Client;
  readonly evidence: LocalEvidence;
  readonly context: ProofContext;
}

async function proveAndOpen(
  { request, client, evidence, context }: Verifying,
  { subject, sha256, measured }: ReadSubject,
): Promise<RunResult> {
  const proof = await prove(context, evidence, subject, nameOf(request)).catch((error: unknown) => {
    const own = request.evidence.kind === 'beside' ? ofAnotherFile(error, evidence) : error;
    throw nameFile(own, nameOf(request));
  });
  reportChecks(client.report, nameOf(request), proof);
  const opened = await openArchive(request, proof.proven, measured);
  const notes = await placeVerified(request, proof, opened);
  for (const message of notes) client.report({ kind: 'note', message });
  const described = describeVerified(request, proof, context.trust, sha256, opened);
  const result = { ...described, notes: [...described.notes, ...notes] };
  if (opened?.kind !== 'unpacked') return { schemaVersion: 1, artifacts: [result] };
  const { noteOthers } = await import('./flow/note-others.ts');
  return { schemaVersion: 1, artifacts: await noteOthers([result], client.report) };
}

/**
 * The bundle first: where it cannot be placed, nothing is.
 *
 * @returns notes for the user.
 */
async function placeVerified(
  { saveBundlePath, signal }: VerifyRequest,
  proof: Proof,
  opened: OpenedArchive | undefined,
): Promise<readonly string[]> {
  const extractions = opened?.kind === 'unpacked' ? [opened.extraction] : [];
  const sideFiles =
    saveBundlePath === undefined ? [] : [{ destination: saveBundlePath, bytes: proof.bundle }];
  // Most runs place nothing, and are quicker without the code that could.
  if (extractions.length === 0 && sideFiles.length === 0) return [];
  try {
    const [{ placeAll }, { placeExtractions }] = await Promise.all([
      import('./disk/place.ts'),
      import('./archive/extract.ts'),
    ]);
    const notes = await placeAll([], { sideFiles, signal });
    // What is begun is finished: a bundle alone would be left by a run that says that it was interrupted.
    return [...notes, ...(await placeExtractions(extractions))];
  } finally {
    for (const { staging } of extractions) await staging.discard();
  }
}

function describeVerified(
  { subject, saveBundlePath }: VerifyRequest,
  proof: Proof,
  trust: ProofContext['trust'],
  sha256: string,
  opened: OpenedArchive | undefined,
): RunResult['artifacts'][number] {
  const { algorithm, hex } = proof.proven;
  const what = { file: 'of the file', bytes: 'of the bytes', digest: 'as given' }[subject.kind];
  return {
    outcome: opened?.kind === 'unpacked' ? 'extracted' : 'verified',
    ...(subject.kind === 'file' ? { path: resolve(subject.path) } : {}),
    ...describeOpened(opened),
    ...(saveBundlePath === undefined ? {} : { bundlePath: resolve(saveBundlePath) }),
    ...describeProof(proof, trust, sha256, `${algorithm}:${hex} (${what})`),
  };
}

async function prove(
  context: ProofContext,
  evidence: LocalEvidence,
  subject: ProofSubject,
  what: string,
): Promise<Proof> {
  const { location } = evidence;
  if (evidence.kind === 'bundle') {
    const proven = proveFromEvidence(context, evidence.evidence, subject);
    return { proven, bundle: evidence.bytes, origin: { kind: 'bundle', location }, notes: [] };
  }
  if (subject.kind !== 'digest') throw new TypeError('a detached pair is over a digest');
  assertMessageWanted(context.policy);
  const digest = fittingDigest(evidence.material, [subject.digest, ...(subject.also ?? [])]);
  return proveFromPair(context, { material: evidence.material, digest, what, location });
}

/** Nobody named that evidence: it lay there, from an earlier install perhaps, and the file has been replaced since. */
function ofAnotherFile(error: unknown, { kind, location }: LocalEvidence): unknown {
  const [misfit, words] =
    kind === 'bundle'
      ? (['digest-mismatch', 'is of another file'] as const)
      : (['signature-mismatch', 'does not fit it'] as const);
  if (!(error instanceof UntrustedError) || error.code !== misfit) return error;
  return error.with({
    message: `${location}, found beside the file, ${words}`,
    next:
      'do not use the file unless its own evidence proves it: install it again with --save-bundle, or name that ' +
      'evidence with --bundle, or --signature and --certificate',
    cause: error,
  });
}

async function findEvidence({ subject, evidence }: VerifyRequest): Promise<LocalEvidence> {
  switch (evidence.kind) {
    case 'bundle':
      return readBundleFile(evidence.path);
    case 'detached':
      return readDetachedPair(evidence.signaturePath, evidence.certificatePath);
    case 'bundle-in-memory':
      return readGivenBundle(evidence.bytes);
    case 'detached-in-memory':
      return readGivenPair(evidence.signature, evidence.certificate);
    case 'beside':
      if (subject.kind === 'file') return findEvidenceBeside(subject.path);
      throw new RequestError('usage', 'no file is named beside which evidence could be found', {
        wanted: 'a bundle, or a signature and a certificate',
        found: 'neither',
        next: 'name them: --bundle FILE, or --signature FILE --certificate FILE',
      });
  }
}

interface ReadSubject {
  readonly subject: ProofSubject;
  /** Of the artifact, hex, whatever the evidence is over. */
  readonly sha256: string;
  /** The open file, where its digest is what is proved; to be closed. */
  readonly measured?: MeasuredFile;
}

/** Reads the file once, with the algorithm that the evidence is over; only Ed25519 needs all of it at once. */
async function readSubject(
  { subject, signal }: VerifyRequest,
  evidence: LocalEvidence,
  policy: Policy,
): Promise<ReadSubject> {
  if (subject.kind === 'digest') {
    const { sha256 } = subject;
    return { subject: { kind: 'digest', digest: { algorithm: 'sha256', hex: sha256 } }, sha256 };
  }
  const required = requiredOf(evidence, policy);
  if (required.kind === 'message') {
    // A copy: whoever owns the bytes may write to them while the log is asked.
    const message =
      subject.kind === 'bytes' ? Uint8Array.from(subject.bytes) : await readWholeFile(subject.path);
    return { subject: { kind: 'message', message }, sha256: digestOf(message, 'sha256').hex };
  }
  const { algorithm, also = [] } = required;
  const describe = (digestBy: (name: HashAlgorithm) => Digest): ReadSubject => ({
    subject: { kind: 'digest', digest: digestBy(algorithm), also: also.map(digestBy) },
    sha256: digestBy('sha256').hex,
  });
  if (subject.kind === 'bytes') return describe((name) => digestOf(subject.bytes, name));
  const algorithms = [...new Set([algorithm, ...also, 'sha256'] as const)];
  const measured = await measureFile(subject.path, algorithms, signal);
  const read = describe((name) => ({ algorithm: name, hex: measured.digests.get(name) ?? '' }));
  return { ...read, measured };
}

function digestOf(bytes: Uint8Array, algorithm: HashAlgorithm): Digest {
  return { algorithm, hex: createHash(algorithm).update(bytes).digest('hex') };
}

function requiredOf(evidence: LocalEvidence, policy: Policy): RequiredSubject {
  if (evidence.kind === 'bundle') return requiredSubject(evidence.evidence, policy);
  const [algorithm = 'sha256', ...also] = detachedHashes(evidence.material);
  return { kind: 'digest', algorithm, also };
}

function nameOf({ subject }: VerifyRequest): string {
  switch (subject.kind) {
    case 'file':
      return subject.path;
    case 'bytes':
      return 'the given bytes';
    case 'digest':
      return `sha256:${subject.sha256}`;
  }
}
